package capture

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/explain"
)

// signingKey signs the uploads that are saved here, and is known to be the merchant's.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

const signedSerial = "5F1C000000000000000000000000000000000001"

var nameIn = regexp.MustCompile(`"filename":"([^"]*)"`)

// A sent is an upload as it went over the wire.
type sent struct{ head, body, answer, meta string }

func (s sent) all() string { return s.head + s.body }

// signed is an upload of the picture whose meta is that; what was signed ends with end.
func signed(meta, picture, end string) sent {
	const path, nonce = "/v3/marketing/favor/media/image-upload", "593BEC0C930BF1AFEB40B4A08C8FB242"
	now := fmt.Sprint(time.Now().Unix())
	sum := sha256.Sum256([]byte("POST\n" + path + "\n" + now + "\n" + nonce + "\n" + meta + end))
	signature, err := rsa.SignPKCS1v15(rand.Reader, signingKey(), crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	body := strings.Replace(string(multipartOf("B", meta, []byte(picture))), `filename="a.jpg"`, `filename="`+nameIn.FindStringSubmatch(meta)[1]+`"`, 1)
	head := "POST " + path + " HTTP/1.1\r\nHost: api.mch.weixin.qq.com\r\nUser-Agent: my-shop/1.0\r\nAccept: application/json\r\n" +
		"Content-Type: multipart/form-data; boundary=B\r\n" +
		`Authorization: WECHATPAY2-SHA256-RSA2048 mchid="1900009191",nonce_str="` + nonce + `",signature="` + base64.StdEncoding.EncodeToString(signature) +
		`",timestamp="` + now + `",serial_no="` + signedSerial + `"` + "\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n\r\n"
	return sent{head, body, withoutDate(rawRefused), meta}
}

// withoutDate is an answer that does not tell the server's clock.
func withoutDate(answer string) string {
	before, after, _ := strings.Cut(answer, "Date: ")
	_, after, _ = strings.Cut(after, "\n")
	return before + after
}

func metaOf(name, picture string) string {
	return fmt.Sprintf(`{"filename":%q,"sha256":"%x"}`, name, sha256.Sum256([]byte(picture)))
}

// photo is whole as far as its markers go, and holds line ends, equal rows in a dump, and all bytes
// that are not ASCII.
var photo = func() string {
	b := []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" +
		"\xff\xc0\x00\x0b\x08\x00\x10\x00\x10\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00")
	for i := range 4096 {
		b = append(b, byte(i%255), byte(i>>5))
	}
	return string(b) + strings.Repeat("\x00", 200) + "\r\n\n\n\r\n\xff\xd9"
}()

// explained is what is said about the only request in a text: the causes, the notes, and all else.
func explained(t *testing.T, text string) (causes, notes, said string) {
	t.Helper()
	saved, err := Read([]byte(text), ReadFile)
	if err != nil {
		return "", "", err.Error()
	}
	if len(saved) != 1 {
		t.Fatalf("%d requests", len(saved))
	}
	merchant := &explain.Merchant{ID: "1900009191", Keys: []explain.Key{{Serial: signedSerial, Public: &signingKey().PublicKey}}}
	report := saved[0].Explain(&explain.Known{Merchant: merchant})
	for _, f := range report.Findings {
		if !strings.HasPrefix(f.Cause, "observed.") {
			causes = strings.TrimSpace(causes + " " + f.Cause)
		}
	}
	for _, n := range saved[0].Notes {
		notes += n.EN + "\n"
	}
	for _, n := range append(report.RuledOut, report.Check...) {
		said += n.EN + "\n"
	}
	return causes, notes, said
}

// TestNotAFile: what a curl line names is read only if it is a file.
func TestNotAFile(t *testing.T) {
	for _, name := range []string{t.TempDir(), os.DevNull} {
		_, err := Read([]byte("curl -F 'file=@"+name+"' "+uploadURL), ReadFile)
		if err == nil || !strings.Contains(err.Error(), "only files are read") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBodyNotSaved: without the body nothing is said about what was signed.
func TestBodyNotSaved(t *testing.T) {
	right := signed(metaOf("a.jpg", photo), photo, "\n")
	for name, text := range map[string]string{
		"head":            right.head,
		"head and answer": right.head + right.answer,
		"curl -v":         verbose(right.all(), right.answer, "> "),
		"HAR":             harOf(entryOf("multipart/form-data; boundary=B", len(right.body), `"text":""`, `"text":""`)),
	} {
		causes, notes, said := explained(t, text)
		if strings.Contains(said, "should have") || strings.Contains(said, "variants") || !strings.Contains(notes, "the body was not saved") {
			t.Errorf("%s: notes %q, said %q", name, notes, said)
		}
		if name != "HAR" && causes != "" {
			t.Errorf("%s: found %s", name, causes)
		}
	}
}

// prefixed is a text with something before each line.
func prefixed(text string, before func(line int) string) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		b.WriteString(before(i) + line + "\n")
	}
	return b.String()
}

