package inspector

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// sessions decides who may look. A session is a cookie
//
//	1794873600.b64NONCE.b64MAC     the end in Unix seconds, 16 random bytes, HMAC-SHA256 over both
//
// whose key is made from the admin token: any node with the token can check it, and none keeps it.
type sessions struct {
	now    func() time.Time
	token  [sha256.Size]byte // digest, so that comparing takes the same time whatever the length
	key    []byte
	cookie string // its name; cookies do not know ports, so two servers on one host must not share it

	mu   sync.Mutex
	once [][sha256.Size]byte // digests of the links that were not used yet
}

// sessionLife is how long a session lasts. onceMost is how many unused links are remembered.
const (
	sessionLife = 7 * 24 * time.Hour
	onceMost    = 16
)

func newSessions(adminToken string, now func() time.Time) *sessions {
	derive := func(purpose string) []byte {
		mac := hmac.New(sha256.New, []byte(adminToken))
		mac.Write([]byte("wxup inspector " + purpose))
		return mac.Sum(nil)
	}
	return &sessions{
		now: now, token: sha256.Sum256([]byte(adminToken)), key: derive("session"),
		cookie: "wxup_" + hex.EncodeToString(derive("cookie name")[:4]),
	}
}

// admits reports whether a request shows the admin token or a session.
func (s *sessions) admits(r *http.Request) bool {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.isToken(token)
	}
	for _, c := range r.CookiesNamed(s.cookie) {
		if s.valid(c.Value) {
			return true
		}
	}
	return false
}

func (s *sessions) isToken(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(sum[:], s.token[:]) == 1
}

func (s *sessions) valid(value string) bool {
	i := strings.LastIndexByte(value, '.')
	if i < 0 || len(value) > 128 {
		return false
	}
	if !hmac.Equal([]byte(value[i+1:]), []byte(s.mac(value[:i]))) {
		return false
	}
	end, err := strconv.ParseInt(value[:strings.IndexByte(value, '.')], 10, 64)
	return err == nil && s.now().Unix() < end
}

func (s *sessions) mac(text string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// start gives the browser a session.
func (s *sessions) start(w http.ResponseWriter, r *http.Request) {
	text := strconv.FormatInt(s.now().Add(sessionLife).Unix(), 10) + "." + randomText(16)
	http.SetCookie(w, s.make(r, text+"."+s.mac(text), int(sessionLife/time.Second)))
}

// end takes it back.
func (s *sessions) end(w http.ResponseWriter, r *http.Request) { http.SetCookie(w, s.make(r, "", -1)) }

func (s *sessions) make(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	}
}

// newOnce makes the secret of a link.
func (s *sessions) newOnce() string {
	secret := randomText(32)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.once = append(s.once, sha256.Sum256([]byte(secret)))
	if len(s.once) > onceMost {
		s.once = s.once[1:]
	}
	return secret
}

// useOnce reports whether a link's secret is good, and ends it. It must come from this machine itself: a request that
// was passed on does not.
func (s *sessions) useOnce(r *http.Request, secret string) bool {
	if !fromThisMachine(r) {
		return false
	}
	sum := sha256.Sum256([]byte(secret))
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.once {
		if subtle.ConstantTimeCompare(sum[:], s.once[i][:]) == 1 {
			s.once = append(s.once[:i], s.once[i+1:]...)
			return true
		}
	}
	return false
}

func fromThisMachine(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// OnceLink makes a link that signs in whoever opens it first, from this machine: for the program to print at its start.
// The base is where the inspector is mounted, such as http://127.0.0.1:8080.
func (in *Inspector) OnceLink(base string) string {
	return strings.TrimSuffix(base, "/") + "/login?once=" + url.QueryEscape(in.sessions.newOnce())
}

func randomText(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
