package wxup

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// Family is one of WeChat's three ways to take an upload: how callers prove who they are, and how
// the answer looks.
type Family string

const (
	PayV3         Family = "payv3"   // WeChat Pay APIv3: a signed meta part, a signed JSON answer
	PayV2         Family = "payv2"   // WeChat Pay APIv2: a client certificate, a signed form, signed XML
	FamilyAccount Family = "account" // accounts: an access_token in the query, JSON with an errcode
)

// Endpoint is one upload API as data: client, server, command line and documents read the same
// rows.
type Endpoint struct {
	Name    string // one short word: the command line's --to
	Title   string // what the image is for
	TitleZH string
	Family  Family
	Host    string // where WeChat answers it; "" is WeChat Pay's or the account API's main host
	Path    string // {name} is filled from Source.Path; a query is fixed: ?type=image

	FilePart    string   // the part that holds the file
	FileAliases []string // other names of that part that real callers use
	MetaPart    string   // PayV3: the part that is signed, "meta"
	NameField   string   // the meta member that holds the file's name; "" if there is none
	NameMax     int      // the maximum length of the name, in characters; 0 is 128
	DigestField string   // the meta member (PayV2: form field) that holds the digest; "" if there is none
	Digest      string   // sha256, md5 or sm3
	Fields      []Field  // what is sent beside name and digest

	Accepts    []Accept
	AnswerURL  string        // the answer's member that holds a public URL: media_url
	AnswerID   string        // … a private id: media_id. A dot steps into an object
	AnswerTime string        // … the time of the upload, in Unix seconds: created_at
	AnswerAlso []Field       // members with fixed values: type
	Expires    time.Duration // how long the id lives; 0 is for ever
	Quota      Quota         // as documented, or as users report; zero where neither is known

	RaisedMax     int64 // the maximum size in bytes for a Merchant with ECommerce, if it is larger
	Corp          bool  // the access_token is a company's (企业微信)
	Brand         bool  // signed under the brand scheme, with brand_id for mchid
	SerialNeeded  bool  // Wechatpay-Serial must be sent
	CheckPartType bool  // the file part's Content-Type is checked as well
	Doc           string
}

// Accept is a format that an endpoint takes, and its maximum size in bytes.
type Accept struct {
	Format media.Format
	Max    int64
}

// Field is a text that is sent beside the file: a member of meta, or a form field.
type Field struct {
	Name     string
	Value    string // sent unless Source.Meta has another; "" means that the caller gives it
	Part     string // the form part whose JSON object has the field: description; "" is none
	Required bool
}

// host is where WeChat answers the endpoint.
func (ep *Endpoint) host() string {
	if ep.Host == "" && ep.Family == FamilyAccount {
		return wire.AccountHost
	}
	return cmp.Or(ep.Host, wire.PayHost)
}

// Public reports whether the answer is a URL that anyone may fetch.
func (ep *Endpoint) Public() bool { return ep.AnswerURL != "" }

// Answer names the members with URL and id: "media_url".
func (ep *Endpoint) Answer() string {
	return strings.Trim(ep.AnswerURL+", "+ep.AnswerID, ", ")
}

// MaxSize is the maximum size of a file in any format, in bytes.
func (ep *Endpoint) MaxSize() int64 {
	var n int64
	for _, a := range ep.Accepts {
		n = max(n, a.Max)
	}
	return n
}

// Max is the maximum size of a file of a format, if the endpoint takes that.
func (ep *Endpoint) Max(f media.Format) (int64, bool) {
	for _, a := range ep.Accepts {
		if a.Format == f {
			return a.Max, true
		}
	}
	return 0, false
}

// TakesType reports whether the file part may have a Content-Type: any, unless CheckPartType is
// set.
func (ep *Endpoint) TakesType(contentType string) bool {
	contentType, _, _ = strings.Cut(contentType, ";")
	contentType = strings.TrimSpace(strings.ToLower(contentType))
	if contentType == "image/jpg" { // what the documents call image/jpeg
		contentType = media.JPEG.MIME()
	}
	return !ep.CheckPartType || slices.ContainsFunc(ep.Accepts, func(a Accept) bool { return a.Format.MIME() == contentType })
}

// Formats lists the accepted formats by their suffixes: "jpg, bmp, png".
func (ep *Endpoint) Formats() string {
	var s []string
	for _, a := range ep.Accepts {
		s = append(s, a.Format.Suffix())
	}
	return strings.Join(s, ", ")
}

// For returns the row for a merchant, with raised limits if it uses 电商收付通.
func (ep *Endpoint) For(eCommerce bool) *Endpoint {
	if !eCommerce || ep.RaisedMax == 0 {
		return ep
	}
	raised := *ep
	raised.Accepts = slices.Clone(ep.Accepts)
	for i := range raised.Accepts {
		raised.Accepts[i].Max = max(raised.Accepts[i].Max, ep.RaisedMax)
	}
	return &raised
}

// Judge returns the format of a file by its name, first bytes ([media.SniffLen]) and size. An
// [*Error] says why the endpoint does not take it.
func (ep *Endpoint) Judge(name string, head []byte, size int64) (media.Format, error) {
	if size == 0 {
		return media.Unknown, refuse(EmptyFile, "")
	}
	content := media.Sniff(head)
	fits := func(f media.Format) bool { _, takes := ep.Max(f); return takes && content.Fits(f) }
	format := content
	if !fits(content) {
		if i := slices.IndexFunc(ep.Accepts, func(a Accept) bool { return fits(a.Format) }); i >= 0 {
			format = ep.Accepts[i].Format
		}
		if named, known := media.BySuffix(name); known && fits(named) {
			format = named
		}
	}
	limit, taken := ep.Max(format)
	switch {
	case !taken && content == media.Unknown:
		return content, refuse(NotImage, "the content is of no known format; %s takes %s", ep.Name, ep.Formats())
	case !taken:
		return content, refuse(NotImage, "the content is %s; %s takes %s", content, ep.Name, ep.Formats())
	case size > limit:
		return format, tooLarge(size, limit)
	}
	return format, nil
}

// Route splits Path into the path and its fixed query parameters.
func (ep *Endpoint) Route() (path string, query url.Values) {
	path, text, _ := strings.Cut(ep.Path, "?")
	query, _ = url.ParseQuery(text)
	return path, query
}

// Target returns the escaped path and query; values fill {name} segments.
func (ep *Endpoint) Target(values map[string]string) (string, error) {
	path, query, hasQuery := strings.Cut(ep.Path, "?")
	segments := strings.Split(path, "/")
	filled := 0
	for i, s := range segments {
		name, ok := placeholder(s)
		if !ok {
			continue
		}
		value := values[name]
		if value == "" || value == "." || value == ".." {
			return "", refuse(problem.BadParameter, "%s needs a value for %s (Source.Path)", ep.Name, name)
		}
		segments[i] = url.PathEscape(value)
		filled++
	}
	if filled < len(values) {
		for name := range values {
			if !strings.Contains(path, "{"+name+"}") {
				return "", refuse(problem.BadParameter, "the path of %s has no {%s} (Source.Path)", ep.Name, name)
			}
		}
	}
	path = strings.Join(segments, "/")
	if hasQuery {
		path += "?" + query
	}
	return path, nil
}

// placeholder returns the name of a {name} segment.
func placeholder(segment string) (name string, ok bool) {
	if !strings.HasPrefix(segment, "{") || !strings.HasSuffix(segment, "}") {
		return "", false
	}
	return segment[1 : len(segment)-1], true
}
