package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is an [Index] and a [Keeper] in memory, for tests and for servers whose data may end with
// the process. It is safe for concurrent use.
type Memory struct {
	mu         sync.Mutex
	merchants  map[string]Merchant
	apps       map[string]App
	components map[string]Component
	authorized map[[2]string]Authorization
	platform   []PlatformKey
	tokens     map[string]*Token
	latest     map[tokenLine]*Token
	taken      map[span]int // calls
	exchanges  map[string]*Exchange
	order      []*Exchange
	nonces     map[[2]string]*Exchange
	files      map[string]*memoryFile
	ids        map[[3]string]string // account, endpoint, digest
}

type tokenLine struct {
	kind               TokenKind
	subject, component string
}

// span is one window of one quota.
type span struct {
	name  string
	start int64 // Unix time in ns
	per   time.Duration
}

type memoryFile struct {
	media Media
	data  []byte
}

// NewMemory makes an empty Memory.
func NewMemory() *Memory {
	return &Memory{
		merchants: map[string]Merchant{}, apps: map[string]App{}, components: map[string]Component{},
		authorized: map[[2]string]Authorization{}, tokens: map[string]*Token{}, latest: map[tokenLine]*Token{},
		taken: map[span]int{}, exchanges: map[string]*Exchange{}, nonces: map[[2]string]*Exchange{},
		files: map[string]*memoryFile{}, ids: map[[3]string]string{},
	}
}

// PutMerchant adds a merchant, or replaces the one with its mchid.
func (m *Memory) PutMerchant(x Merchant) { m.do(func() { m.merchants[x.MchID] = x }) }

// PutApp adds an app, or replaces the one with its appid.
func (m *Memory) PutApp(x App) { m.do(func() { m.apps[x.AppID] = x }) }

// PutComponent adds a component, or replaces the one with its appid.
func (m *Memory) PutComponent(x Component) { m.do(func() { m.components[x.AppID] = x }) }

// PutAuthorization lets a component act for an account, as far as its permissions go.
func (m *Memory) PutAuthorization(x Authorization) {
	m.do(func() { m.authorized[[2]string{x.Component, x.Authorizer}] = x })
}

// RemoveAuthorization ends an authorization.
func (m *Memory) RemoveAuthorization(component, authorizer string) {
	m.do(func() { delete(m.authorized, [2]string{component, authorizer}) })
}

// PutPlatformKey adds a key that signs answers. The first one is the default.
func (m *Memory) PutPlatformKey(x PlatformKey) { m.do(func() { m.platform = append(m.platform, x) }) }

// Exchanges lists what was recorded, oldest first.
func (m *Memory) Exchanges() []Exchange {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]Exchange, len(m.order))
	for i, e := range m.order {
		list[i] = *e
	}
	return list
}

func (m *Memory) do(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
}

func find[K comparable, V any](m *Memory, in map[K]V, key K) (*V, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := in[key]
	if !ok {
		return nil, ErrNotFound
	}
	return &v, nil
}

func (m *Memory) Merchant(_ context.Context, mchid string) (*Merchant, error) {
	return find(m, m.merchants, mchid)
}

func (m *Memory) Merchants(_ context.Context, limit int) ([]Merchant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.SortedFunc(maps.Values(m.merchants), func(a, b Merchant) int { return strings.Compare(a.MchID, b.MchID) })
	return list[:min(len(list), limit)], nil
}

func (m *Memory) Apps(_ context.Context, limit int) ([]App, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.SortedFunc(maps.Values(m.apps), func(a, b App) int { return strings.Compare(a.AppID, b.AppID) })
	return list[:min(len(list), limit)], nil
}

func (m *Memory) App(_ context.Context, appid string) (*App, error) { return find(m, m.apps, appid) }

func (m *Memory) Component(_ context.Context, appid string) (*Component, error) {
	return find(m, m.components, appid)
}

func (m *Memory) Authorization(_ context.Context, component, authorizer string) (*Authorization, error) {
	return find(m, m.authorized, [2]string{component, authorizer})
}

func (m *Memory) PlatformKeys(context.Context) ([]PlatformKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]PlatformKey(nil), m.platform...), nil
}

