package wirelog

import (
	"bytes"
	"testing"
)

// TestDumpKept: a dump that is read stays as it was: others read it after.
func TestDumpKept(t *testing.T) {
	text := []byte("00000000  50 4f 53 54 20 2f 76 33  2f 6d 65 64 69 61 20 48  |POST /v3/media H|\n*\n00000030\n00000030  41  |A|\n")
	before := bytes.Clone(text)
	raw := hexDump(text)
	if !bytes.Equal(text, before) {
		t.Errorf("the text is now %q", text)
	}
	if want := 3*16 + 1; len(raw) != want {
		t.Errorf("%d bytes, want %d: %q", len(raw), want, raw)
	}
}
