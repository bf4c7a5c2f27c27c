package explain

import (
	"strings"
	"testing"

	"github.com/wxup/wxup/internal/need"
)

// TestBufferOfLarge: a client that says it is Node's gets one pass over four times the bytes on top
// of the budget.
func TestBufferOfLarge(t *testing.T) {
	need.Time(t)
	t.Parallel()
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
