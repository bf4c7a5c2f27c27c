package explain

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
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
		coding *coding
		want   string
	}{
		"buffer": {bufferCoding, bufferJSON(body)},
		"base64": {base64Coding, base64.StdEncoding.EncodeToString(body)},
	} {
		if got := x.coding.whole(body); got != x.want {
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
		bulk := newBulk("v3.body.file", "", body[:7], body[7:]).as(x.coding, "v3.body.file_base64", "")
		if name == "buffer" && string(bulk.head(300)) != x.want[:300] {
			t.Errorf("%s begins with %s, want %s", name, bulk.head(300), x.want[:300])
		}
		if n := bulk.size(); n < len(x.want) || n > 4*len(body)+40 {
			t.Errorf("%s: %d bytes at most, but it has %d", name, n, len(x.want))
		}
	}
	if got, want := bufferCoding.whole(nil), `{"type":"Buffer","data":[]}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestBufferOfLarge: a client that says it is Node's gets one pass over four times the bytes on top of the budget.
func TestBufferOfLarge(t *testing.T) {
	for agent, named := range map[string]bool{
		"wechatpay-axios-plugin/0.9.4 axios/1.7.7 node/22.21.1 linux/x64": true,
		"axios/1.7.7": true,
		"undici":      true,
		"test":        false, // beyond its budget
	} {
		meta := 0
		req, known := large(func(c *client) {
			meta = len(c.meta)
			c.headers["User-Agent"] = agent
			signBody(func(c *client) string { return bufferJSON(c.form()) })(c)
		})
		r := V3(req, known)
		if r.Has("v3.body.buffer_json") != named {
			t.Errorf("%s: found %v", agent, r.Findings)
		}
		if !named {
			continue
		}
		p := r.Findings[0].Proof
		if want := len(bufferJSON(req.Body)) + p.WantedLen - meta; p.SignedLen != want || !strings.Contains(p.Signed, `{"type":"Buffer","data":[45,45,119,`) {
			t.Errorf("%+v", p)
		}
	}
}
