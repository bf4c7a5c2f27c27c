package capture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
)

// A Postman collection, https://schema.postman.com/collection/json/v2.1.0/, as far as it matters
// here. A request, an URL, a header and the src of a file may each be a string in place of an
// object.
//
//	{"info":{"schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
//	 "item":[{"item":[…]},{"request":{"method":"POST","url":{"raw":"https://…"},
//	   "header":[{"key":"Authorization","value":"WECHATPAY2-SHA256-RSA2048 {{pairs}}","disabled":false}],
//	   "body":{"mode":"formdata","formdata":[
//	     {"key":"meta","value":"{…}","type":"text","contentType":"application/json"},
//	     {"key":"file","type":"file","src":"/C:/a.jpg"}]}},
//	  "response":[{"originalRequest":{…},"code":401,"header":[…],"body":"…"}]}]}
//
// Postman puts in the values of variables and makes up the boundary when it sends. Neither is
// known.
type postmanItem struct {
	Item     []postmanItem   `json:"item"`
	Request  json.RawMessage `json:"request"`
	Response []struct {
		Original json.RawMessage `json:"originalRequest"`
		Code     int             `json:"code"`
		Header   []postmanPair   `json:"header"`
		Body     string          `json:"body"`
	} `json:"response"`
}

type postmanPair struct {
	Key      string          `json:"key"`
	Value    string          `json:"value"`
	Type     string          `json:"type"`
	Src      json.RawMessage `json:"src"`
	MIME     string          `json:"contentType"`
	Filename string          `json:"fileName"`
	Disabled bool            `json:"disabled"`
}

type postmanRequest struct {
	Method string          `json:"method"`
	URL    json.RawMessage `json:"url"`
	Header []postmanPair   `json:"header"`
	Body   struct {
		Mode       string        `json:"mode"`
		Raw        string        `json:"raw"`
		FormData   []postmanPair `json:"formdata"`
		URLEncoded []postmanPair `json:"urlencoded"`
		File       postmanPair   `json:"file"`
	} `json:"body"`
}

// isPostman tells a collection.
func isPostman(text []byte) bool {
	return bytes.HasPrefix(text, []byte("{")) &&
		(bytes.Contains(text, []byte("schema.getpostman.com")) || bytes.Contains(text, []byte("schema.postman.com")))
}

// readPostman reads the requests of a collection, each once for every answer that was saved with
// it.
func (r *reader) readPostman(text []byte) ([]Saved, error) {
	var collection postmanItem
	if err := json.Unmarshal(text, &collection); err != nil {
		return nil, texts.Errorf("this Postman collection is cut off or damaged; export it again (Collection v2.1)")
	}
	var list []Saved
	var walk func(items []postmanItem) error
	walk = func(items []postmanItem) error {
		for i := range items {
			it := &items[i]
			if err := walk(it.Item); err != nil {
				return err
			}
			saved, err := r.postmanSaved(it)
			if err != nil {
				return err
			}
			list = append(list, saved...)
		}
		return nil
	}
	if err := walk(collection.Item); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, texts.Errorf("this Postman collection has no request; send the upload, save its response with it (Save Response), and export again")
	}
	return list[:min(len(list), savedMost)], nil
}

func (r *reader) postmanSaved(it *postmanItem) ([]Saved, error) {
	var list []Saved
	for i := range it.Response {
		answer := &it.Response[i]
		original := answer.Original
		if len(original) == 0 {
			original = it.Request
		}
		s, ok, err := r.postmanRequest(original)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		header := http.Header{}
		for _, h := range answer.Header {
			header.Add(h.Key, h.Value)
		}
		s.answered(&Saved{Status: answer.Code, Header: header, Answer: []byte(answer.Body)})
		list = append(list, s)
	}
	if len(list) > 0 {
		return list, nil
	}
	s, ok, err := r.postmanRequest(it.Request)
	if !ok || err != nil {
		return nil, err
	}
	return []Saved{s}, nil
}

var postmanName = regexp.MustCompile(`\{\{[^{}]{1,100}\}\}`)