func asUTF8(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// dotsFor puts a dot in the place of every byte that is not ASCII.
func dotsFor(text string) string {
	b := []byte(text)
	for i, c := range b {
		if c >= 0x7f || c < ' ' && c != '\r' && c != '\n' {
			b[i] = '.'
		}
	}
	return string(b)
}

func asLatin1(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteRune(rune(text[i]))
	}
	return b.String()
}

// A copy is what one way to save makes of an upload.
type copied struct {
	name  string
	save  func(s sent) string
	note  string // that it makes
	blind bool   // the signature cannot be judged: meta is not there
}

var copies = []copied{
	{"dots for bytes", func(s sent) string { return dotsFor(s.all()) }, "saved as text", false},
	{"a log's prefix", func(s sent) string {
		return prefixed(lf(asUTF8(s.all()+"\r\n"+s.answer)), func(i int) string {
			return fmt.Sprintf("2026-11-30 23:50:%02d.123 DEBUG [exec-3] c.s.Upload - ", i%60)
		})
	}, "before every line", false},
	{"cat -n", func(s sent) string {
		return prefixed(lf(asUTF8(s.all())), func(i int) string { return fmt.Sprintf("%6d\t", i+1) })
	}, "before every line", false},
	{"grep -n", func(s sent) string {
		return prefixed(lf(asUTF8(s.all())), func(i int) string { return fmt.Sprintf("%d:", i+98) })
	}, "before every line", false},
	{"a diff", func(s sent) string { return prefixed(lf(asUTF8(s.all())), func(int) string { return "+" }) }, "before every line", false},
	{"indented", func(s sent) string { return prefixed(lf(asUTF8(s.all())), func(int) string { return "    " }) }, "before every line", false},
	{"a quoted mail", func(s sent) string { return prefixed(lf(asUTF8(s.all())), func(int) string { return "> " }) }, "before every line", false},
	{"requests_toolbelt", func(s sent) string {
		return prefixed(lf(s.head), func(int) string { return "< " }) + asUTF8(s.body) + "\n" + prefixed(lf(s.answer), func(int) string { return "> " })
	}, "before every line", false},
	{"Feign", func(s sent) string {
		head := strings.Replace(s.head, "POST /", "---> POST https://api.mch.weixin.qq.com/", 1)
		text := lf(head) + "Binary data\n---> END HTTP (" + fmt.Sprint(len(s.body)) + "-byte body)\n<--- " + lf(s.answer)
		return prefixed(text, func(int) string { return "10:00:00.123 DEBUG 1 --- [main] c.s.Client : [Client#upload] " })
	}, "the body was not saved", true},
	{"curl -v in a log", func(s sent) string {
		return prefixed(lf(verbose(s.all(), s.answer, "> ")), func(int) string { return "[2026-11-30 23:50:29] local.DEBUG: " })
	}, "curl -v", true},
	{"curl -v on a page", func(s sent) string {
		text := lf(verbose(s.all(), s.answer, "> "))
		return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
	}, "curl -v", true},
	{"curl -v in PowerShell 5", func(s sent) string {
		return "curl.exe : *   Trying 1.2.3.4:443...\r\nAt line:1 char:1\r\n+ curl.exe -v -F meta=... 2> log.txt\r\n+ ~~~~~\r\n" +
			"    + CategoryInfo          : NotSpecified: (:String) [], RemoteException\r\n" + verbose(s.all(), s.answer, "> ")
	}, "curl -v", true},
	{"hexdump -C with *", func(s sent) string { return starred(hexdumpC(s.all())) }, "hexadecimal", false},
	{"OkHttp without User-Agent", func(s sent) string {
		return okLog(strings.Replace(s.all(), "User-Agent: my-shop/1.0\r\n", "", 1), s.answer, "")
	}, "OkHttp", true},
	{"OkHttp, redacted", func(s sent) string {
		before, after, _ := strings.Cut(s.head, "Authorization: ")
		_, after, _ = strings.Cut(after, "\r\n")
		return okLog(before+"Authorization: ██\r\n"+after+s.body, s.answer, "")
	}, "masked", true},
	{"wget -d", func(s sent) string {
		return "---request begin---\n" + lf(s.head) + "---request end---\nHTTP request sent, awaiting response... \n---response begin---\n" + lf(s.answer)
	}, "the body was not saved", true},
	{"a word for the body", func(s sent) string { return s.head + "| NOTE: binary data not shown |\r\n\r\n" + s.answer }, "the body was not saved", true},
	{"cut off", func(s sent) string { return s.all()[:len(s.all())-2000] }, "breaks off", false},
	{"cut off, so it says", func(s sent) string { return s.all()[:len(s.all())-2000] + "... (truncated)\r\n\r\n" + s.answer }, "breaks off", false},
	{"a piece left out", func(s sent) string {
		return s.all()[:len(s.head)+600] + "[...7000 bytes omitted...]" + s.all()[len(s.all())-200:]
	}, "changed in saving", false},
	{"cut off in the header", func(s sent) string { return s.head[:strings.Index(s.head, "signature=")+40] }, "within the header", true},
	{"CR LF for every line end", func(s sent) string { return strings.ReplaceAll(lf(s.all()), "\n", "\r\n") }, "changed in saving", false},
	{"LF for every line end", func(s sent) string { return lf(s.all()) }, "", false},
	{"bytes as characters", func(s sent) string { return asLatin1(s.all()) }, "ISO-8859-1", false},
	{"full-width colons", func(s sent) string { return strings.ReplaceAll(lf(asUTF8(s.all())), ": ", "：") }, "typographic", false},
	{"typographic quotes", func(s sent) string {
		return regexp.MustCompile(`"([^"\n]*)"`).ReplaceAllString(lf(asUTF8(s.all())), "“$1”")
	}, "typographic", false},
	{"an .http file", func(s sent) string {
		head := strings.NewReplacer("User-Agent: my-shop/1.0\r\n", "", "Accept: application/json\r\n", "").Replace(s.head)
		return lf(head + strings.Replace(s.body, photo, "< ./a.jpg", 1))
	}, "not in the text", false},
}

