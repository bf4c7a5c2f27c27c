package inspector

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/store/sqlindex"
)

// listView is the page at /.
type listView struct {
	*frame
	Filter     filter
	Filtered   bool
	Newest     bool // this is the first page: new exchanges come in on top
	Rows       []summary
	Stream     string // where the new ones come from
	Query      string // of the filter, for the links to the exchanges
	First      string // links
	Older      string
	SearchedTo time.Time
	Dir        string // the data directory, as a word of the shell

	Groups   []group
	Outcomes []option
	Accounts []option
	Causes   []option
}

// group is the options of one family; option is a choice of a filter.
type group struct {
	Name    string
	Options []option
}

type option struct {
	Value, Name string
	Chosen      bool
}

// rowsMost is how many exchanges a page has, optionsMost how many choices a filter offers.
const (
	rowsMost    = 50
	optionsMost = 200
)

func (in *Inspector) listPage(w http.ResponseWriter, r *http.Request) error {
	f, err := parseFilter(r.URL.Query())
	if err != nil {
		return err
	}
	before, err := parseBefore(r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	got, err := search(r.Context(), in.Index, f, before, rowsMost)
	if err != nil {
		return err
	}
	fr := in.frame(r, "exchanges")
	v := &listView{
		frame: fr.title(fr.Lang.t("Exchanges")), Filter: f, Newest: before == (sqlindex.Cursor{}), SearchedTo: got.SearchedTo,
		Dir: dataDir(in.Reaching), Stream: withValues("/api/v1/exchanges/stream", f), Query: strings.TrimPrefix(withValues("", f), "?"), First: withValues("/", f),
	}
	v.Filtered = v.Query != ""
	for i := range got.Exchanges {
		v.Rows = append(v.Rows, summarize(&got.Exchanges[i], fr.Lang))
	}
	if next := got.Next.String(); next != "" {
		q := f.values()
		q.Set("before", next)
		v.Older = "/?" + q.Encode()
	}
	if err := in.choices(r.Context(), v); err != nil {
		return err
	}
	in.render(w, r, http.StatusOK, "list", v)
	return nil
}

func withValues(path string, f filter) string {
	if q := f.values().Encode(); q != "" {
		return path + "?" + q
	}
	return path
}

// choices fills in what the filters offer.
func (in *Inspector) choices(ctx context.Context, v *listView) error {
	l, f := v.Lang, v.Filter
	for _, fam := range []struct {
		family wxup.Family
		name   string
	}{{wxup.PayV3, "WeChat Pay v3"}, {wxup.PayV2, "WeChat Pay v2"}, {wxup.FamilyAccount, "Official Account"}} {
		g := group{Name: l.t(fam.name), Options: []option{
			{"family:" + string(fam.family), l.t("all of %s", l.t(fam.name)), f.Family == fam.family && f.Endpoint == ""},
		}}
		for _, ep := range in.Endpoints {
			if ep.Family == fam.family {
				g.Options = append(g.Options, option{ep.Name, ep.Name + " · " + titleOfEndpoint(ep, l), f.Endpoint == ep.Name})
			}
		}
		v.Groups = append(v.Groups, g)
	}
	v.Groups = append(v.Groups, group{l.t("other"), []option{{noEndpoint, l.t("tokens and certificates"), f.Endpoint == noEndpoint}}})
	for _, o := range []string{"", accepted, warned, refused} {
		v.Outcomes = append(v.Outcomes, option{o, l.outcome(o), f.Outcome == o})
	}

	merchants, err := in.Index.ListMerchants(ctx)
	if err != nil {
		return err
	}
	apps, err := in.Index.ListApps(ctx)
	if err != nil {
		return err
	}
	accounts := map[string]string{}
	for _, m := range merchants {
		accounts[m.MchID] = m.Name
	}
	for _, a := range apps {
		accounts[a.AppID] = a.Name
	}
	for _, row := range v.Rows { // strangers' too
		if _, ok := accounts[row.Account]; !ok && row.Account != "" {
			accounts[row.Account] = ""
		}
	}
	v.Accounts = options(accounts, f.Account)

	recent, err := in.Index.ListExchanges(ctx, sqlindex.ExchangeFilter{Refused: true, Limit: 100})
	if err != nil {
		return err
	}
	causes := map[string]string{}
	for i := range recent {
		e := &recent[i]
		causes[string(e.Problem)] = capital(e.Problem.Text(string(l)))
		if cause := e.Cause; cause != "" {
			causes[cause] = ""
		}
	}
	v.Causes = options(causes, f.Cause)
	return nil
}

// options makes a choice of values and their names, in order; the one that is chosen is always in
// it.
func options(values map[string]string, chosen string) []option {
	if chosen != "" && values[chosen] == "" {
		values[chosen] = ""
	}
	var list []option
	for value, name := range values {
		if name = plain(name); name == "" {
			name = plain(value)
		} else {
			name = plain(value) + " · " + name
		}
		list = append(list, option{value, name, value == chosen})
	}
	slices.SortFunc(list, func(a, b option) int { return strings.Compare(a.Value, b.Value) })
	if len(list) > optionsMost {
		list = append(list[:optionsMost:optionsMost], slices.DeleteFunc(list[optionsMost:], func(o option) bool { return !o.Chosen })...)
	}
	return list
}
