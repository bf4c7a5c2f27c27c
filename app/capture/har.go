package capture

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup"
)

// readHAR reads the uploads of a HAR. If there is none, it takes the forms that were sent to WeChat
// by another path, for a wrong path is one way to fail.
func (r *reader) readHAR(text []byte) ([]Saved, error) {
	var list, strays []Saved
	entries, broken := 0, 0
	err := eachEntry(text, func(raw json.RawMessage) error {
		if entries++; entries > entriesMost {
			return texts.Errorf("this HAR has more than %d entries; clear the list, upload again and export only that", entriesMost)
		}
		var e harEntry
		if json.Unmarshal(raw, &e) != nil {
			broken++
			return nil
		}
		p := cutURL(e.Request.URL)
		upload := findEndpoint(p.host, p.target) != nil
		stray := !upload && isWeChat(p.host) && isForm(e.Request.PostData.MimeType)
		if e.Request.Method == http.MethodOptions || !upload && !stray || len(list)+len(strays) >= savedMost {
			return nil
		}
		s, err := r.harSaved(&e, p)
		if s.Request.Header.Get("Authorization") == "" && browserHAR.Match(text[:min(len(text), 4096)]) && err == nil && s.Endpoint != nil && s.Endpoint.Family == wxup.PayV3 {
			s.Request.Unshown = []string{"Authorization"}
			s.note(noteSanitized)
		}
		switch {
		case err != nil:
			broken++
		case upload:
			list = append(list, s)
		default:
			strays = append(strays, s)
		}
		return nil
	})
	if len(list) == 0 {
		list = strays
	}
	switch {
	case len(list) == 0 && err != nil:
		return nil, err
	case len(list) == 0:
		return nil, texts.Errorf("none of the %d entries of this HAR is an upload to WeChat (POST /v3/merchant/media/upload and the like; %d could not be read); upload again while recording",
			entries, broken)
	case err != nil:
		r.notes = append(r.notes, noteCutHAR)
	}
	return list, nil
}

// browserHAR tells the HAR of Chrome and its kin, which leave credentials out unless they are asked
// for.
var browserHAR = regexp.MustCompile(`"creator"\s*:\s*\{\s*"name"\s*:\s*"WebInspector"`)

// errNotHAR is a JSON text of another kind.
var errNotHAR = texts.Errorf(`this is JSON but not a HAR: it has no log.entries. In the browser or the proxy choose "export HAR" (Charles: HTTP Archive)`)

// eachEntry calls do with every entry, one at a time: all of them at once might be much more than
// the text.
func eachEntry(text []byte, do func(json.RawMessage) error) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	found := false
	err := eachMember(dec, func(name string) (bool, error) {
		if name != "log" || found {
			return false, nil
		}
		return true, eachMember(dec, func(name string) (bool, error) {
			if name != "entries" || found {
				return false, nil
			}
			if t, err := dec.Token(); err != nil || t != json.Delim('[') {
				return true, errNotHAR
			}
			found = true
			for dec.More() {
				var raw json.RawMessage
				if err := dec.Decode(&raw); err != nil {
					return true, err
				}
				if err := do(raw); err != nil {
					return true, err
				}
			}
			_, err := dec.Token()
			return true, err
		})
	})
	if _, syntax := errors.AsType[*json.SyntaxError](err); syntax || err != nil && !found && err != errNotHAR {
		return texts.Errorf("this JSON is cut off or damaged near byte %d; export it again", dec.InputOffset())
	}
	if err == nil && !found {
		return errNotHAR
	}
	return err
}

// eachMember calls do with the name of each member of the object that comes next. do reads its
// value, or answers false.
func eachMember(dec *json.Decoder, do func(name string) (bool, error)) error {
	if t, err := dec.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return errNotHAR
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if done, err := do(name); err != nil {
			return err
		} else if !done {
			var skipped json.RawMessage
			if err := dec.Decode(&skipped); err != nil {
				return err
			}
		}
	}
	_, err := dec.Token()
	return err
}

// harSaved makes a request of an entry.
func (r *reader) harSaved(e *harEntry, p place) (Saved, error) {
	var s Saved
	q := &s.Request
	q.Method, q.Target, q.Host, q.Scheme = e.Request.Method, p.target, p.host, p.scheme
	header, pseudo := harHeader(e.Request.Headers)
	q.Header = header
	if host := q.Header.Get("Host"); host != "" {
		q.Host = host
	} else if authority := pseudo[":authority"]; len(authority) > 0 {
		q.Host = authority[0]
	}
	q.Header.Del("Host")
	if q.Header.Get("Content-Type") == "" && e.Request.PostData.MimeType != "" {
		q.Header.Set("Content-Type", e.Request.PostData.MimeType)
	}
	q.Chunked = isChunked(q.Header)
	q.Received, _ = time.Parse(time.RFC3339, e.Started) // zero if it cannot be read
	s.settle()
	if err := s.harBody(e); err != nil {
		return s, err
	}

	status, _ := strconv.Atoi(string(bytes.Trim(e.Response.Status, `"`)))
	if status < 100 {
		return s, nil // no answer came: Chrome writes 0
	}
	var answer Saved
	answer.Status = status
	answer.Header, _ = harHeader(e.Response.Headers)
	body := harBytes(e.Response.Content.Text)
	if strings.EqualFold(e.Response.Content.Encoding, "base64") {
		body, _ = fromBase64(body)
	}
	answer.Answer = r.unpack(&answer, body)
	s.answered(&answer)
	return s, nil
}
