package inspector

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

type merchant struct {
	MchID         string        `json:"mchid"`
	Name          string        `json:"name"`
	Certificates  []certificate `json:"certificates"`
	PublicKeyOnly bool          `json:"public_key_only"`
	ECommerce     bool          `json:"ecommerce"`
	Endpoints     []string      `json:"endpoints"` // null: all
	Disabled      bool          `json:"disabled"`
	Files         []string      `json:"files"`            // on the server's machine
	APIv2Key      string        `json:"apiv2_key_secret"` // the keys to reveal them by; "" if there is none
	APIv3Key      string        `json:"apiv3_key_secret"`
}

type certificate struct {
	SerialNo  string    `json:"serial_no"`
	State     string    `json:"state"` // valid, revoked, replaced or expired
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
}

// app is an app, or a component.
type app struct {
	AppID    string   `json:"appid"`
	Name     string   `json:"name"`
	State    string   `json:"state"` // active, or why not
	AllowIPs []string `json:"allow_ips"`
	Secret   string   `json:"appsecret_secret"` // the key to reveal it by
}

// merchantFiles are what WeChat hands out to a merchant.
var merchantFiles = []string{"apiclient_key.pem", "apiclient_cert.pem", "apiclient_cert.p12"}

func (in *Inspector) merchants(ctx context.Context) ([]merchant, error) {
	merchants, err := in.Index.ListMerchants(ctx)
	if err != nil {
		return nil, err
	}
	list := []merchant{}
	for _, m := range merchants {
		x := merchant{
			MchID: m.MchID, Name: m.Name, PublicKeyOnly: m.PublicKeyOnly, ECommerce: m.ECommerce, Endpoints: m.Endpoints, Disabled: m.Disabled,
			Certificates: []certificate{}, Files: in.files(m.MchID),
		}
		for _, c := range m.Certificates {
			state := string(c.State)
			if c.State == server.Valid {
				state = "valid"
				if in.Now().After(c.Certificate.NotAfter) {
					state = "expired"
				}
			}
			x.Certificates = append(x.Certificates, certificate{sign.Serial(c.Certificate), state, c.Certificate.NotBefore, c.Certificate.NotAfter})
		}
		if m.APIv2Key != "" {
			x.APIv2Key = "merchant/" + m.MchID + "/apiv2_key"
		}
		if m.APIv3Key != "" {
			x.APIv3Key = "merchant/" + m.MchID + "/apiv3_key"
		}
		list = append(list, x)
	}
	return list, nil
}

// files lists the paths of a merchant's files that are there.
func (in *Inspector) files(mchid string) []string {
	list := []string{}
	if in.MerchantDir == nil {
		return list
	}
	dir := in.MerchantDir(mchid)
	for _, name := range merchantFiles {
		if dir == "" {
			break
		}
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			list = append(list, path)
		}
	}
	return list
}

func (in *Inspector) apps(ctx context.Context) ([]app, error) {
	apps, err := in.Index.ListApps(ctx)
	if err != nil {
		return nil, err
	}
	list := []app{}
	for _, a := range apps {
		state := string(a.State)
		if a.State == server.Active {
			state = "active"
		}
		list = append(list, app{a.AppID, a.Name, state, texts(a.AllowIPs), "app/" + a.AppID + "/secret"})
	}
	return list, nil
}

func texts[T fmt.Stringer](list []T) []string {
	s := make([]string, len(list))
	for i, x := range list {
		s[i] = x.String()
	}
	return s
}

func (in *Inspector) listMerchants(w http.ResponseWriter, r *http.Request) error {
	list, err := in.merchants(r.Context())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"merchants": list})
}

func (in *Inspector) listApps(w http.ResponseWriter, r *http.Request) error {
	list, err := in.apps(r.Context())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"apps": list})
}

// endpointForm is a row of the table of endpoints.
type endpointForm struct {
	Name    string      `json:"name"`
	Title   string      `json:"title"`
	Family  wxup.Family `json:"family"`
	Method  string      `json:"method"`
	Host    string      `json:"host"`
	Path    string      `json:"path"`
	Accepts []accept    `json:"accepts"`
	Answer  string      `json:"answer"`
	Public  bool        `json:"public"`
	Quota   string      `json:"quota,omitempty"`
	Doc     string      `json:"doc,omitempty"`
}

type accept struct {
	Formats []string `json:"formats"`
	Max     int64    `json:"max_bytes"`
}

// Most is the limit for people: ≤ 2 MB, or < 1 MB.
func (a accept) Most() string { return term.Limit(a.Max) }

func (in *Inspector) endpoints(l lang) []endpointForm {
	var list []endpointForm
	for _, ep := range in.Endpoints {
		x := endpointForm{
			Name: ep.Name, Title: titleOfEndpoint(ep, l), Family: ep.Family, Method: http.MethodPost, Host: ep.Host, Path: ep.Path,
			Answer: ep.Answer(), Public: ep.Public(),
		}
		for _, a := range ep.Accepts {
			if n := len(x.Accepts); n > 0 && x.Accepts[n-1].Max == a.Max {
				x.Accepts[n-1].Formats = append(x.Accepts[n-1].Formats, a.Format.Suffix())
				continue
			}
			x.Accepts = append(x.Accepts, accept{[]string{a.Format.Suffix()}, a.Max})
		}
		x.Quota = l.quota(ep.Quota)
		if strings.HasPrefix(ep.Doc, "https://") && !strings.Contains(ep.Doc, " ") {
			x.Doc = ep.Doc
		}
		list = append(list, x)
	}
	return list
}

// quota is how often an API may be called, for people; "" if no document says.
func (l lang) quota(q wxup.Quota) string {
	switch {
	case q.Calls == 0:
		return ""
	case q.Per == time.Second:
		return l.t("%d per second", q.Calls)
	case q.Per == time.Minute:
		return l.t("%d per minute", q.Calls)
	case q.Per == 24*time.Hour:
		return l.t("%d per day", q.Calls)
	}
	return fmt.Sprintf("%d / %s", q.Calls, q.Per)
}

func titleOfEndpoint(ep *wxup.Endpoint, l lang) string {
	if l == "zh" && ep.TitleZH != "" {
		return ep.TitleZH
	}
	return capital(ep.Title)
}

func (in *Inspector) listEndpoints(w http.ResponseWriter, r *http.Request) error {
	return answer(w, http.StatusOK, map[string]any{"endpoints": in.endpoints(langOf(r))})
}
