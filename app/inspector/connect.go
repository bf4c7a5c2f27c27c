package inspector

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/explain"
)

// Visit is what the proxy has seen of a client.
type Visit struct {
	Time      time.Time     // of the last
	Count     int           // how often
	Remote    string        // the client's address
	Host      string        // what it asked for: api.mch.weixin.qq.com:443
	UserAgent string        // "" where TLS did not come about
	Reached   bool          // a request arrived here
	Reason    explain.Words // why not, and what to do
}

// contact is a line of "has your program reached this server": a visit of the proxy, or an exchange.
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

// contacts lists who has reached this server, or tried to: the proxy's visits and the newest exchanges.
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
	newest, err := in.Index.ListExchanges(r.Context(), sqlindex.ExchangeFilter{Limit: contactsMost})
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
	HTTPS    string
	Runtimes []snippet
}

func (in *Inspector) connectPage(w http.ResponseWriter, r *http.Request) error {
	list, err := in.contacts(r)
	if err != nil {
		return err
	}
	vars := map[string]string{}
	if in.Variables != nil {
		all, err := in.Variables(r.Context())
		if err != nil {
			return fmt.Errorf("list the variables: %w", err)
		}
		for _, v := range all {
			vars[v.Name] = v.Value
		}
	}
	fr := in.frame(r, "connect")
	in.render(w, r, http.StatusOK, "connect", &connectView{
		frame: fr.title(fr.Lang.t("Connect")), Contacts: list,
		Proxy: vars["WXUP_PROXY_URL"], HTTPS: vars["WXUP_HTTPS_URL"], Runtimes: runtimes(vars),
	})
	return nil
}

// runtimes are the lines by which a program of each runtime comes here unchanged, from the variables of wxup.env.
func runtimes(vars map[string]string) []snippet {
	proxy, ca := vars["WXUP_PROXY_URL"], vars["WXUP_CA_FILE"]
	if proxy == "" || ca == "" {
		return nil
	}
	dir := filepath.Dir(ca)
	bundle := filepath.Join(dir, "ca-bundle.pem")
	host, port, _ := net.SplitHostPort(strings.TrimPrefix(proxy, "http://"))
	java := fmt.Sprintf("-Dhttps.proxyHost=%s -Dhttps.proxyPort=%s \\\n     -Djavax.net.ssl.trustStore=%s \\\n     -Djavax.net.ssl.trustStorePassword=changeit", host, port, shellWord(filepath.Join(dir, "ca-bundle.p12")))
	export := func(names ...string) string {
		lines := []string{"export HTTPS_PROXY=" + proxy}
		for i := 0; i < len(names); i += 2 {
			lines = append(lines, "export "+names[i]+"="+shellWord(names[i+1]))
		}
		return strings.Join(lines, "\n") + "\n"
	}
	return []snippet{
		{"go", "Go", "net/http", export("SSL_CERT_FILE", bundle) + "go test ./...    # net/http heeds both; macOS and Windows: wxup ca install"},
		{"java", "Java", "", "java " + java + " \\\n     -jar app.jar\n# Apache HttpClient: HttpClientBuilder.create().useSystemProperties()\n# Maven, Gradle: put the same into JAVA_TOOL_OPTIONS"},
		{"php", "PHP", "Guzzle, curl", export("PHP_INI_SCAN_DIR", ":"+filepath.Join(dir, "php")) + "php app.php    # Guzzle and curl heed both"},
		{"node", "Node.js", "axios, fetch", export("NODE_EXTRA_CA_CERTS", ca, "NODE_USE_ENV_PROXY", "1") + "node app.js    # axios heeds the proxy; fetch and http do from Node 24 on"},
		{"python", "Python", "requests, httpx", export("REQUESTS_CA_BUNDLE", bundle, "SSL_CERT_FILE", bundle) + "python app.py"},
		{"ruby", "Ruby", "net/http, Faraday", export("https_proxy", proxy, "SSL_CERT_FILE", bundle) + "ruby app.rb"},
		{"dotnet", ".NET", "HttpClient", export("SSL_CERT_FILE", bundle) + "dotnet run       # macOS and Windows: wxup ca install"},
		{"curl", "curl", "", fmt.Sprintf("curl -x %s --cacert %s \\\n  'https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid=%s&secret=…'", proxy, shellWord(ca), vars["WXUP_APPID"])},
		{"docker", "Docker", "", fmt.Sprintf("docker run --network host -v %s:%s:ro \\\n  -e HTTPS_PROXY=%s -e SSL_CERT_FILE=%s IMAGE\n# by host names, without a proxy: deploy/dev.compose.yaml", shellWord(dir), shellWord(dir), proxy, shellWord(bundle))},
	}
}

// shellWord quotes a file name for a shell, if it must be.
func shellWord(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return strings.ContainsRune(" '\"$`\\*?[]();&|<>#~!", r) }) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
