package text

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// TestCodings: written in pieces of any size, a coding makes what it makes of the whole.
func TestCodings(t *testing.T) {
	body := make([]byte, 20_000)
	rand.Read(body)
	for i := range 256 {
		body[i] = byte(i)
	}
	for name, x := range map[string]struct {
		coding *Coding
		want   string
	}{
		"buffer": {BufferJSON, bufferJSON(body)},
		"base64": {Base64, base64.StdEncoding.EncodeToString(body)},
	} {
		if got := x.coding.String(body); got != x.want {
			t.Errorf("%s: %.80s, want %.80s", name, got, x.want)
		}
		for _, size := range []int{1, 2, 3, 255, 2047, 2048, 2049, 8192, 19_999} {
			var b bytes.Buffer
			b.WriteString(x.coding.before)
			w := x.coding.open(&b)
			w.Write(nil)
			for rest := body; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				w.Write(rest[:min(size, len(rest))])
			}
			w.Close()
			b.WriteString(x.coding.after)
			if b.String() != x.want {
				t.Errorf("%s in pieces of %d: %.80s, want %.80s", name, size, b.String(), x.want)
			}
		}
		bulk := newBulk("v3.body.file", "", body[:7], body[7:]).As(x.coding, "v3.body.file_base64", "")
		if name == "buffer" && string(bulk.Head(300)) != x.want[:300] {
			t.Errorf("%s begins with %s, want %s", name, bulk.Head(300), x.want[:300])
		}
		if n := bulk.Size(); n < len(x.want) || n > 4*len(body)+40 {
			t.Errorf("%s: %d bytes at most, but it has %d", name, n, len(x.want))
		}
	}
	if got, want := BufferJSON.String(nil), `{"type":"Buffer","data":[]}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func bufferJSON(b []byte) string {
	var list []string
	for _, c := range b {
		list = append(list, fmt.Sprint(c))
	}
	return `{"type":"Buffer","data":[` + strings.Join(list, ",") + `]}`
}
