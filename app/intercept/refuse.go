package intercept

import (
	"io"
	"net/http"

	"github.com/wxup/wxup/explain"
)

func (p *Proxy) refuse(w http.ResponseWriter, r *http.Request, host string, status int, why explain.Words) {
	p.refuseAs(w, r, host, status, Refused, why)
}

// refuseAs answers a request that is not served, and remembers it. For a CONNECT the reason stands
// in the status line too: it is the one thing that many clients show.
func (p *Proxy) refuseAs(w http.ResponseWriter, r *http.Request, host string, status int, o Outcome, why explain.Words) {
	why = p.hide(why)
	p.saw(r.RemoteAddr, host, r.UserAgent(), o, "", why)
	if r.Method == http.MethodConnect {
		if v, err := hijack(w, r, "", ""); err == nil {
			if p.take(v) {
				reply(v, status, why)
				p.leave(v)
			}
			v.Close()
			return
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	io.WriteString(w, why.EN+"\n"+why.ZH+"\n")
}
