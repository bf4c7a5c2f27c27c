package media_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/wxup/wxup/media"
)

func sum(t testing.TB, name string, data []byte) []byte {
	h, ok := media.NewDigest(name)
	if !ok {
		t.Fatalf("no digest %q", name)
	}
	h.Write(data)
	return h.Sum(nil)
}

func TestDigest(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		// GB/T 32905-2016 appendix A
		{"sm3", "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
		{"sm3", strings.Repeat("abcd", 16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
		{"sm3", "", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
		{"sm3", strings.Repeat("a", 1_000_000), "c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3"},
		// FIPS 180-2 appendix B and RFC 1321 appendix A.5
		{"sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"md5", "abc", "900150983cd24fb0d6963f7d28e17f72"},
	} {
		if got := hex.EncodeToString(sum(t, c.name, []byte(c.data))); got != c.want {
			t.Errorf("%s of %.10q…: got %s, want %s", c.name, c.data, got, c.want)
		}
	}
	for _, name := range []string{"", "SHA256", "sha1", "sha-256"} {
		if h, ok := media.NewDigest(name); ok || h != nil {
			t.Errorf("a digest %q", name)
		}
	}
}

// TestSM3Lengths hashes 300 messages of 0 to 299 bytes, which is every way to pad. The hash of the
// hashes was computed with OpenSSL 3.
func TestSM3Lengths(t *testing.T) {
	all := media.NewSM3()
	for n := range 300 {
		message := make([]byte, n)
		for i := range message {
			message[i] = byte(i*7 + n)
		}
		all.Write(sum(t, "sm3", message))
	}
	if got, want := fmt.Sprintf("%x", all.Sum(nil)), "00a5c3106ba3ad3140aef8d6ee437f47a2dced72a23aba1601100e26c5f14815"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestSM3Stream writes in pieces of every size, asks for the sum in between, and starts again.
func TestSM3Stream(t *testing.T) {
	message := randomBytes(1000)
	want := sum(t, "sm3", message)
	h := media.NewSM3()
	if h.Size() != 32 || h.BlockSize() != 64 {
		t.Errorf("size %d, block %d", h.Size(), h.BlockSize())
	}
	for piece := 1; piece < 200; piece++ {
		h.Reset()
		for rest := message; len(rest) > 0; {
			n, err := h.Write(rest[:min(piece, len(rest))])
			if n != min(piece, len(rest)) || err != nil {
				t.Fatalf("wrote %d, %v", n, err)
			}
			rest = rest[n:]
			if got := h.Sum(nil); string(got) != string(sum(t, "sm3", message[:len(message)-len(rest)])) {
				t.Fatalf("in pieces of %d, %d to go: got %x", piece, len(rest), got)
			}
		}
		if got := h.Sum([]byte("prefix")); string(got) != "prefix"+string(want) {
			t.Fatalf("in pieces of %d: got %x, want %x", piece, got, want)
		}
	}
}

func BenchmarkSM3(b *testing.B) {
	data := make([]byte, 64<<10)
	b.SetBytes(int64(len(data)))
	h := media.NewSM3()
	for b.Loop() {
		h.Write(data)
	}
}
