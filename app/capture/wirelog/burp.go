package wirelog

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
)

// burp reads the items that Burp Suite saves, as base64 or not:
//
//	<items burpVersion="…"><item><url>…</url><request base64="true">UE9TVC…</request><response base64="true">…
func burp(text []byte) []byte {
	type message struct {
		Base64 bool   `xml:"base64,attr"`
		Text   string `xml:",chardata"`
	}
	var raw bytes.Buffer
	dec := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := dec.Token()
		if err != nil {
			return raw.Bytes()
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "request" && start.Name.Local != "response" {
			continue
		}
		var m message
		if dec.DecodeElement(&m, &start) != nil {
			return raw.Bytes()
		}
		b := []byte(m.Text)
		if m.Base64 {
			b, _ = base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(b), nil)))
		}
		raw.Write(b)
	}
}
