package wirelog

import (
	"bytes"
	"regexp"
	"strconv"
)

// curl --trace and --trace-ascii write sections, each with its size:
//
//	== Info: Connected to api.mch.weixin.qq.com …
//	=> Send header, 232 bytes (0xe8)
//	0000: 50 4f 53 54 20 2f 76 33 2f 6d 65 64 69 61 20 48 POST /v3/media H
//	=> Send data, 1042 bytes (0x412)
//	0000: --------------------------d74496d66958873e      --trace-ascii: a CR LF ends a row and is
//	                                                      not shown
//	002c: Content-Disposition: form-data; name="meta"
//	<= Recv header, 27 bytes (0x1b)
//
// With --trace-time and --trace-ids each begins with a time and two numbers.
const traceStamp = `(?:\d\d:\d\d:\d\d\.\d+ )?(?:\[\d+-\d+\] )?`

var (
	section  = regexp.MustCompile(`^` + traceStamp + `(?:(=>|<=) (Send|Recv) (header|data|SSL data), (\d+) bytes|== Info:)`)
	asciiRow = regexp.MustCompile(`^([0-9a-f]{4,8}): ?`)
)

// curlTrace reads a trace of either kind.
func curlTrace(text []byte) []byte {
	var raw bytes.Buffer
	var rows [][]byte
	size := -1 // of the section that is being read; below zero for one that is not HTTP
	end := func() {
		if size >= 0 {
			raw.Write(sectionBytes(rows, size))
		}
		rows, size = rows[:0], -1
	}
	for line := range lines(text) {
		m := section.FindSubmatch(line)
		switch {
		case m == nil && size >= 0 && asciiRow.Match(line):
			rows = append(rows, line)
		case m != nil:
			end()
			if what := string(m[3]); what == "header" || what == "data" {
				size, _ = strconv.Atoi(string(m[4]))
			}
		}
		if raw.Len() > Max {
			return nil
		}
	}
	end()
	return raw.Bytes()
}

// sectionBytes puts a section together from its rows.
func sectionBytes(rows [][]byte, size int) []byte {
	if size > Max {
		return nil
	}
	var exact []byte
	for _, line := range rows {
		row, _ := hexRow(line)
		exact = append(exact, row...)
	}
	if len(exact) == size {
		return exact
	}
	section := make([]byte, 0, size)
	for _, line := range rows {
		m := asciiRow.FindSubmatch(line)
		offset, err := strconv.ParseInt(string(m[1]), 16, 32)
		if err != nil || int(offset) > size {
			break
		}
		section = upTo(section, int(offset))
		section = append(section, line[len(m[0]):]...)
	}
	return upTo(section, size)
}

// upTo fills what is missing before offset: the CR LF that ended the row, or the blanks that an
// editor has taken off its end.
func upTo(b []byte, offset int) []byte {
	switch missing := offset - len(b); {
	case missing == 2:
		return append(b, "\r\n"...)
	case missing > 0:
		return append(b, bytes.Repeat([]byte(" "), missing)...)
	case missing < 0:
		return b[:offset]
	}
	return b
}

var (
	verboseRequest = regexp.MustCompile(`^> [A-Z]+ \S+ HTTP/\d`)
	notHTTP        = regexp.MustCompile(`^(?:[{}] \[\d+ bytes data\]|\*( |$)|\s*% Total|\s*Dload|\s*\d+ +[\d.]+[kMG]? +\d|\s*0 +0 )`)
)

// curlVerbose reads what -v prints. The program curl writes > before each line of a request's head,
// what uses the library before the first alone:
//
//	> POST /v3/marketing/favor/media/image-upload HTTP/1.1
//	Host: api.mch.weixin.qq.com
//
//	* upload completely sent off: 1042 out of 1042 bytes
//	< HTTP/1.1 401 Unauthorized
//
// The body of the request is not shown, that of the answer by the program alone.
func curlVerbose(text []byte) []byte {
	var raw bytes.Buffer
	inRequest, inBody := false, false // in the head of a request; in the body of an answer
	for line := range lines(text) {
		line = bytes.TrimRight(line, " ")
		sent, isSent := bytes.CutPrefix(line, []byte("> "))
		got, isGot := bytes.CutPrefix(line, []byte("< "))
		switch {
		case verboseRequest.Match(line):
			inRequest, inBody = true, false
			line = sent
		case inRequest && (len(line) == 0 || string(line) == ">"):
			inRequest = false
			line = nil
		case inRequest && isSent:
			line = sent
		case inRequest:
		case string(line) == "<":
			inBody, line = true, nil
		case isGot:
			line = got
		case isSent || !inBody || notHTTP.Match(line):
			continue
		}
		raw.Write(line)
		raw.WriteString("\r\n")
	}
	return raw.Bytes()
}
