package form

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// The end of the form comes with the end of the file: it is not a write, a TLS record and a packet
// of its own.
func TestReaderFills(t *testing.T) {
	body, err := New(File{"file", "a.jpg", "image/jpeg"}, Field{"meta", "{}", "application/json"})
	if err != nil {
		t.Fatal(err)
	}
	want := int(body.Len(int64(len(png))))
	for _, file := range []io.Reader{strings.NewReader(png), iotest.OneByteReader(strings.NewReader(png)), iotest.DataErrReader(strings.NewReader(png))} {
		r := body.Reader(file)
		if n, err := r.Read(make([]byte, want+1)); n != want || err != nil {
			t.Errorf("read %d bytes of %d at once, %v", n, want, err)
		}
		if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("after the end: %d, %v", n, err)
		}
	}
	if err := iotest.TestReader(body.Reader(strings.NewReader(png)), readAllOf(t, body)); err != nil {
		t.Error(err)
	}
}

func readAllOf(t *testing.T, body *Body) []byte {
	b, err := io.ReadAll(iotest.OneByteReader(body.Reader(strings.NewReader(png))))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
