package explain_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/jpeg"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wxuptest"
)

// lineLanguages are the languages whose lines of code run: a program of each, whose text holds the
// lines in the places of their names. What a line calls of an SDK, the program has a small one of.
var lineLanguages = map[string]struct {
	command []string          // the file is its last argument
	file    string            // as the compiler wants it
	dots    map[string]string // what a reader writes in the place of … in a line
	not     string            // lines that the program does not hold
}{
	"go": {[]string{"go", "run"}, "main.go", map[string]string{
		"header": "mchid, nonce, timestamp, serial, signature", "form": "fill(w); w.Close()",
	}, "certificate convert digest.v2 form.account form.v2 key media media.v2 option upload"},
	"node":   {[]string{"node"}, "lines.js", nil, "certificate convert digest.v2 form.account form.v2 key media media.v2 option upload"},
	"python": {[]string{"python3"}, "lines.py", nil, "certificate convert digest.v2 form.account form.v2 key length media media.v2 option upload"},
	"php": {[]string{"php"}, "lines.php", map[string]string{
		"header": "$mchid, $nonce, $timestamp, $serial, $signature",
	}, "accept certificate convert digest.v2 form.account form.v2 key length media media.account media.v2 option upload utf8"},
	"java": {[]string{"java"}, "Lines.java", map[string]string{
		"header": "mchid, nonce, timestamp, serial, signature",
	}, "certificate convert digest.v2 form.account form.v2 key length media media.v2 option upload"},
}

var lineName = regexp.MustCompile(`@([a-z0-9.-]+)@`)

// TestLines runs the lines of code that reports give: programs made of them upload to a server, and
// sign what package sign signs.
func TestLines(t *testing.T) {
	need.Time(t)
	for language, l := range lineLanguages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			program := need.Program(t, l.command[0], need.Setup)
			text, err := os.ReadFile(filepath.Join("testdata", "lines", language+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			rest := maps.Clone(explain.Lines())
			source := lineName.ReplaceAllStringFunc(string(text), func(s string) string {
				name := strings.Trim(s, "@")
				code, ok := explain.Lines()[name]
				if !ok {
					t.Fatalf("there is no line %s", name)
				}
				delete(rest, name)
				return strings.ReplaceAll(code[language], "…", l.dots[name])
			})
			if got := slices.Sorted(maps.Keys(rest)); strings.Join(got, " ") != l.not {
				t.Errorf("the program does not hold the lines %q, want %q", got, l.not)
			}
			dir := t.TempDir()
			write := func(name, text string) string {
				path := filepath.Join(dir, name)
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			srv := wxuptest.NewServer(t)
			var picture bytes.Buffer
			if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
				t.Fatal(err)
			}
			utf8 := "图"
			if language == "java" { // which reads its arguments in the charset of the locale
				utf8 = base64.StdEncoding.EncodeToString([]byte(utf8))
			}
			cmd := exec.Command(program, append(l.command[1:], write(l.file, source), write("photo.jpg", picture.String()), token(t, srv), utf8)...)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), srv.Env()...)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			want := []string{`account {"url"`, "utf8 e59bbe", `v3 {"media_url"`}
			for _, signType := range []string{"MD5", "HMAC-SHA256"} {
				fields := map[string]string{"mch_id": "1900009191", "media_hash": "ab", "sign_type": signType}
				want = append(want, signType+" "+sign.V2(signType, fields, srv.Merchant.APIv2Key))
			}
			for _, prefix := range want {
				if !strings.Contains("\n"+string(out), "\n"+prefix) {
					t.Errorf("it does not print %s", prefix)
				}
			}
			for line := range strings.Lines(string(out)) {
				if !slices.ContainsFunc(want, func(prefix string) bool { return strings.HasPrefix(line, prefix) }) {
					t.Errorf("it prints %s", line)
				}
			}
			if images := srv.Images(); len(images) != 2 || string(images[0].Data) != picture.String() || string(images[1].Data) != picture.String() {
				t.Errorf("%d images arrived, or others than were sent", len(images))
			}
		})
	}
}

// token fetches an access_token.
func token(t *testing.T, srv *wxuptest.Server) string {
	t.Helper()
	query := url.Values{"grant_type": {"client_credential"}, "appid": {srv.App.AppID}, "secret": {srv.App.Secret}}
	resp, err := http.Get(srv.URL + "/cgi-bin/token?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("no token: %v", err)
	}
	return answer.Token
}
