package scripts_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/sign"
)

const checkout = "../.."

// A step is a line of a document that begins with "$ ", and the lines below it: what it prints.
type step struct{ command, output string }

// TestReadme runs the lines of both READMEs that begin with "$ ", in order, and compares what they
// print.
func TestReadme(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join(checkout, name))
		if err != nil {
			t.Fatal(err)
		}
		var steps []step
		code := false
		last := -1 // the step whose output the next lines are
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "```") {
				code, last = !code, -1
			} else if command, ok := strings.CutPrefix(line, "$ "); ok && code {
				command, _, _ = strings.Cut(command, " # ")
				last = len(steps)
				steps = append(steps, step{command: strings.TrimSpace(command)})
			} else if last >= 0 {
				steps[last].output += line
			}
		}
		if len(steps) < 6 {
			t.Fatalf("%s has %d lines that begin with $", name, len(steps))
		}
		dir := t.TempDir()
		script := filepath.Join(dir, strings.ReplaceAll(name, ".", "_")+".txtar")
		if err := os.WriteFile(script, []byte("readme\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		scripts(t, dir, nil, map[string]func(*testscript.TestScript, bool, []string){
			"readme": func(ts *testscript.TestScript, _ bool, _ []string) {
				for _, s := range steps {
					s.run(ts)
				}
			},
		})
	}
}

func (s step) run(ts *testscript.TestScript) {
	switch s.command {
	case "go build -o wxup ./app/cmd/wxup": // this test is the program
		return
	case "./wxup serve &":
		serveCmd(ts, false, nil)
		return
	}
	if strings.HasSuffix(s.command, "why last") {
		signWhole(ts)
	}
	ts.Check(ts.Exec("sh", "-c", strings.ReplaceAll(s.command, "./wxup", "wxup")))
	got := ts.ReadFile("stdout")
	if !alike(s.output).MatchString(blank(got)) {
		ts.Fatalf("$ %s\nprints\n%s\nand the README says\n%s", s.command, got, s.output)
	}
}

var (
	urls    = regexp.MustCompile(`http://127\.0\.0\.1:\d+/(mmbiz_\w+)/[^/\s]+/0`)
	ids     = regexp.MustCompile(`[\w-]{60,}`)
	hexes   = regexp.MustCompile(`\b[0-9A-Fa-f]{10,}\b`)
	numbers = regexp.MustCompile(`\d+(\.\d+)?`)
)

// blank replaces what differs from run to run: addresses, ids, digests and numbers.
func blank(text string) string {
	if strings.HasPrefix(text, "{") { // files, in the order in which their uploads finished
		text = strings.Join(slices.Sorted(strings.Lines(text)), "")
	}
	text = urls.ReplaceAllString(text, "http://$1")
	text = hexes.ReplaceAllString(ids.ReplaceAllString(text, "ID"), "ID")
	return numbers.ReplaceAllString(text, "0")
}

// alike matches text as blank leaves it; … stands for any text, and alone in its column for any
// lines.
func alike(text string) *regexp.Regexp {
	text = regexp.QuoteMeta(blank(text))
	text = regexp.MustCompile(`(?m)^ +… .*$`).ReplaceAllString(text, `(?s:.*)`)
	return regexp.MustCompile(`^` + strings.ReplaceAll(text, "…", ".*") + `\s*$`)
}

// signWhole sends an upload whose signature is over the whole body instead of meta.
func signWhole(ts *testscript.TestScript) {
	vars, err := datadir.ReadEnv(ts.MkAbs("wxup-data/wxup.env"))
	ts.Check(err)
	photo := ts.ReadFile("photo.jpg")
	meta := fmt.Sprintf(`{"filename":"photo.jpg","sha256":"%x"}`, sha256.Sum256([]byte(photo)))
	body := "--b\r\nContent-Disposition: form-data; name=\"meta\"\r\n\r\n" + meta +
		"\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n" +
		photo + "\r\n--b--\r\n"
	keyPEM, err := os.ReadFile(vars["WXUP_MCH_KEY_FILE"])
	ts.Check(err)
	key, err := sign.ParsePrivateKey(keyPEM)
	ts.Check(err)
	const path = "/v3/marketing/favor/media/image-upload"
	stamp, nonce := fmt.Sprint(time.Now().Unix()), "0b5c1c1ad74a47b2a1b9cdf79a4a8fcf"
	signature, err := sign.RSA(key, sign.V3Request("POST", path, stamp, nonce, []byte(body)))
	ts.Check(err)
	r, err := http.NewRequest("POST", vars["WXUP_HTTP_URL"]+path, strings.NewReader(body))
	ts.Check(err)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	r.Header.Set("Authorization", fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",timestamp="%s",serial_no="%s",signature="%s"`,
		vars["WXUP_MCHID"], nonce, stamp, vars["WXUP_MCH_SERIAL"], signature))
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		answer, _ := io.ReadAll(resp.Body)
		ts.Fatalf("the upload with a wrong signature: %s %s", resp.Status, answer)
	}
}
