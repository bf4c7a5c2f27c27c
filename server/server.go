package server

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// New makes a Server. It refuses a Config that cannot work, and names the row if it is one of
// Endpoints.
func New(c Config) (*Server, error) {
	if err := c.settle(); err != nil {
		return nil, err
	}
	largest, late := largestBodies(c.Endpoints)
	s := &Server{Config: c, mux: http.NewServeMux(), budget: newBudget(c.Budget, largest, late), turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
	for _, path := range []string{"/v3/certificates", "/v3/global/certificates", "/hk/v3/certificates"} {
		s.mux.HandleFunc(path, s.certificates)
	}
	for path, call := range tokenCalls {
		s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { s.token(w, r, call) })
	}
	s.mux.HandleFunc("/cgi-bin/openapi/rid/get", s.openAPI(s.rid))
	s.mux.HandleFunc(wire.QuotaPath, s.openAPI(s.quota))
	s.mux.HandleFunc("/", s.unknownPath)
	for _, format := range media.Formats() {
		s.mux.HandleFunc("GET /mmbiz_"+format.Suffix()+"/{id}/0", s.image)
	}
	for _, rt := range routes(c.Endpoints) {
		err := mount(s.mux, rt.path, func(w http.ResponseWriter, r *http.Request) {
			s.serve(s.newCall(w, r, newFamily(rt.rows[0].Family), rt))
		})
		if err != nil {
			return nil, fmt.Errorf("server: endpoint %s: %w", rt.rows[0].Name, err)
		}
	}
	s.public = s.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if unclean(r) { // a ServeMux would redirect it, and a client that follows may lose its body
			s.unknownPath(w, r)
			return
		}
		s.mux.ServeHTTP(w, r)
	}))
	return s, nil
}

// mount registers a handler. A ServeMux panics where a pattern is malformed or conflicts with
// another; here that is an error.
func mount(mux *http.ServeMux, pattern string, handler http.HandlerFunc) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("path %s: %v", pattern, v)
		}
	}()
	mux.HandleFunc(pattern, handler)
	return nil
}

// newFamily makes the family of one call.
func newFamily(f wxup.Family) family {
	switch f {
	case wxup.PayV3:
		return &payV3{}
	case wxup.PayV2:
		return &payV2{}
	}
	return account{}
}

// ServeHTTP is the public door: WeChat's APIs, and the images that have a URL. A path that no API
// has is a plain 404; what is meant for one of WeChat's is recorded and explained too, and so is
// what is meant for one but names a host that is not the server's (421).
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	closeChunked(w, r)
	if !s.hasHost(r.Host) {
		if family, meant := aim(r); meant {
			s.newCall(w, r, newFamily(family), nil).refuse(refuse(problem.WrongHost, "the host is %.128q", r.Host))
			return
		}
	}
	s.public.ServeHTTP(w, r)
}

// Operator is the handler for who runs the server: GET /api/v1/media/{id} opens any kept file for
// Config.OperatorToken. Give it a listener of its own, so that the images of strangers, which
// ServeHTTP serves, are of another origin.
func (s *Server) Operator() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/media/{id}", s.privateFile)
	return s.Guard(mux)
}

// ForWeChat reports whether a request must reach the Server before any [http.ServeMux] sees it: it
// names one of WeChat's hosts, or has a path that a ServeMux would redirect.
func ForWeChat(r *http.Request) bool { return unclean(r) || wire.IsWeChat(hostOf(r)) }

// unclean reports whether a request has a path that an [http.ServeMux] does not look up as it is:
// with doubled slashes or dots, or none at all.
func unclean(r *http.Request) bool {
	p := r.URL.Path
	if p == "" || p[0] != '/' || r.Method == http.MethodConnect {
		return true
	}
	return strings.Contains(p, "//") || strings.HasSuffix(p, "/.") || strings.HasSuffix(p, "/..") || strings.Contains(p, "/./") || strings.Contains(p, "/../")
}

// closeChunked ends the connection after a request with a Transfer-Encoding: it may have had a
// Content-Length too, which net/http hides, and a proxy on the way may have believed that one.
func closeChunked(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor == 1 && len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
}

// Memory returns how many bytes of the budget uploads have, and how many requests wait for more.
func (s *Server) Memory() (granted int64, waiting int) { return s.budget.state() }

// Stop lets the uploads in progress finish and refuses new ones (503 SERVICE_UNAVAILABLE and its
// equivalents). Kept files are still served. Call it before http.Server.Shutdown, so that callers
// on keep-alive connections learn of it too.
func (s *Server) Stop() { s.stopped.Store(true) }

// SideCar is the handler of 开放接口服务: account calls without a token, made in the name of appid, or of
// the app that ?from_appid= names. It trusts every program that can reach it, but no web page: give
// it a listener of its own.
func (s *Server) SideCar(appid string) http.Handler {
	mux := http.NewServeMux()
	sideCar := func(w http.ResponseWriter, r *http.Request, rt *route) *call {
		closeChunked(w, r)
		c := s.newCall(w, r, account{sideCar: appid}, rt)
		w.Header().Set("x-openapi-seqid", c.rec.ID)
		return c
	}
	rows := slices.DeleteFunc(slices.Clone(s.Endpoints), func(ep *wxup.Endpoint) bool { return ep.Family != wxup.FamilyAccount || ep.Corp })
	for _, rt := range routes(rows) {
		mux.HandleFunc(rt.path, func(w http.ResponseWriter, r *http.Request) { s.serve(sideCar(w, r, rt)) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		sideCar(w, r, nil).refuse(refuse(problem.BadOpenAPIPath, "the side-car serves the upload paths only"))
	})
	return s.Guard(mux)
}

// aim tells which family's API a request was meant for, and whether it was meant for any.
func aim(r *http.Request) (wxup.Family, bool) {
	return explain.Aim(&explain.Request{Method: r.Method, Target: target(r), Host: r.Host, Header: r.Header})
}

// unknownPath answers what no API has. What is not meant for one of WeChat's gets a plain 404,
// and no record.
func (s *Server) unknownPath(w http.ResponseWriter, r *http.Request) {
	family, meant := aim(r)
	if !wire.IsWeChat(hostOf(r)) && !meant {
		http.NotFound(w, r)
		return
	}
	s.newCall(w, r, newFamily(family), nil).refuse(refuse(problem.NotFound, "no API has this path"))
}
