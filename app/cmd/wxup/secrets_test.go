package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/app/datadir"
)

// places are requests with a secret, which takes the place of {}, where it does not belong. LEN is
// the length of the body, v3 an Authorization header, and FORM an upload.
var places = map[string]string{
	"path":            "POST /v3/{} HTTP/1.1\nv3\nFORM",
	"path of images":  "GET /mmbiz_png/{}/0 HTTP/1.1\n",
	"query":           "POST /cgi-bin/media/uploadimg?access_token={} HTTP/1.1\nFORM",
	"name of a query": "POST /cgi-bin/media/uploadimg?{}=1 HTTP/1.1\nFORM",
	"appid":           "GET /cgi-bin/token?grant_type=client_credential&appid={}&secret=abcdef HTTP/1.1\n",
	"grant_type":      "GET /cgi-bin/token?grant_type={}&appid={}&secret={} HTTP/1.1\n",
	"JSON":            "POST /cgi-bin/stable_token HTTP/1.1\n\n{\"grant_type\":\"{}\",\"appid\":\"{}\",\"secret\":\"{}\"}",
	"header":          "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nX-Key: {}\nFORM",
	"agent":           "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nUser-Agent: {}\nFORM",
	"cookie":          "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nCookie: a={}\nFORM",
	"serial header":   "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nWechatpay-Serial: {}\nFORM",
	"Content-Type":    "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nContent-Type: {}\n\nabc",
	"Authorization":   "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nAuthorization: {}\nFORM",
	"Basic":           "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nAuthorization: Basic {}\nFORM",
	"scheme":          "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nAuthorization: WECHATPAY2-SHA256-RSA2048 {}\nFORM",
	"part name":       "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nFORM name=\"file\" => name=\"{}\"",
	"part value":      "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nFORM {\"filename\" => {}{\"filename\"",
	"meta":            "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nFORM \"sha256\":\"0\" => \"sha256\":\"{}\"",
	"file name":       "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nFORM photo.jpg => {}.jpg",
	"file":            "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nFORM CONTENT => {}",
	"v2 field":        "POST /secapi/mch/uploadmedia HTTP/1.1\nFORM name=\"meta\" => name=\"key\"\r\n\r\n{}\r\n--b\r\nContent-Disposition: form-data; name=\"sign\"",
	"v2 mch_id":       "POST /secapi/mch/uploadmedia HTTP/1.1\nFORM name=\"meta\" => name=\"mch_id\"\r\n\r\n{}\r\n--b\r\nContent-Disposition: form-data; name=\"{}\"",
	"account field":   "POST /cgi-bin/media/upload?type=image&access_token=x HTTP/1.1\nFORM name=\"meta\" => name=\"{}\"",
	"rid":             "POST /cgi-bin/openapi/rid/get?access_token={} HTTP/1.1\n\n{\"rid\":\"{}\"}",
	"certificates":    "GET /v3/certificates?a={} HTTP/1.1\nv3\n",
	"method":          "{} /v3/certificates HTTP/1.1\nv3\n",
	"host":            "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nHost: {}\nv3\nFORM",
	"page":            "GET /exchanges/{}?endpoint={} HTTP/1.1\nAuthorization: Bearer {}\n",
	"login":           "POST /login?token={} HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\ntoken={}",
	"mchid":           "v3 mchid", "nonce": "v3 nonce_str", "timestamp": "v3 timestamp", "serial": "v3 serial_no", "signature": "v3 signature",
}

const sampleForm = "--b\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n" +
	"{\"filename\":\"photo.jpg\",\"sha256\":\"0\"}\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\n" +
	"Content-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0CONTENT\r\n--b--\r\n"

