package inspector

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

// Variable is a line of wxup.env. One whose name does not say that anyone may know it (…_URL,
// …_FILE, …_ID, MCHID and the like) counts as secret; WXUP_ADMIN_TOKEN is never shown at all.
type Variable struct{ Name, Value string }

// Config says what is shown. Index, Keeper and AdminToken are needed.
type Config struct {
	Index      Index
	Keeper     server.Keeper
	AdminToken func(context.Context) (string, error) // opens everything; it may change

	// Variables gives what programs need to use this server; nil: none.
	Variables func(context.Context) ([]Variable, error)
	// Visits lists what the proxy has seen of its clients, the newest first; nil: there is no
	// proxy.
	Visits func() []Visit
	// Reaching holds the variables that send common runtimes' traffic here and make them trust the
	// answers, as wxup env prints them; nil: there is no proxy. HTTPSURL is the
	// address for programs that let one set another host.
	Reaching map[string]string
	HTTPSURL string
	// OtherMode is the mode of the second merchant, as --merchant-mode takes it; "": there is none.
	OtherMode string
	// MerchantDir is the directory of a merchant's own files (apiclient_key.pem and so on); nil, or
	// "": not on this machine.
	MerchantDir func(mchid string) string
	Endpoints   []*wxup.Endpoint // nil: wxup.Endpoints()
	// LinkFromAnywhere lets the link of [Inspector.OnceLink] be opened on other machines too: in a
	// container, nobody is on the same machine.
	LinkFromAnywhere bool
	// ImageAge is how long caches show an image without asking; TookDown is called when images were
	// taken down or revived, nil: nothing is.
	ImageAge time.Duration
	TookDown func(context.Context) error
	Version  string
	// Secrets hides secrets in what is shown; nil: those that look like one.
	Secrets server.Secrets
	// Caller is the address that a request comes from, for the log; nil: the connection's.
	Caller func(*http.Request) string

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: slog.Default()
}

// Inspector is the handler. Make it with [New].
type Inspector struct {
	Config
	sessions *sessions
	feed     *feed
	pages    map[lang]*pages
	handler  http.Handler
}

// pages are the templates in one language, by page.
type pages map[string]*template.Template