// starred puts * in the place of rows that are like the one before them.
func starred(dump string) string {
	var out, last string
	for line := range strings.Lines(dump) {
		bytes := line[min(10, len(line)):]
		switch {
		case bytes != last || len(bytes) < 60:
			out += line
		case !strings.HasSuffix(out, "*\n"):
			out += "*\n"
		}
		last = bytes
	}
	return out
}

// TestCopies saves a right upload, and one with a mistake, in all these ways: nothing may be found
// in the right one, and only the mistake in the other.
func TestCopies(t *testing.T) {
	for _, name := range []string{"a.jpg", "优惠券.jpg"} {
		right := signed(metaOf(name, photo), photo, "\n")
		wrong := signed(metaOf(name, photo), photo, "")
		for _, c := range copies {
			t.Run(c.name+" "+name, func(t *testing.T) {
				causes, notes, said := explained(t, c.save(right))
				if causes != "" || !strings.Contains(notes, c.note) || strings.Contains(said, "variants") || strings.Contains(said, "neither the file") {
					t.Errorf("right: found %q, notes %q, said %q", causes, notes, said)
				}
				want := "v3.frame.no_last_lf"
				if c.blind || c.name == "dots for bytes" && name != "a.jpg" {
					want = ""
				}
				if causes, notes, said := explained(t, c.save(wrong)); causes != want {
					t.Errorf("wrong: found %q, want %q, notes %q, said %q", causes, want, notes, said)
				}
			})
		}
	}
}

// TestNoRequest: a line of a request does not make a text a request, nor a bracket JSON.
func TestNoRequest(t *testing.T) {
	for text, want := range map[string]string{
		"# Upload\n\n    POST /v3/merchant/media/upload HTTP/1.1\n\n`meta` is JSON.":                  "no header follows",
		"POST https://api.mch.weixin.qq.com/v3/merchant/media/upload\n\nPOST data:\n[no cookies]\n":   "no header follows",
		"POST https://api.mch.weixin.qq.com/v3/merchant/media/upload\n403\n35 ms\nNetwork\nHost: h\n": "no header follows",
		"[2026-11-30T23:50:29+08:00] guzzle.DEBUG: nothing\n":                                         "not a request",
	} {
		if _, err := Read([]byte(text), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestPastedCommand: the quotes and blanks of a chat program are those of the shell.
func TestPastedCommand(t *testing.T) {
	for name, text := range map[string]string{
		"quotes": "curl -X POST “" + uploadURL + "” -H ‘User-Agent: a/1’ -H ‘Authorization: x’ -F ‘meta={\"a\":1}’ -F ‘file=@b.jpg’",
		"blanks": "curl -X POST '" + uploadURL + "' \\\n\u00a0 -H 'User-Agent: a/1' \\\n\u00a0\u00a0-H 'Authorization: x' -F 'meta={\"a\":1}' -F 'file=@b.jpg'",
	} {
		saved, err := Read([]byte(text), openDisk)
		if err != nil || len(saved) != 1 {
			t.Errorf("%s: %d requests, %v", name, len(saved), err)
			continue
		}
		q := &saved[0].Request
		if saved[0].Endpoint == nil || q.Header.Get("User-Agent") != "a/1" || q.Header.Get("Authorization") != "x" || len(q.Parts) != 2 || string(q.Parts[0].Content) != `{"a":1}` {
			t.Errorf("%s: %+v", name, q)
		}
	}
}

// TestBrowserHAR: Chrome leaves Authorization out of a HAR unless it is asked for it.
func TestBrowserHAR(t *testing.T) {
	har := strings.NewReplacer("Authorization", "X-Other", "WECHATPAY2", "").Replace(harOf(entryOf("multipart/form-data; boundary=B", -1, `"text":""`, `"text":""`)))
	for creator, want := range map[string]bool{"WebInspector": false, "Charles Proxy": true} {
		text := strings.Replace(har, `{"log":{`, `{"log":{"creator":{"name":"`+creator+`","version":"1"},`, 1)
		if causes, _, _ := explained(t, text); strings.Contains(causes, "v3.authorization.") != want {
			t.Errorf("%s: found %s", creator, causes)
		}
	}
}
