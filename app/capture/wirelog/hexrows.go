package wirelog

import (
	"bytes"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
)

// A row of a dump is an offset, at most 16 bytes in hexadecimal digits and the same as text:
//
//	00000000  50 4f 53 54 20 2f 76 33  2f 6d 65 64 69 61 20 48  POST /v3 /media H    Wireshark; hexdump -C puts the text in |…|
//	00000000: 504f 5354 202f 7633 2f6d 6564 6961 2048  POST /v3/media H          xxd
//	0000: 50 4f 53 54 20 2f 76 33 2f 6d 65 64 69 61 20 48 POST /v3/media H       curl --trace
var (
	rowOffset = regexp.MustCompile(`^[ \t]*(?:0x)?([0-9a-fA-F]{4,8}):?[ \t]{1,2}`)
	rowByte   = regexp.MustCompile(`^[0-9a-fA-F]{2}`)
)

const rowMost = 16 // bytes of a row

// hexRow reads the bytes of a row. ok is false if line is none.
func hexRow(line []byte) (row []byte, ok bool) {
	m := rowOffset.FindSubmatchIndex(line)
	if m == nil {
		return nil, false
	}
	rest := line[m[1]:]
	row = make([]byte, 0, rowMost)
	for len(row) < rowMost && rowByte.Match(rest) {
		row, _ = hex.AppendDecode(row, rest[:2])
		rest = rest[2:]
		blanks := len(rest) - len(bytes.TrimLeft(rest, " "))
		if blanks > 2 {
			break // the row ends early: its text follows
		}
		rest = rest[blanks:]
	}
	return row, len(row) > 0
}

// hexDump reads rows, whatever stands between them. A * stands for rows like the one before it, up
// to the next offset; hexdump and od write it.
func hexDump(text []byte) []byte {
	var raw bytes.Buffer
	var last []byte
	next, same := -1, false // the offset after the last row; a * came after it
	for line := range lines(text) {
		if string(bytes.TrimSpace(line)) == "*" {
			same = true
			continue
		}
		row, ok := hexRow(line)
		at := -1
		if m := rowOffset.FindSubmatch(append(slices.Clip(line), ' ')); m != nil {
			n, _ := strconv.ParseUint(string(m[1]), 16, 32)
			at = int(n)
		}
		if same && len(last) == rowMost && at > next && at-next <= Max-raw.Len() {
			for ; next < at; next += rowMost {
				raw.Write(last)
			}
		}
		same = same && !ok
		if ok {
			raw.Write(row)
			last, next = row, at+len(row)
		}
	}
	return raw.Bytes()
}
