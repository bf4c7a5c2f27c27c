package wxup_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxup/wxup"
)

// TestFromVariables: a Client from variables uploads; what is missing or wrong is named by its
// variable.
func TestFromVariables(t *testing.T) {
	s := serve(t, acceptedArticle)
	get := func(vars map[string]string) func(string) string {
		return func(name string) string { return vars[name] }
	}
	c, err := wxup.FromVariables(get(map[string]string{"WXUP_APPID": "wx1", "WXUP_ACCESS_TOKEN": "57_token", "WXUP_HTTP_URL": s.URL}))
	if err != nil {
		t.Fatal(err)
	}
	if err := uploadArticle(t, c); err != nil {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("s3cr3t\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err = wxup.FromVariables(get(map[string]string{"WXUP_APPID": "wx1", "WXUP_APPSECRET_FILE": file}))
	if app, ok := c.Auth.(*wxup.App); err != nil || !ok || app.Secret != "s3cr3t" || !app.Stable || c.Merchant != nil || c.BaseURL != "" {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = wxup.FromVariables(get(map[string]string{"WXUP_MCHID": "19", "WXUP_ECOMMERCE": "true"}))
	if err != nil || !c.Merchant.ECommerce {
		t.Errorf("WXUP_ECOMMERCE: %v", err)
	}
	corp := map[string]string{"WXUP_CORPID": "ww1", "WXUP_CORPSECRET": "s"}
	c, err = wxup.FromVariables(get(corp))
	if auth, ok := c.Auth.(*wxup.Corp); err != nil || !ok || *auth != (wxup.Corp{CorpID: "ww1", Secret: "s"}) {
		t.Errorf("a company: %+v, %v", c, err)
	}
	corp["WXUP_APPID"] = "wx1" // as in the wxup.env of a server
	c, err = wxup.FromVariables(get(corp))
	if _, ok := c.Auth.(*wxup.App); err != nil || !ok {
		t.Errorf("a company and an app: %+v, %v", c, err)
	}
	for want, vars := range map[string]map[string]string{
		"WXUP_MCHID and WXUP_MCH_KEY_FILE":                             {},
		"WXUP_APPSECRET_FILE":                                          {"WXUP_APPID": "wx1", "WXUP_APPSECRET_FILE": file + "s"},
		"WXUP_CA: it holds no certificate":                             {"WXUP_APPID": "wx1", "WXUP_CA": "x"},
		"WXUP_MCH_CERT_FILE and WXUP_MCH_KEY_FILE":                     {"WXUP_MCHID": "19", "WXUP_MCH_P12_FILE": "apiclient_cert.p12"},
		"WXUP_ECOMMERCE: it must be true or false":                     {"WXUP_MCHID": "19", "WXUP_ECOMMERCE": "5 MB"},
		"WXUP_MCH_KEY: ":                                               {"WXUP_MCHID": "19", "WXUP_MCH_KEY": "x"},
		"WXUP_APIV3_KEY: the APIv3 key must have 32 characters, not 5": {"WXUP_MCHID": "19", "WXUP_APIV3_KEY": "short"},
	} {
		c, err := wxup.FromVariables(get(vars))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %+v, %v; want %s", vars, c, err, want)
		}
	}
}
