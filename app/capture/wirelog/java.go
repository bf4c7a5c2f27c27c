package wirelog

import (
	"bytes"
	"regexp"
	"strconv"
)

// Apache HttpClient, from 3 to 5, logs each line that it sends and receives in quotes:
//
//	… DEBUG org.apache.http.wire - http-outgoing-0 >> "POST /v3/… HTTP/1.1[\r][\n]"
//	… DEBUG org.apache.http.wire - http-outgoing-0 >> "[0xff][0xd8][0xff][0xe0]"
//
// Behind the same arrows, without the quotes, its other log shows the heads once more.
var (
	wireLine   = regexp.MustCompile(`(?:(http-outgoing-\d+)\s+)?(?:>>|<<) "(.*)"\s*$`)
	wireEscape = regexp.MustCompile(`\[(?:\\r|\\n|0x[0-9a-fA-F]{1,2})\]`)
)

func apacheWire(text []byte) []byte {
	var connections streams
	for line := range lines(text) {
		if m := wireLine.FindSubmatch(line); m != nil {
			connections.get(string(m[1])).Write(unescapeWire(m[2]))
		}
	}
	return connections.bytes()
}

func unescapeWire(line []byte) []byte {
	return wireEscape.ReplaceAllFunc(line, func(escape []byte) []byte {
		switch inner := string(escape[1 : len(escape)-1]); inner {
		case `\r`:
			return []byte("\r")
		case `\n`:
			return []byte("\n")
		default:
			n, _ := strconv.ParseUint(inner[2:], 16, 8)
			return []byte{byte(n)}
		}
	})
}

var pairs = regexp.MustCompile(`pairs: \{(.*)\}`)

// urlConnection reads the heads that the JDK logs:
//
//	FINEST: sun.net.www.MessageHeader@5e2de80c5 pairs: {POST /v3/… HTTP/1.1: null}{Accept: application/json}…
//	FINEST: sun.net.www.MessageHeader@7c75222b4 pairs: {null: HTTP/1.1 401 Unauthorized}{Server: nginx}…
func urlConnection(text []byte) []byte {
	var raw bytes.Buffer
	for line := range lines(text) {
		m := pairs.FindSubmatch(line)
		if m == nil {
			continue
		}
		for _, pair := range bytes.Split(m[1], []byte("}{")) {
			pair = bytes.TrimSuffix(pair, []byte(": null"))
			raw.Write(bytes.TrimPrefix(pair, []byte("null: ")))
			raw.WriteString("\r\n")
		}
		raw.WriteString("\r\n")
	}
	return raw.Bytes()
}
