package inspector

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wxup/wxup/server"
)

// sessions decides who may look. A session is a cookie
//
//	1794873600.b64NONCE.b64MAC     the end in Unix seconds, 16 random bytes, HMAC-SHA256 over both
//
// whose key is made from the admin token: any node with the token can check it, none keeps it, and
// it ends with the token. The index keeps the sessions that have ended before.
type sessions struct {
	now     func() time.Time
	token   func(context.Context) (string, error) // the admin token, which may change
	ended   settings
	log     *slog.Logger
	remote  bool           // links may be used on other machines
	secrets server.Secrets // learns those that are handed out

	mu    sync.Mutex
	keys  *sessionKeys
	fault string              // why the token could not be read the last time
	once  [][sha256.Size]byte // digests of the links that were not used yet
}

// settings are values that all nodes have in common.
type settings interface {
	Setting(ctx context.Context, name string) (string, error) // may be server.ErrNotFound
	PutSetting(ctx context.Context, name, value string) error
}

// sessionKeys are what is made from an admin token.
type sessionKeys struct {
	token  [sha256.Size]byte // digest, so that comparing takes the same time whatever the length
	key    []byte
	cookie string // its name; cookies do not know ports, so two servers on one host must not share it
}

// sessionLife is how long a session lasts. onceMost is how many unused links are remembered.
const (
	sessionLife = 7 * 24 * time.Hour
	onceMost    = 16
)

func newSessionKeys(adminToken string) *sessionKeys {
	derive := func(purpose string) []byte {
		mac := hmac.New(sha256.New, []byte(adminToken))
		mac.Write([]byte("wxup inspector " + purpose))
		return mac.Sum(nil)
	}
	return &sessionKeys{
		token: sha256.Sum256([]byte(adminToken)), key: derive("session"), cookie: "wxup_" + hex.EncodeToString(derive("cookie name")[:4]),
	}
}

// current returns the keys of the admin token as it is now, or as it was last if it cannot be read;
// nil if it never could be.
func (s *sessions) current(ctx context.Context) *sessionKeys {
	token, err := s.token(ctx)
	if err == nil && token == "" {
		err = errors.New("it is empty")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		if s.fault != err.Error() && ctx.Err() == nil {
			s.fault = err.Error()
			s.log.ErrorContext(ctx, "the admin token cannot be read", "err", err)
		}
		return s.keys
	}
	s.fault = ""
	if !s.keys.are(token) {
		s.secrets.Add(token)
	}
	switch {
	case s.keys == nil:
		s.keys = newSessionKeys(token)
	case !s.keys.are(token):
		s.keys, s.once = newSessionKeys(token), nil
		s.log.InfoContext(ctx, "admin", "action", "a new admin token is in use; all sessions have ended")
	}
	return s.keys
}

// admits reports whether a request shows the admin token or a session.
func (s *sessions) admits(r *http.Request) bool { return s.who(r) != "" }

// who says how a request shows that it may look, as the log names it: "token", or "session" with
// the beginning of the nonce's digest. "" is a stranger.
func (s *sessions) who(r *http.Request) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		if s.isToken(r.Context(), token) {
			return "token"
		}
		return ""
	}
	keys := s.current(r.Context())
	if keys == nil {
		return ""
	}
	for _, c := range r.CookiesNamed(keys.cookie) {
		if id := keys.session(c.Value, s.now()); id != "" && !s.hasEnded(r.Context(), id) {
			s.secrets.Add(c.Value[strings.LastIndexByte(c.Value, '.')+1:]) // it may be older than this process
			return sessionName(id)
		}
	}
	return ""
}

func (s *sessions) isToken(ctx context.Context, token string) bool {
	return s.current(ctx).are(token)
}

// are reports whether the keys are those of a token.
func (k *sessionKeys) are(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return k != nil && subtle.ConstantTimeCompare(sum[:], k.token[:]) == 1
}

// session returns the id of a session that a cookie proves, or "".
func (k *sessionKeys) session(value string, now time.Time) (id string) {
	i := strings.LastIndexByte(value, '.')
	if i < 0 || len(value) > 128 || !hmac.Equal([]byte(value[i+1:]), []byte(k.mac(value[:i]))) {
		return ""
	}
	end, err := strconv.ParseInt(value[:strings.IndexByte(value, '.')], 10, 64)
	if err != nil || now.Unix() >= end {
		return ""
	}
	return sessionID(value[:i])
}

// sessionID names a session without giving it away.
func sessionID(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

func sessionName(id string) string { return "session " + id[:8] }

func (k *sessionKeys) mac(text string) string {
	mac := hmac.New(sha256.New, k.key)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

const endedSetting = "ended_session/"

// hasEnded reports whether a session was ended. If the index cannot say, it was not: its pages need
// the index too.
func (s *sessions) hasEnded(ctx context.Context, id string) bool {
	_, err := s.ended.Setting(ctx, endedSetting+id)
	return err == nil
}

// start gives the browser a session, and returns its name in the log.
func (s *sessions) start(w http.ResponseWriter, r *http.Request) (name string) {
	keys := s.current(r.Context())
	if keys == nil {
		return ""
	}
	text := strconv.FormatInt(s.now().Add(sessionLife).Unix(), 10) + "." + randomText(16)
	mac := keys.mac(text)
	s.secrets.Add(mac)
	http.SetCookie(w, keys.make(r, text+"."+mac, int(sessionLife/time.Second)))
	return sessionName(sessionID(text))
}

// end ends the sessions that a request shows, everywhere, and takes back the cookie.
func (s *sessions) end(w http.ResponseWriter, r *http.Request) error {
	keys := s.current(r.Context())
	if keys == nil {
		return nil
	}
	for _, c := range r.CookiesNamed(keys.cookie) {
		if id := keys.session(c.Value, s.now()); id != "" {
			if err := s.ended.PutSetting(r.Context(), endedSetting+id, "1"); err != nil {
				return err
			}
		}
	}
	http.SetCookie(w, keys.make(r, "", -1))
	return nil
}

func (k *sessionKeys) make(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: k.cookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	}
}

// newOnce makes the secret of a link.
func (s *sessions) newOnce() string {
	s.current(context.Background())
	secret := randomText(32)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.once = append(s.once, sha256.Sum256([]byte(secret)))
	if len(s.once) > onceMost {
		s.once = s.once[1:]
	}
	return secret
}

// useOnce reports whether a link's secret is valid, and ends it. Unless links may be used on other
// machines, the request must come from this one, and not through a proxy.
func (s *sessions) useOnce(r *http.Request, secret string) bool {
	if !s.remote && !fromThisMachine(r) {
		return false
	}
	s.current(r.Context()) // a new token ends the links too
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

func randomText(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