func (m *Memory) Token(_ context.Context, value string) (*Token, error) {
	t, err := find(m, m.tokens, value)
	if err != nil {
		return nil, err
	}
	return m.copyToken(*t), nil
}

func (m *Memory) LatestToken(_ context.Context, kind TokenKind, subject, component string) (*Token, error) {
	t, err := find(m, m.latest, tokenLine{kind, subject, component})
	if err != nil {
		return nil, err
	}
	return m.copyToken(*t), nil
}

func (m *Memory) TokenLike(_ context.Context, text string) (*Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for value, t := range m.tokens {
		if isASCII(text) && value != text && (strings.HasPrefix(value, text) || strings.HasPrefix(text, value) || strings.EqualFold(value, text)) {
			found := *t
			return &found, nil
		}
	}
	return nil, ErrNotFound
}

// isASCII reports whether a text consists of visible ASCII characters, as all tokens do.
func isASCII(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= '\x7F' })
}

func (m *Memory) copyToken(t *Token) *Token {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := *t
	return &c
}

func (m *Memory) IssueToken(_ context.Context, t Token, retireOlder time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	line := tokenLine{t.Kind, t.Subject, t.Component}
	if last := m.latest[line]; last == nil && t.Seq != 1 || last != nil && t.Seq != last.Seq+1 {
		return ErrRaced
	}
	for _, old := range m.tokens {
		if (tokenLine{old.Kind, old.Subject, old.Component}) == line && (old.Retired.IsZero() || old.Retired.After(retireOlder)) {
			old.Retired = retireOlder
		}
	}
	m.tokens[t.Value], m.latest[line] = &t, &t
	return nil
}

func (m *Memory) RetireToken(_ context.Context, value string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tokens[value]
	if t == nil || !t.Retired.IsZero() && !t.Retired.After(at) {
		return ErrRaced
	}
	t.Retired = at
	return nil
}

func (m *Memory) Take(_ context.Context, name string, start time.Time, per time.Duration, limit int) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := span{name, start.UnixNano(), per}
	if m.taken[key] >= limit {
		return false, nil
	}
	m.taken[key]++
	return true, nil
}

func (m *Memory) Taken(_ context.Context, name string, start time.Time, per time.Duration) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.taken[span{name, start.UnixNano(), per}], nil
}

func (m *Memory) Record(_ context.Context, e *Exchange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := *e
	if e.Nonce != nil {
		key := [2]string{e.Nonce.Account, e.Nonce.Value}
		if other := m.nonces[key]; other != nil && e.Time.Before(other.Nonce.Expires) {
			return ErrSpent
		}
		m.nonces[key] = &kept
	}
	m.exchanges[e.ID] = &kept
	m.order = append(m.order, &kept)
	return nil
}

func (m *Memory) Exchange(_ context.Context, id string) (*Exchange, error) {
	e, err := find(m, m.exchanges, id)
	if err != nil {
		return nil, err
	}
	return *e, nil
}

func (m *Memory) SpentBy(_ context.Context, account, nonce string) (*Exchange, error) {
	e, err := find(m, m.nonces, [2]string{account, nonce})
	if err != nil {
		return nil, err
	}
	return *e, nil
}

func (m *Memory) Keep(_ context.Context, x *Media, content io.ReadSeeker) error {
	data, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	key := [3]string{x.Account, x.Endpoint, x.SHA256}
	if id, ok := m.ids[key]; ok {
		x.ID = id
		return nil
	}
	b := make([]byte, 32)
	rand.Read(b)
	x.ID = base64.RawURLEncoding.EncodeToString(b)
	m.ids[key], m.files[x.ID] = x.ID, &memoryFile{*x, data}
	return nil
}

func (m *Memory) Open(_ context.Context, id string) (*Content, error) {
	f, err := find(m, m.files, id)
	if err != nil {
		return nil, err
	}
	x := (*f).media
	return &Content{nopCloser{bytes.NewReader((*f).data)}, x.SHA256, x.Size, x.Format, x.Public, !x.Expires.IsZero()}, nil
}

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }
