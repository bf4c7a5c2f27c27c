package inspector

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/wxup/wxup/app/internal/shellword"
	"github.com/wxup/wxup/app/store/sqlindex"
)

// contact is a line of "has your program reached this server": a visit of the proxy, or an
// exchange.
type contact struct {
	Time    time.Time `json:"time"`
	Reached bool      `json:"reached"`
	What    string    `json:"what"`           // the program, or its address
	Where   string    `json:"where"`          // the host or path it asked for
	Text    string    `json:"text,omitempty"` // what is wrong
	Page    string    `json:"page,omitempty"` // of the exchange
	Count   int       `json:"count,omitempty"`
}

// contactsMost is how many lines of either kind there are at most.
const contactsMost = 8

// contacts lists the programs that reached this server, or tried to: the proxy's visits and the
// newest exchanges.
func (in *Inspector) contacts(r *http.Request) ([]contact, error) {
	list := []contact{}
	if in.Visits != nil {
		for _, v := range in.Visits() {
			c := contact{Time: v.Time, Reached: v.Reached, What: v.UserAgent, Where: v.Host, Text: plain(v.Reason.In(string(langOf(r)))), Count: v.Count}
			if c.What == "" {
				c.What = v.Remote
			}
			if list = append(list, c); len(list) == contactsMost {
				break
			}
		}
	}
	newest, err := in.Index.ListExchanges(r.Context(), sqlindex.ExchangeFilter{Limit: contactsMost, Whole: true})
	if err != nil {
		return nil, err
	}
	for _, e := range newest {
		c := contact{Time: e.Time, Reached: true, What: e.Remote, Where: plain(e.Method + " " + e.Path), Page: "/exchanges/" + url.PathEscape(e.ID), Count: 1}
		if agent := e.Request.Headers["User-Agent"]; len(agent) > 0 {
			c.What = plain(agent[0])
		}
		list = append(list, c)
	}
	return list, nil
}

// listContacts is GET /api/v1/contacts.
func (in *Inspector) listContacts(w http.ResponseWriter, r *http.Request) error {
	list, err := in.contacts(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"contacts": list})
}

// connectView is the page that leads a program here.
type connectView struct {
	*frame
	Contacts []contact
	None     contact // the empty line, which the browser fills in
	Proxy    string
	Dir      string // the data directory, as a word of the shell
	HTTPS    string
	Runtimes []snippet
	// OtherMode is the mode of the merchant that is not the default; "" if there is none.
	OtherMode string
}

func (in *Inspector) connectPage(w http.ResponseWriter, r *http.Request) error {
	list, err := in.contacts(r)
	if err != nil {
		return err
	}
	fr := in.frame(r, "connect")
	in.render(w, r, http.StatusOK, "connect", &connectView{
		frame: fr.title(fr.Lang.t("Connect")), Contacts: list,
		OtherMode: in.OtherMode, Proxy: in.Reaching["HTTPS_PROXY"], Dir: dataDir(in.Reaching), HTTPS: in.HTTPSURL, Runtimes: runtimes(in.Reaching),
	})
	return nil
}

// dataDir is the data directory, where the CA is, as the shell reads it.
func dataDir(reaching map[string]string) string {
	return shellword.Quote(filepath.Dir(reaching["NODE_EXTRA_CA_CERTS"]))
}

// runtimes are the lines by which a program of each runtime comes here unchanged, from the
// variables that do it.
func runtimes(reaching map[string]string) []snippet {
	if reaching["HTTPS_PROXY"] == "" {
		return nil
	}
	// word is a variable's value as the shell reads it; export sets some of them before a command.
	word := func(name string) string { return shellword.Quote(reaching[name]) }
	export := func(command string, names ...string) string {
		var b strings.Builder
		for _, name := range names {
			fmt.Fprintf(&b, "export %s=%s\n", name, word(name))
		}
		return b.String() + command
	}
	dir := dataDir(reaching)
	return []snippet{
		{"go", "Go", "net/http", export("go test ./...    # net/http heeds both; macOS and Windows: wxup ca install", "HTTPS_PROXY", "SSL_CERT_FILE")},
		{"java", "Java", "", export("java -jar app.jar    # and Maven, Gradle; Apache HttpClient: HttpClientBuilder.create().useSystemProperties()", "JAVA_TOOL_OPTIONS")},
		{"php", "PHP", "Guzzle, curl", export("php app.php    # Guzzle and curl heed both", "HTTPS_PROXY", "PHP_INI_SCAN_DIR")},
		{"node", "Node.js", "axios, fetch", export("node app.js    # axios heeds the proxy; fetch and http do from Node 24 on", "HTTPS_PROXY", "NODE_EXTRA_CA_CERTS", "NODE_USE_ENV_PROXY")},
		{"python", "Python", "requests, httpx", export("python app.py", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")},
		{"ruby", "Ruby", "net/http, Faraday", export("ruby app.rb", "https_proxy", "SSL_CERT_FILE")},
		{"dotnet", ".NET", "HttpClient", export("dotnet run    # macOS and Windows: wxup ca install", "HTTPS_PROXY", "SSL_CERT_FILE")},
		{"curl", "curl", "", fmt.Sprintf("curl -x %s --cacert %s \\\n  'https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid=…&secret=…'", word("HTTPS_PROXY"), word("NODE_EXTRA_CA_CERTS"))},
		{"docker", "Docker", "", fmt.Sprintf("docker run --network host -v %s:%s:ro \\\n  -e HTTPS_PROXY=%s -e SSL_CERT_FILE=%s IMAGE\n# by host names, without a proxy: deploy/dev.compose.yaml", dir, dir, word("HTTPS_PROXY"), word("SSL_CERT_FILE"))},
	}
}
