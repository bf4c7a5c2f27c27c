package datadir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/devkeys"
)

// TestReaching: existing values are kept where they do no harm, and applying the variables twice
// changes nothing.
func TestReaching(t *testing.T) {
	for given, want := range map[string]string{
		"":                                   "localhost,127.0.0.1,::1",
		"example.com, .corp:8080 10.0.0.0/8": "localhost,127.0.0.1,::1,example.com,.corp:8080,10.0.0.0/8",
		"localhost,127.0.0.1,::1,a.b,a.b":    "localhost,127.0.0.1,::1,a.b",
		"*":                                  "localhost,127.0.0.1,::1",
		"qq.com,.Weixin.QQ.com.,cn,mmbiz.qpic.cn": "localhost,127.0.0.1,::1",
		"api.mch.weixin.qq.com:443,*.qpic.cn,::2": "localhost,127.0.0.1,::1,::2",
		"mp.weixin.qq.com":                        "localhost,127.0.0.1,::1,mp.weixin.qq.com",
	} {
		if got := noProxy(given); got != want {
			t.Errorf("NO_PROXY=%q becomes %q, want %q", given, got, want)
		}
	}
	env := map[string]string{"PHP_INI_SCAN_DIR": ":/etc/php.d", "JAVA_TOOL_OPTIONS": "-Xmx1g", "no_proxy": "a.b"}
	given := func(name string) string { return env[name] }
	once := Reaching("/it's \"here\"", "http://127.0.0.1:8081", given)
	for name, want := range map[string]string{
		"PHP_INI_SCAN_DIR": ":/etc/php.d:/it's \"here\"/php",
		"NO_PROXY":         "localhost,127.0.0.1,::1,a.b",
	} {
		if once[name] != want {
			t.Errorf("%s=%q, want %q", name, once[name], want)
		}
	}
	if want := `-Xmx1g "-Djavax.net.ssl.trustStore=/it's "'"'"here"'"'"/ca-bundle.p12" -D`; !strings.HasPrefix(once["JAVA_TOOL_OPTIONS"], want) {
		t.Errorf("JAVA_TOOL_OPTIONS=%s", once["JAVA_TOOL_OPTIONS"])
	}
	env = once
	for name, value := range Reaching("/it's \"here\"", "http://127.0.0.1:8081", given) {
		if value != once[name] {
			t.Errorf("the second time %s is %q, and was %q", name, value, once[name])
		}
	}
}

// TestWriteTrust: the files are rewritten after the directory was moved and after one was lost.
func TestWriteTrust(t *testing.T) {
	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	old, dir := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "new")
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := (&Dir{Path: old}).WriteTrust(ca); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(old, dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, javaFile)); err != nil {
		t.Fatal(err)
	}
	if err := (&Dir{Path: dir}).WriteTrust(ca); err != nil {
		t.Fatal(err)
	}
	ini, err := os.ReadFile(filepath.Join(dir, phpDir, "wxup.ini"))
	if err != nil || strings.Contains(string(ini), old) || !strings.Contains(string(ini), filepath.Join(dir, bundleFile)) {
		t.Errorf("PHP's file: %v\n%s", err, ini)
	}
	if _, err := os.Stat(filepath.Join(dir, javaFile)); err != nil {
		t.Error(err)
	}
}
