package settings

import (
	"slices"
	"strings"
)

// CredentialNames are the names that a profile has for what a client needs. Each has two variables:
// apiv3_key is the text in WXUP_APIV3_KEY, or the file in WXUP_APIV3_KEY_FILE.
var CredentialNames = []string{
	"mchid", "mch_serial", "mch_key", "mch_cert", "mch_p12", "apiv3_key", "apiv2_key", "ecommerce",
	"platform_cert", "platform_pubkey_id", "platform_pubkey", "appid", "appsecret", "access_token", "corpid", "corpsecret", "ca",
}

// IsSecret reports whether nobody else may see a credential.
func IsSecret(name string) bool {
	return slices.Contains([]string{"mch_key", "mch_p12", "apiv3_key", "apiv2_key", "appsecret", "access_token", "corpsecret"}, name)
}

// IsFile reports whether a credential is a file by nature: a plain value is most likely a path.
func IsFile(name string) bool {
	return slices.Contains([]string{"mch_key", "mch_cert", "mch_p12", "platform_cert", "platform_pubkey", "ca"}, name)
}

// Variable returns the variable of a flag or of a credential: retries and mch_key are WXUP_RETRIES
// and WXUP_MCH_KEY.
func Variable(name string) string {
	return "WXUP_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}
