package server

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wxup/wxup/wire"
)

// FuzzMeta: what readMeta takes is a JSON object to everybody, with the same strings in it.
func FuzzMeta(f *testing.F) {
	for _, s := range []string{
		`{"filename":"a.jpg","sha256":"00"}`, "{ \"filename\": \"\\u56fe.png\", \"sha256\": \"00\"}", `{"a":{"b":[1,{"c":null}]},"d":"e"}`,
		"\ufeff{}", `{"a":"1","a":"2"}`, `{"a":1}x`, `[]`, `{`, `{"a"}`, `null`, "", "{\"a\":\"\xff\"}", strings.Repeat(`{"a":`, 1000),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		meta, err := wire.ParseMeta(text)
		if err != nil {
			if len(err.Error()) > 400 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			return
		}
		if !utf8.Valid(text) {
			t.Fatal("not UTF-8, but accepted")
		}
		var object map[string]any
		if err := json.Unmarshal([]byte(strings.TrimPrefix(string(text), "\ufeff")), &object); err != nil {
			t.Fatalf("%q is not JSON to encoding/json: %v", text, err)
		}
		for key, value := range meta {
			if object[key] != value {
				t.Errorf("%q: %q, encoding/json says %v", key, value, object[key])
			}
		}
	})
}

// FuzzForm: no body makes the server panic, hang, or keep something that it does not acknowledge.
func FuzzForm(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"meta\"\r\n\r\n{}\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nx\r\n--b--\r\n"), "multipart/form-data; boundary=b")
	f.Add([]byte("--b--"), "multipart/form-data")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		g := fuzzRig(t)
		w := g.raw("/cgi-bin/media/uploadimg?access_token=good", contentType, body)
		if w.status != 200 || !strings.Contains(w.body, "errcode") {
			t.Errorf("%d %s", w.status, w.body)
		}
		if kept := len(g.mem.files); kept > 0 != strings.Contains(w.body, `"errcode":0`) {
			t.Errorf("kept %d files, answered %s", kept, w.body)
		}
	})
}
