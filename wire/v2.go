package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MarshalV2 writes an APIv2 answer, each value in CDATA:
//
//	<xml>
//	<return_code><![CDATA[SUCCESS]]></return_code>
//	…
//	</xml>
func MarshalV2(fields []Field) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>\n")
	for _, f := range fields {
		value := strings.ReplaceAll(f.Value, "]]>", "]]]]><![CDATA[>")
		fmt.Fprintf(&b, "<%s><![CDATA[%s]]></%s>\n", f.Name, value, f.Name)
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

// UnmarshalV2 reads an APIv2 answer: the elements inside its root and their text. An element that
// holds elements, or occurs twice, is an error; so is what is not XML.
func UnmarshalV2(body []byte) (map[string]string, error) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	fields := map[string]string{}
	var name string
	var text strings.Builder
	depth, roots := 0, 0
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, errNotXML
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > 2 {
				return nil, errors.New("the answer's XML is nested deeper than it should be")
			}
			if depth == 1 {
				roots++
			} else {
				name = t.Name.Local
				text.Reset()
			}
		case xml.CharData:
			if depth == 2 {
				text.Write(t)
			}
		case xml.EndElement:
			if depth == 2 {
				if _, twice := fields[name]; twice {
					return nil, fmt.Errorf("the answer holds %.64q twice", name)
				}
				fields[name] = text.String()
			}
			depth--
		}
	}
	if roots != 1 || depth != 0 {
		return nil, errNotXML
	}
	return fields, nil
}

var errNotXML = errors.New("the answer is not the XML that it should be")
