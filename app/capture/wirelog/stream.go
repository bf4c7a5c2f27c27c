package wirelog

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strconv"
)

// Wireshark's "Follow Stream" saves a stream in several forms. As ASCII and raw it is HTTP already.
var (
	cArray = regexp.MustCompile(`peer[01]_\d+\s*\[[^\]]*\]\s*=\s*\{(?:\s*/\*[^*]*\*/)?([\s0-9a-fA-FxX,]*)\}`)
	cByte  = regexp.MustCompile(`0[xX]([0-9a-fA-F]{1,2})`)
	binary = regexp.MustCompile(`^\s*data: !!binary \|`)
)

// cArrays reads the form "C Arrays": char peer0_0[] = { /* Packet 4 */ 0x50, 0x4f, … };
func cArrays(text []byte) []byte {
	var raw bytes.Buffer
	for _, array := range cArray.FindAllSubmatch(text, -1) {
		for _, b := range cByte.FindAllSubmatch(array[1], -1) {
			n, _ := strconv.ParseUint(string(b[1]), 16, 8)
			raw.WriteByte(byte(n))
		}
	}
	return raw.Bytes()
}

// yaml reads the form "YAML": after data: !!binary | stand lines of base64.
func yaml(text []byte) []byte {
	var raw, block bytes.Buffer
	inside := false
	end := func() {
		b, _ := base64.StdEncoding.DecodeString(block.String())
		raw.Write(b)
		block.Reset()
	}
	for line := range lines(text) {
		plain := bytes.TrimSpace(line)
		switch {
		case binary.Match(line):
			end()
			inside = true
		case inside && !bytes.ContainsAny(plain, ": -#"):
			block.Write(plain)
		default:
			inside = false
		}
	}
	end()
	return raw.Bytes()
}

// tsharkRaw reads what tshark -z follow,tcp,raw,N prints: a line of digits for each packet.
func tsharkRaw(text []byte) []byte {
	var raw bytes.Buffer
	for line := range lines(text) {
		if packet, err := hex.DecodeString(string(bytes.TrimSpace(line))); err == nil {
			raw.Write(packet)
		}
	}
	return raw.Bytes()
}

var (
	nettyRow   = regexp.MustCompile(`^\|[0-9a-f]{8}\| ((?:[0-9a-f]{2} )+) *\|`)
	nettyEvent = regexp.MustCompile(`\[(?:id: )?(?:0x)?([0-9a-f]{8})[^\]]*\] +(?:READ|WRITE|RECEIVED|SENT|READ COMPLETE|FLUSH)\b`)
)

// netty reads the tables of Netty's LoggingHandler. The line before a table names its connection.
func netty(text []byte) []byte {
	var connections streams
	now := ""
	for line := range lines(text) {
		if m := nettyEvent.FindSubmatch(line); m != nil {
			now = string(m[1])
		}
		if m := nettyRow.FindSubmatch(bytes.TrimLeft(line, " \t")); m != nil {
			row, _ := hex.DecodeString(string(bytes.ReplaceAll(m[1], []byte(" "), nil)))
			connections.get(now).Write(row)
		}
	}
	return connections.bytes()
}
