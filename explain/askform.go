package explain

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/problem"
)

// askStates are the causes of refusals that no parameter shows: the state of the account, or of
// what it shows.
var askStates = map[problem.Problem]string{
	problem.NoPlatformCertificate: "v3.state.public_key_only",
	problem.NoAPIv3Key:            "v3.state.no_apiv3_key",
	problem.UnknownMerchant:       "v3.state.unknown_merchant",
	problem.NoCertificate:         "v3.state.no_certificate",
	problem.SecretFrozen:          "account.state.frozen",
	problem.AddressNotAllowed:     "account.state.address",
	problem.ComponentAddress:      "account.state.address",
	problem.BadTicket:             "account.state.ticket",
	problem.BadCode:               "account.state.code",
	problem.CodeExpired:           "account.state.code_expired",
	problem.BadRefreshToken:       "account.state.refresh_token",
	problem.NotAuthorized:         "account.state.not_authorized",
	problem.DailyQuotaExceeded:    "account.state.quota",
	problem.UnknownRID:            "account.state.unknown_rid",
	problem.BadRID:                "account.state.bad_rid",
	problem.ForeignRID:            "account.state.foreign_rid",
	problem.UnknownCGIPath:        "account.state.unknown_cgi_path",
	problem.CGIPathForbidden:      "account.state.cgi_path",
}

// isSecretName reports whether a parameter holds what must not be shown.
func isSecretName(name string) bool {
	lower := strings.ToLower(name)
	for _, word := range []string{"secret", "ticket", "code", "token", "key", "password"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// cutSecret shows how long a secret is.
func cutSecret(s string) string {
	return fmt.Sprintf("*** (%d)", utf8.RuneCountInString(s))
}

func lengthOf(s string) string { return fmt.Sprint(utf8.RuneCountInString(s)) }

func isAppID(s string) bool { return len(s) == 18 && strings.HasPrefix(s, "wx") && text.IsHex(s[2:]) }

func isCorpID(s string) bool { return len(s) == 18 && strings.HasPrefix(s, "ww") }

// An appid and a corpid have 18 characters, an appsecret 32, a corpsecret 43.
const (
	longestID      = 24
	shortestSecret = 32
)

func isAppSecret(s string) bool { return len(s) == 32 && text.IsHex(s) }

// isAskPlaceholder reports whether a value is what the documents print for it.
func isAskPlaceholder(s string) bool {
	switch strings.ToUpper(s) {
	case "APPID", "APPSECRET", "SECRET", "APP_ID", "APP_SECRET", "APPID_VALUE", "CORPID", "CORPSECRET", "SECRETVALUE",
		"YOUR_APPID", "YOUR_SECRET", "YOUR_APPSECRET", "TICKET_VALUE", "COMPONENT_APPID", "APPSECRET_VALUE", "COMPONENT_APPSECRET":
		return true
	}
	return strings.HasPrefix(s, "<") || strings.HasPrefix(strings.ToLower(s), "your")
}