// request writes the request of a place.
func request(place, secret string) []byte {
	pairs := map[string]string{
		"mchid": "1900009191", "nonce_str": rand.Text(), "timestamp": fmt.Sprint(time.Now().Unix()),
		"serial_no": "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C", "signature": base64.StdEncoding.EncodeToString(make([]byte, 256)),
	}
	if name, ok := strings.CutPrefix(place, "v3 "); ok {
		pairs[name] = "{}"
		place = "POST /v3/marketing/favor/media/image-upload HTTP/1.1\nv3\nFORM"
	}
	var auth []string
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		auth = append(auth, name+`="`+pairs[name]+`"`)
	}
	place = strings.Replace(place, "\nv3\n", "\nAccept: */*\nAuthorization: WECHATPAY2-SHA256-RSA2048 "+strings.Join(auth, ",")+"\n", 1)
	body := ""
	if head, change, ok := strings.Cut(place, "FORM"); ok {
		body = sampleForm
		if old, by, ok := strings.Cut(strings.TrimPrefix(change, " "), " => "); ok {
			body = strings.Replace(body, old, by, 1)
		}
		place = head + "Content-Type: multipart/form-data; boundary=b\n"
	} else {
		place, body, _ = strings.Cut(place, "\n\n")
		place = strings.TrimSuffix(place, "\n") + "\n"
	}
	head := strings.ReplaceAll(place, "{}", secret)
	body = strings.ReplaceAll(body, "{}", secret)
	if !strings.Contains(head, "Host:") {
		head += "Host: 127.0.0.1\n"
	}
	if !strings.Contains(head, "User-Agent:") {
		head += "User-Agent: test\n"
	}
	return []byte(strings.ReplaceAll(head, "\n", "\r\n") + fmt.Sprintf("Content-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body))
}

var secretCodes = map[string]func(string) string{
	"plain":     func(s string) string { return s },
	"hex":       func(s string) string { return hex.EncodeToString([]byte(s)) },
	"HEX":       func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"base64":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64url": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("k:" + s)) },
	"basic":     func(s string) string { return base64.StdEncoding.EncodeToString([]byte("1900009191:" + s)) },
	"url": func(s string) string {
		return url.QueryEscape(s[:4]) + fmt.Sprintf("%%%02x", s[4]) + url.QueryEscape(s[5:])
	},
	"json": func(s string) string { return s[:4] + fmt.Sprintf(`\u%04x`, s[4]) + s[5:] },
}

// leaks lists the secrets of which 16 characters in a row, in one of the codes, are in a text.
func leaks(text string, secrets map[string]string) (list []string) {
	folded := strings.ToLower(text)
	for name, s := range secrets {
		for code, encode := range secretCodes {
			x := encode(s)
			in := text
			if code == "plain" || code == "hex" || code == "HEX" {
				x, in = strings.ToLower(x), folded
			}
			for i := 0; i+16 <= len(x); i += 4 {
				if strings.HasPrefix(s, "refreshtoken@@@") && i < 36 { // what all of them begin with
					continue
				}
				if code == "base64url" || code == "basic" || code == "base64" {
					if i < 16 || i+20 > len(x) { // what stands beside the secret
						continue
					}
				}
				if at := strings.Index(in, x[i:i+16]); at >= 0 {
					list = append(list, fmt.Sprintf("%s (%s): …%.120q", name, code, text[max(0, at-60):min(len(text), at+60)]))
					break
				}
			}
		}
	}
	return list
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestNoSecret sends every secret that a server holds to where it does not belong, in every
// encoding, and looks for it in all that the program writes.
func TestNoSecret(t *testing.T) {
	t.Setenv("WXUP_CONFIG", "off")
	data := filepath.Join(t.TempDir(), "data")
	ctx, stop := context.WithCancel(t.Context())
	var written lockedBuffer
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"serve", "--data", data, "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--proxy", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log", "json"}, &written, &written)
	}()
	var vars map[string]string
	for vars == nil {
		if v, err := datadir.ReadEnv(datadir.EnvFile(data)); err == nil {
			vars = v
		} else {
			select {
			case status := <-ended:
				t.Fatalf("status %d: %s", status, written.String())
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	base, admin := vars["WXUP_HTTP_URL"], vars["WXUP_ADMIN_URL"]
	key, err := os.ReadFile(vars["WXUP_MCH_KEY_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	cloud, err := os.ReadFile(vars["WXUP_CLOUDBASE_TOKEN_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{
		"APIv3 key": vars["WXUP_APIV3_KEY"], "APIv2 key": vars["WXUP_APIV2_KEY"], "app secret": vars["WXUP_APPSECRET"], "company secret": vars["WXUP_CORPSECRET"],
		"component secret": vars["WXUP_COMPONENT_APPSECRET"], "refresh token": vars["WXUP_AUTHORIZER_REFRESH_TOKEN"], "admin token": vars["WXUP_ADMIN_TOKEN"],
		"private key": strings.Split(string(key), "\n")[3], "cloud token": strings.TrimSpace(string(cloud)),
		"access_token": issued(t, base, vars), "session": session(t, admin, vars["WXUP_ADMIN_TOKEN"]),
	}
	public, operators := strings.TrimPrefix(base, "http://"), strings.TrimPrefix(admin, "http://")
	for name, place := range places {
		where := public
		if name == "page" || name == "login" {
			where = operators
		}
		for code, encode := range secretCodes {
			if code == "plain" {
				for _, s := range secrets {
					send(t, where, request(place, s))
				}
				continue
			}
			var all []string
			for _, s := range secrets {
				all = append(all, encode(s))
			}
			send(t, where, request(place, strings.Join(all, "-")))
		}
		if place[0] == 'P' {
			send(t, where, request(place, strings.ReplaceAll(string(key), "\n", `\n`)))
		}
		if found := leaks(written.String(), secrets); found != nil {
			t.Fatalf("after the place %s the log shows %s", name, found)
		}
	}
	send(t, strings.TrimPrefix(vars["WXUP_PROXY_URL"], "http://"), []byte("CONNECT "+secrets["APIv3 key"]+":443 HTTP/1.1\r\nUser-Agent: "+secrets["APIv2 key"]+"\r\n\r\n"))

	// What the inspector shows, and what it is made of.
	shown := get(t, admin+"/metrics", "") + get(t, admin+"/", vars["WXUP_ADMIN_TOKEN"]) + get(t, admin+"/connect", vars["WXUP_ADMIN_TOKEN"]) +
		get(t, admin+"/keys", vars["WXUP_ADMIN_TOKEN"]) + get(t, admin+"/api/v1/exchanges?limit=200", vars["WXUP_ADMIN_TOKEN"])
	ids := regexp.MustCompile(`"id": "([^"]+)"`).FindAllStringSubmatch(shown, -1)
	for i := 0; i < len(ids); i += 5 {
		shown += get(t, admin+"/api/v1/exchanges/"+ids[i][1], vars["WXUP_ADMIN_TOKEN"]) + get(t, admin+"/exchanges/"+ids[i][1]+"?lang=zh", vars["WXUP_ADMIN_TOKEN"])
	}
	var said lockedBuffer
	for _, id := range []string{"last", ids[0][1]} {
		for _, format := range []string{"--json=false", "--json"} {
			run(t.Context(), []string{"why", "--data", data, id, format}, &said, &said)
		}
	}
	stop()
	<-ended
	for what, text := range map[string]string{"log": written.String(), "pages": shown, "why": said.String(), "database": dump(t, filepath.Join(data, "index.db"))} {
		if len(text) < 1000 {
			t.Errorf("%s: %q", what, text)
		}
		for _, found := range leaks(text, secrets) {
			t.Errorf("%s: %s", what, found)
		}
	}
}

func send(t *testing.T, where string, request []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", where)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write(request)
	io.Copy(io.Discard, bufio.NewReader(conn))
}

func get(t *testing.T, url, token string) string {
	t.Helper()
	r, _ := http.NewRequest(http.MethodGet, url, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", url, resp.Status, text)
	}
	return string(text)
}

func issued(t *testing.T, base string, vars map[string]string) string {
	var answer struct {
		Token string `json:"access_token"`
	}
	text := get(t, base+"/cgi-bin/token?grant_type=client_credential&appid="+vars["WXUP_APPID"]+"&secret="+vars["WXUP_APPSECRET"], "")
	if json.Unmarshal([]byte(text), &answer) != nil || answer.Token == "" {
		t.Fatal(text)
	}
	return answer.Token
}

// session logs in and returns what the cookie's holder alone knows.
func session(t *testing.T, base, token string) string {
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm(base+"/login", url.Values{"token": {token}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	for _, c := range resp.Cookies() {
		if i := strings.LastIndex(c.Value, "."); i > 0 {
			return c.Value[i+1:]
		}
	}
	t.Fatal("no session: ", resp.Status)
	return ""
}

// dump returns what an index holds, except for the tables that keep the secrets themselves.
func dump(t *testing.T, file string) string {
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var text strings.Builder
	tables := column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table'`)
	for _, table := range tables {
		if slices.Contains([]string{"merchant", "app", "component", "token", "setting", "platform_key"}, table) {
			continue
		}
		rows, err := db.Query(`SELECT * FROM ` + table)
		if err != nil {
			t.Fatal(err)
		}
		columns, _ := rows.Columns()
		for rows.Next() {
			values := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				fmt.Fprintln(&text, table, v)
			}
		}
		rows.Close()
	}
	return text.String()
}

func column(t *testing.T, db *sql.DB, query string) (list []string) {
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

// TestNoSecretInErrors puts secrets into variables, configuration keys and flags that are for
// something else, and looks for them in what the commands print.
func TestNoSecretInErrors(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	photo := filepath.Join(dir, "a.jpg")
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(photo, []byte("\xff\xd8\xff"), 0o600); err != nil {
		t.Fatal(err)
	}
	key := strings.TrimSpace(strings.Repeat("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDV0jIknk7fGPkx\n", 3))
	secrets := map[string]string{
		"key": "0123abcd4567EFGH0123ijkl4567MNOP", "PEM": "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----",
		"token": strings.Repeat("90_aBcDe-", 15) + "x", "password": "postgres://wxup:Geheim-geheim-42@127.0.0.1:1/wxup",
	}
	look := func(what, secret string, args ...string) {
		t.Helper()
		var out lockedBuffer
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		go becomes(func() bool { // a server that is up, or waits for its database, has said what it says
			if strings.Contains(out.String(), `"msg":"ready"`) || strings.Contains(out.String(), `"msg":"not ready;`) {
				stop()
			}
			return ctx.Err() != nil
		})
		run(ctx, args, &out, &out)
		for part := range strings.SplitSeq(secret, "\n") {
			if i := strings.Index(part, "Geheim"); i > 0 {
				part = part[i : i+16]
			}
			if len(part) >= 16 && !strings.HasPrefix(part, "-----") && strings.Contains(out.String(), part[:16]) {
				t.Errorf("%s: %q prints %q", what, args, out.String())
			}
		}
	}
	commands := [][]string{
		{"put", photo, "--to", "marketing", "--data", dir, "--retries", "0", "--server", "http://127.0.0.1:1"}, {"put", photo, "--to", "uploadimg", "--data", dir, "--dry-run"},
		{"doctor", "--offline", "--data", dir}, {"config", "show", "put"}, {"config", "show", "serve", "--origin"},
	}
	for name, secret := range secrets {
		t.Setenv("WXUP_CONFIG", "off")
		for _, variable := range []string{
			"MCHID", "MCH_SERIAL", "MCH_KEY", "MCH_KEY_FILE", "MCH_CERT", "MCH_CERT_FILE", "MCH_P12_FILE", "APIV3_KEY", "APIV3_KEY_FILE", "APIV2_KEY_FILE",
			"PLATFORM_CERT_FILE", "PLATFORM_PUBKEY_ID", "PLATFORM_PUBKEY", "APPID", "APPSECRET", "APPSECRET_FILE", "ACCESS_TOKEN_FILE", "CORPID", "CA_FILE", "CA",
			"SERVER", "PROFILE", "TO", "RETRIES", "HTTPS_URL", "HTTP_URL", "LEDGER",
		} {
			os.Setenv("WXUP_"+variable, secret)
			for _, args := range commands[:3] {
				look(name+" in "+variable, secret, args...)
			}
			if strings.HasPrefix(variable, "M") {
				look(name+" in "+variable, secret, commands[3]...)
			}
			os.Unsetenv("WXUP_" + variable)
		}
		for _, variable := range []string{"INDEX", "BLOBS", "DATA", "HTTP", "SEED", "TLS_CERT", "PUBLIC_URL", "SIDECAR_APP", "ANSWERS", "QUOTAS", "TRUST_PROXY", "CONFIG"} {
			os.Setenv("WXUP_"+variable, secret)
			args := []string{"serve", "--log", "json"}
			if variable == "DATA" {
				args = []string{"why", "last"}
			} else if variable != "HTTP" {
				args = append(args, "--data", filepath.Join(dir, "data"), "--http", "not an address")
			}
			look(name+" in "+variable, secret, args...)
			look(name+" in "+variable, secret, commands[4]...)
			os.Unsetenv("WXUP_" + variable)
		}
		os.Unsetenv("WXUP_CONFIG")
		for _, text := range []string{
			"to: %q", "%q: x", "profiles: {a: {mchid: %q}}", "profiles: {a: {mch_key: {file: %q}}}", "profiles: {a: {apiv3_key: {env: %q}}}",
			"profiles: {a: {apiv3_key: {command: [%q]}}}", "profiles: {%q: {mchid: 1}}", "rules: [{match: %q, to: x}]", "rules: [{match: a, to: %q}]", "%q",
		} {
			if err := os.WriteFile(config, fmt.Appendf(nil, text, secret), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range commands {
				look(name+" in "+text, secret, append(slices.Clone(args), "--config", config, "--profile", "a")...)
			}
		}
		for _, args := range [][]string{
			{"put", secret}, {"put", photo, "--to", secret}, {"put", photo, "--" + secret}, {"put", photo, "--to", "marketing", "--server", secret}, {secret}, {"why", secret},
			{"put", photo, "--ledger", secret}, {"doctor", "--server", secret}, {"doctor", "--profile", secret}, {"serve", "--index", secret, "--data", filepath.Join(dir, "d")},
			{"serve", "--http", secret, "--data", filepath.Join(dir, "d")}, {"serve", "--tls-cert", secret, "--tls-key", secret, "--data", filepath.Join(dir, "d")},
			{"why", photo, "--cert", secret}, {"why", photo, "--key", secret}, {"readyz", secret}, {"exec", "--", secret}, {"help", secret}, {"merchant", "show", secret, "--data", dir},
		} {
			look(name, secret, args...)
		}
	}
}
