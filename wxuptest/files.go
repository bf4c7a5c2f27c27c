package wxuptest

import (
	"os"
	"path/filepath"
)

// Files writes the credentials to files under t.TempDir() when it is first called. There is no
// apiclient_cert.p12.
func (s *Server) Files() Files {
	s.tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files != nil {
		return *s.files
	}
	dir := s.tb.TempDir()
	merchant, platform := filepath.Join(dir, "merchants", s.Merchant.MchID), filepath.Join(dir, "platform")
	f := &Files{
		Dir: dir, CA: filepath.Join(dir, "ca.pem"),
		MerchantCert: filepath.Join(merchant, "apiclient_cert.pem"), MerchantKey: filepath.Join(merchant, "apiclient_key.pem"),
		PlatformCert: filepath.Join(platform, "wechatpay_cert.pem"), PublicKey: filepath.Join(platform, "pub_key.pem"),
		CloudToken: filepath.Join(dir, "cloudbase_access_token"),
	}
	token, err := s.Handler.CloudToken(s.ctx, s.App.AppID)
	if err != nil {
		s.tb.Fatalf("wxuptest: %v", err)
	}
	for path, text := range map[string]string{
		f.CA: s.CAPEM, f.MerchantCert: s.Merchant.CertPEM, f.MerchantKey: s.Merchant.KeyPEM,
		f.PlatformCert: s.Platform.CertPEM, f.PublicKey: s.Platform.PublicKeyPEM, f.CloudToken: token,
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			s.tb.Fatalf("wxuptest: %v", err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			s.tb.Fatalf("wxuptest: %v", err)
		}
	}
	s.files = f
	return *f
}

// Env lists the WXUP_* variables with which a child process finds this server and its credentials,
// as KEY=value:
//
//	cmd.Env = append(os.Environ(), srv.Env()...)
//
// They are the variables that wxup serve writes to wxup.env. The wxup command reads them, and so
// can your programs.
func (s *Server) Env() []string {
	s.tb.Helper()
	f := s.Files()
	return []string{
		"WXUP_HTTP_URL=" + s.URL, "WXUP_HTTPS_URL=" + s.HTTPSURL, "WXUP_CA_FILE=" + f.CA,
		"WXUP_MCHID=" + s.Merchant.MchID, "WXUP_MCH_SERIAL=" + s.Merchant.SerialNo,
		"WXUP_MCH_KEY_FILE=" + f.MerchantKey, "WXUP_MCH_CERT_FILE=" + f.MerchantCert,
		"WXUP_APIV3_KEY=" + s.Merchant.APIv3Key, "WXUP_APIV2_KEY=" + s.Merchant.APIv2Key,
		"WXUP_PLATFORM_SERIAL=" + s.Platform.SerialNo, "WXUP_PLATFORM_CERT_FILE=" + f.PlatformCert,
		"WXUP_PLATFORM_PUBKEY_ID=" + s.Platform.PublicKeyID, "WXUP_PLATFORM_PUBKEY_FILE=" + f.PublicKey,
		"WXUP_APPID=" + s.App.AppID, "WXUP_APPSECRET=" + s.App.Secret,
		"WXUP_CORPID=" + s.Corp.CorpID, "WXUP_CORPSECRET=" + s.Corp.Secret,
		"WXUP_COMPONENT_APPID=" + s.Component.AppID, "WXUP_COMPONENT_APPSECRET=" + s.Component.Secret,
		"WXUP_AUTHORIZER_APPID=" + s.Component.AuthorizerAppID, "WXUP_AUTHORIZER_REFRESH_TOKEN=" + s.Component.RefreshToken,
		"WXUP_CLOUDBASE_TOKEN_FILE=" + f.CloudToken,
		"WXUP_ADMIN_URL=" + s.AdminURL, "WXUP_ADMIN_TOKEN=" + s.Handler.OperatorToken,
	}
}