// postmanRequest makes a request of one in a collection. ok is false if there is none.
func (r *reader) postmanRequest(raw json.RawMessage) (s Saved, ok bool, err error) {
	var p postmanRequest
	if len(raw) == 0 || json.Unmarshal(raw, &p) != nil && json.Unmarshal(raw, &p.URL) != nil {
		return s, false, nil
	}
	c := &command{r: r, method: p.Method, globOff: true, pathAsIs: true}
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`"`)) { // a request that is its URL
		c.method, p.URL = http.MethodGet, raw
	}
	c.own("User-Agent", "PostmanRuntime")
	for _, h := range p.Header {
		if !h.Disabled {
			c.headers = append(c.headers, h.Key+": "+h.Value)
		}
	}
	switch p.Body.Mode {
	case "raw":
		c.data, c.inline = []byte(p.Body.Raw), true
	case "urlencoded":
		values := url.Values{}
		for _, f := range p.Body.URLEncoded {
			if !f.Disabled {
				values.Add(f.Key, f.Value)
			}
		}
		c.data = []byte(values.Encode())
	case "formdata":
		for _, f := range p.Body.FormData {
			if !f.Disabled {
				c.postmanFields(&f)
			}
		}
	case "file":
		if c.data, err = c.readFile(postmanText(p.Body.File.Src)); err != nil {
			return s, false, err
		}
	}
	s, err = c.request(postmanURL(p.URL), nil)
	s.Notes = append(c.notes, append(s.Notes, notePostman)...)
	s.Request.Unshown = []string{"User-Agent", "Accept"}
	if s.Endpoint != nil && s.Endpoint.Family == wxup.PayV2 {
		s.Request.Scheme = "" // Postman's settings have the certificate, the collection has not
	}
	if unknown := postmanName.FindAllString(string(raw), 100); len(unknown) > 0 {
		slices.Sort(unknown)
		s.Request.Unknown = slices.Compact(unknown)
		s.note(notePostmanVariables)
	}
	return s, err == nil, err
}

// postmanFields adds a row of the table "form-data": a text, or one or more files.
func (c *command) postmanFields(row *postmanPair) {
	if row.Type != "file" {
		c.form = append(c.form, formField{name: row.Key, contentType: row.MIME, content: []byte(row.Value)})
		return
	}
	names := []string{postmanText(row.Src)}
	if json.Unmarshal(row.Src, &names) != nil || len(names) == 0 {
		names = []string{postmanText(row.Src)}
	}
	for _, name := range names {
		f := formField{name: row.Key, hasFilename: true, filename: baseName(name), contentType: row.MIME}
		if row.Filename != "" {
			f.filename = row.Filename
		}
		if f.contentType == "" {
			f.contentType = typeOf(name)
		}
		var err error
		if f.content, err = c.readFile(name); err != nil {
			f.unknown = true
			if errors.Is(err, fs.ErrNotExist) || c.r.open == nil {
				c.note(noteMissingFile(name))
			} else {
				c.note(noteUnreadFile(name))
			}
		}
		c.form = append(c.form, f)
	}
}

func postmanURL(raw json.RawMessage) string {
	var object struct {
		Raw string `json:"raw"`
	}
	if json.Unmarshal(raw, &object) == nil && object.Raw != "" {
		return object.Raw
	}
	return postmanText(raw)
}

// postmanText is a JSON string, or nothing.
func postmanText(raw json.RawMessage) (text string) {
	_ = json.Unmarshal(raw, &text)
	return strings.TrimSpace(text)
}

var (
	notePostman = explain.Words{
		EN: "a Postman collection does not hold the boundary, nor the headers that Postman adds itself; they are not judged",
		ZH: "Postman 集合不包含 boundary 和 Postman 自动添加的请求头；不作判断",
	}
	notePostmanVariables = explain.Words{
		EN: "Postman puts in the values of {{…}} when it sends; they are not in the file and are not judged. Its console shows the request with them",
		ZH: "{{…}} 的值由 Postman 在发送时填入，不在文件中，不作判断。Postman 控制台（Console）可以看到实际值",
	}
)

func noteUnreadFile(file string) explain.Words {
	return note("the file %s could not be read; its digest, size and format are not judged", "无法读取文件 %s；其摘要、大小和格式不作判断", quote(file))
}
