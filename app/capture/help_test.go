package capture

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/explain"
)

// jpeg begins like a picture, and holds every byte.
var jpeg = func() []byte {
	b := []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
	for i := range 256 {
		b = append(b, byte(i))
	}
	return append(b, "\r\n--\r\n\n\r\xff\xd9"...)
}()

const (
	meta    = `{"filename":"a.jpg","sha256":"5b81ea16d9c4d8ac7c5ea3bd49abf75d2dd8ae2d9d5f7d4e1dbbd2bdbbd0bbd5"}`
	auth    = `WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242",signature="a+b/c==",timestamp="1554208460",serial_no="1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"`
	refused = `{"code":"SIGN_ERROR","message":"签名错误"}`
)

// multipartOf is a form with a meta and a file.
func multipartOf(boundary, meta string, file []byte) []byte {
	return []byte("--" + boundary + "\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n" + meta +
		"\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n" + string(file) +
		"\r\n--" + boundary + "--\r\n")
}

// disk is what open finds.
var disk = map[string]string{
	"a.jpg": string(jpeg), "/C:/pics/a.jpg": string(jpeg), `C:\pics\a.jpg`: string(jpeg), "meta.json": meta,
	"form.bin": string(multipartOf("B", meta, jpeg)), "in.txt": "one\r\ntwo\n", "headers.txt": "X-A: 1\r\nX-B: 2\r\n",
}

func openDisk(name string) ([]byte, error) {
	if name == "secret" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	if content, ok := disk[name]; ok {
		return []byte(content), nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// tell tells a Saved in lines.
func tell(s *Saved) []string {
	q := &s.Request
	scheme, endpoint := q.Scheme, "none"
	if scheme == "" {
		scheme = "?"
	}
	if s.Endpoint != nil {
		endpoint = s.Endpoint.Name
	}
	lines := []string{fmt.Sprintf("%s %s://%s%s", q.Method, scheme, q.Host, q.Target), "endpoint " + endpoint}
	for name, values := range q.Header {
		for _, v := range values {
			lines = append(lines, name+": "+v)
		}
	}
	if q.Chunked {
		lines = append(lines, "chunked")
	}
	parts := q.Parts
	switch {
	case q.Body != nil && bytes.HasPrefix(q.Body, []byte("--")):
		var err error
		lines = append(lines, fmt.Sprintf("form of %d bytes", len(q.Body)))
		parts, _, err = readForm(q.Header.Get("Content-Type"), q.Body)
		if err != nil {
			lines = append(lines, "error "+err.Error())
		}
	case q.Body != nil:
		lines = append(lines, "body "+string(q.Body))
	}
	if q.Body != nil && q.Parts != nil {
		lines = append(lines, "both body and parts")
	}
	if q.FormErr != nil {
		lines = append(lines, "error "+q.FormErr.Error())
	}
	for _, w := range q.FormWarnings {
		lines = append(lines, "warning "+w.String())
	}
	for i := range parts {
		lines = append(lines, tellPart(&parts[i]))
	}
	if s.Status != 0 || s.Answer != nil {
		lines = append(lines, fmt.Sprintf("answer %d %s", s.Status, s.Answer))
	}
	for name, values := range s.Header {
		lines = append(lines, "answer "+name+": "+strings.Join(values, " | "))
	}
	if !q.Received.IsZero() {
		lines = append(lines, "received "+q.Received.UTC().Format(time.RFC3339Nano))
	}
	if n := len(q.ClientCertificates); n > 0 {
		lines = append(lines, fmt.Sprintf("%d certificates, %s", n, q.ClientCertificates[0].Subject.CommonName))
	}
	for _, n := range s.Notes {
		lines = append(lines, "note "+n.EN)
	}
	return lines
}

func tellPart(p *explain.Part) string {
	line := "part " + p.Name
	if p.HasFilename {
		line += " (" + p.Filename + ")"
	}
	if p.ContentType != "" {
		line += " " + p.ContentType
	}
	switch {
	case p.Content == nil && p.Size != 0:
		line += fmt.Sprintf(": lost, %d bytes", p.Size)
	case bytes.Equal(p.Content, jpeg):
		line += ": the jpeg"
	default:
		line += ": " + string(p.Content)
	}
	if p.Content != nil && p.Size != int64(len(p.Content)) {
		line += fmt.Sprintf(", %d bytes", p.Size)
	}
	return line
}

// A readCase is a text, and lines that must be told of what Read makes of it. A line that begins
// with ! must not be, and a line that begins with note or error may be cut. Every note must be
// among the lines.
type readCase struct {
	name string
	text string
	want [][]string
	err  string // what the error holds
}

func (c *readCase) run(t *testing.T) {
	t.Helper()
	saved, err := Read([]byte(c.text), openDisk)
	if c.err != "" {
		if err == nil || !strings.Contains(err.Error(), c.err) {
			t.Fatalf("error: got %v, want %q", err, c.err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(saved) != len(c.want) {
		t.Fatalf("got %d requests, want %d", len(saved), len(c.want))
	}
	for i := range saved {
		got := tell(&saved[i])
		var missing, surplus []string
		for _, want := range c.want[i] {
			if not, ok := strings.CutPrefix(want, "!"); ok {
				if slices.Contains(got, not) {
					surplus = append(surplus, not)
				}
			} else if !slices.ContainsFunc(got, func(g string) bool { return sameLine(g, want) }) {
				missing = append(missing, want)
			}
		}
		for _, g := range got {
			if (strings.HasPrefix(g, "note ") || strings.HasPrefix(g, "error ") || strings.HasPrefix(g, "warning ")) &&
				!slices.ContainsFunc(c.want[i], func(want string) bool { return sameLine(g, want) }) {
				surplus = append(surplus, g)
			}
		}
		if missing != nil || surplus != nil {
			t.Errorf("request %d: missing %q\nsurplus %q\ngot\n%q", i, missing, surplus, got)
		}
	}
}

func sameLine(got, want string) bool {
	return got == want || (strings.HasPrefix(want, "note ") || strings.HasPrefix(want, "error ")) && strings.HasPrefix(got, want)
}
