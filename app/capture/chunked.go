package capture

import (
	"bytes"
	"strconv"
	"strings"
)

// Chunks (RFC 9112 §7.1):
//
//	1f4;extension CR LF
//	<500 bytes> CR LF
//	0 CR LF
//	Trailer: … CR LF
//	CR LF

// dechunk puts a body together from its chunks. It takes LF for CR LF. begun tells that b began
// with a chunk, whole that the last one was found; rest is what follows.
func dechunk(b []byte) (body, rest []byte, begun, whole bool) {
	body = []byte{}
	for {
		line, after, _ := cutLine(b)
		size, ok := chunkSize(line)
		if !ok {
			return body, b, begun, false
		}
		begun = true
		if size == 0 {
			for len(after) > 0 { // trailers
				line, after, _ = cutLine(after)
				if len(line) == 0 {
					return body, after, true, true
				}
				if name, _, ok := strings.Cut(string(line[:min(len(line), 256)]), ":"); !ok || !isToken(name) {
					return body, after, true, false
				}
			}
			return body, nil, true, true
		}
		if size > int64(len(after)) {
			return append(body, after...), nil, true, false
		}
		body = append(body, after[:size]...)
		b = after[size:]
		end, next, _ := cutLine(b)
		if len(end) != 0 {
			return body, b, true, false
		}
		b = next
	}
}

func chunkSize(line []byte) (int64, bool) {
	digits, _, _ := bytes.Cut(line, []byte(";"))
	digits = bytes.TrimRight(digits, " \t")
	if len(digits) == 0 || len(digits) > 8 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(digits), 16, 64)
	return n, err == nil && n >= 0 && digits[0] != '+'
}

// oneChunk undoes chunks whose sizes no longer agree with their content, since copying has changed
// its line ends. It can only if there is a single one.
func oneChunk(b []byte) ([]byte, bool) {
	line, rest, _ := cutLine(b)
	if size, ok := chunkSize(line); !ok || size == 0 {
		return nil, false
	}
	rest = bytes.TrimRight(rest, "\r\n")
	body, ok := bytes.CutSuffix(rest, []byte("\n0"))
	return bytes.TrimSuffix(body, []byte("\r")), ok
}
