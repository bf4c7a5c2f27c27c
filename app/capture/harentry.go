package capture

import (
	"encoding/json"
)

// HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/, as far as it matters here:
//
//	{"log":{"entries":[{
//	  "startedDateTime":"2024-05-01T08:00:00.123+08:00",
//	  "request":{"method":"POST","url":"https://…","headers":[{"name":"…","value":"…"}],"bodySize":1234,
//	    "postData":{"mimeType":"multipart/form-data; boundary=…","text":"--…","encoding":"base64",
//	      "params":[{"name":"meta","value":"{…}"},{"name":"file","fileName":"a.jpg","contentType":"image/jpeg"}]}},
//	  "response":{"status":401,"headers":[…],"content":{"text":"{…}","encoding":"base64"}}}]}}
//
// The encoding of a postData is not part of HAR 1.2, but several tools write it. Texts stay raw
// JSON here: their escapes may be bytes, which encoding/json would replace.
type harEntry struct {
	Started string `json:"startedDateTime"`
	Request struct {
		Method   string          `json:"method"`
		URL      string          `json:"url"`
		Headers  json.RawMessage `json:"headers"`
		BodySize json.RawMessage `json:"bodySize"`
		PostData struct {
			MimeType   string          `json:"mimeType"`
			Text       json.RawMessage `json:"text"`
			Encoding   string          `json:"encoding"`
			Underlined string          `json:"_encoding"`
			Params     json.RawMessage `json:"params"`
		} `json:"postData"`
	} `json:"request"`
	Response struct {
		Status  json.RawMessage `json:"status"`
		Headers json.RawMessage `json:"headers"`
		Content struct {
			Text     json.RawMessage `json:"text"`
			Encoding string          `json:"encoding"`
		} `json:"content"`
	} `json:"response"`
}

type harPair struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

type harParam struct {
	Name        string          `json:"name"`
	Value       json.RawMessage `json:"value"`
	FileName    *string         `json:"fileName"`
	ContentType string          `json:"contentType"`
}
