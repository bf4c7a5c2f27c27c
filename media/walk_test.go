package media_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/wxup/wxup/media"
)

// walk walks a file in both ways, which must agree.
func walk(b []byte) (media.Info, error) {
	info, err := media.Walk(bytes.NewReader(b))
	if whole, other := media.WalkBytes(b); whole != info || fmt.Sprint(other) != fmt.Sprint(err) {
		panic(fmt.Sprintf("Walk: %+v, %v; WalkBytes: %+v, %v", info, err, whole, other))
	}
	return info, err
}

// kindOf returns the kind of an error of Walk, and makes sure that it has the form it is documented
// to have.
func kindOf(t testing.TB, err error) media.Kind {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *media.StructureError
	if !errors.As(err, &e) {
		t.Fatalf("%v is a %T", err, err)
	}
	if !errors.Is(err, e.Kind) || e.Reason == "" {
		t.Fatalf("an incomplete error: %#v", e)
	}
	return e.Kind
}

// TestCuts cuts small files at every byte. None of what is left may pass, with one exception that
// the documentation names: a PNG that lost no more than its empty IEND chunk.
func TestCuts(t *testing.T) {
	files := map[string][]byte{
		"jpeg":          makeJPEG(t, 33, 17),
		"jpeg with fff": inserted(makeJPEG(t, 8, 8), 2, []byte{0xFF, 0xFF, 0xFF}),
		"png":           makePNG(t, 20, 20),
		"png in chunks": resplit(makePNG(t, 70, 70), 1024),
		"bmp":           bmp{width: 9, height: 9, bits: 24}.bytes(),
		"bmp os/2":      bmp{header: 12, width: 9, height: 9, bits: 24}.bytes(),
		"bmp v5":        bmp{header: 124, width: 9, height: -9, bits: 32, compression: 3}.bytes(),
		"bmp rle":       bmp{width: 9, height: 9, bits: 8, compression: 1, imageSize: 50, pixels: 50}.bytes(),
	}
	for name, file := range files {
		if info, err := walk(file); err != nil || info.Unended {
			t.Errorf("%s, whole: %+v, %v", name, info, err)
		}
		for n := range len(file) {
			info, err := walk(file[:n])
			spared := info.Format == media.PNG && n >= len(file)-12
			if (err == nil) != spared || info.Unended != spared {
				t.Errorf("%s, %d of %d bytes: %+v, %v", name, n, len(file), info, err)
			}
			if kindOf(t, err) == media.TooBig {
				t.Errorf("%s, %d of %d bytes: %v", name, n, len(file), err)
			}
		}
	}
}

// resplit writes the picture of a PNG with IDAT chunks of a given size.
func resplit(file []byte, size int) []byte {
	const start = 8 + 25 // the signature and IHDR
	var data []byte
	for b := file[start:]; string(b[4:8]) == "IDAT"; {
		n := int(b[2])<<8 | int(b[3])
		data = append(data, b[8:8+n]...)
		b = b[12+n:]
	}
	out := bytes.Clone(file[:start])
	for len(data) > 0 {
		n := min(size, len(data))
		out = append(out, chunk("IDAT", string(data[:n]))...)
		data = data[n:]
	}
	return append(out, chunk("IEND", "")...)
}

// TestReaders feeds a walk in all the ways in which a reader may deliver.
func TestReaders(t *testing.T) {
	readers := map[string]func(io.Reader) io.Reader{
		"one byte":       iotest.OneByteReader,
		"half":           iotest.HalfReader,
		"data and error": iotest.DataErrReader,
	}
	files := [][]byte{makeJPEG(t, 100, 100), makePNG(t, 100, 100), bmp{width: 40, height: 400, bits: 24}.bytes(), []byte("GIF89a")}
	for name, reader := range readers {
		for _, file := range files {
			for _, b := range [][]byte{file, file[:len(file)/2]} {
				want, wantErr := walk(b)
				got, err := media.Walk(reader(bytes.NewReader(b)))
				if got != want || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
					t.Errorf("%s: got %+v, %v; want %+v, %v", name, got, err, want, wantErr)
				}
			}
		}
	}
}

// TestReaderFails breaks the reader at every byte: the error must be the reader's, for the file may
// be as good as any.
func TestReaderFails(t *testing.T) {
	broken := errors.New("connection reset")
	for _, file := range [][]byte{makeJPEG(t, 16, 16), makePNG(t, 16, 16), bmp{width: 9, height: 9, bits: 24}.bytes(), []byte("GIF89a")} {
		for n := range len(file) {
			_, err := media.Walk(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken)))
			var structure *media.StructureError
			if !errors.Is(err, broken) || errors.As(err, &structure) {
				t.Fatalf("%q broken at byte %d: %v", file[:4], n, err)
			}
		}
	}
}

// TestReadsNoFurther checks the promise that a caller's digest depends on: the rest of the reader
// is still there.
func TestReadsNoFurther(t *testing.T) {
	for _, file := range [][]byte{makeJPEG(t, 16, 16), makePNG(t, 16, 16), bmp{width: 9, height: 9, bits: 24}.bytes()} {
		r := bytes.NewReader(append(file, make([]byte, 100<<10)...))
		if _, err := media.Walk(r); err != nil {
			t.Error(err)
		}
		if read := int(r.Size()) - r.Len(); read > len(file)+32<<10 {
			t.Errorf("%q of %d bytes: read %d", file[:4], len(file), read)
		}
	}
}

// TestManyAtOnce shares the pooled buffers among goroutines; the race detector watches.
func TestManyAtOnce(t *testing.T) {
	files := [][]byte{makeJPEG(t, 64, 64), makePNG(t, 65, 65), bmp{width: 66, height: 66, bits: 24}.bytes()}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range 300 {
				if info, err := walk(files[i%3]); err != nil || info.Width != 64+i%3 || info.Height != 64+i%3 {
					t.Errorf("got %+v, %v", info, err)
				}
			}
		})
	}
	group.Wait()
}

func TestAllocations(t *testing.T) {
	for name, file := range map[string][]byte{
		"jpeg": makeJPEG(t, 500, 500), "png": makePNG(t, 500, 500), "bmp": bmp{width: 500, height: 500, bits: 24}.bytes(),
	} {
		r := bytes.NewReader(file)
		got := testing.AllocsPerRun(100, func() {
			r.Reset(file)
			if _, err := media.Walk(r); err != nil {
				t.Fatal(err)
			}
		})
		if got > 2 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}

// BenchmarkWalk walks pictures of about 2 MB, the most that WeChat Pay takes.
func BenchmarkWalk(b *testing.B) {
	noise := string(randomBytes(2 << 20))
	plain := makeJPEG(b, 16, 16)
	stuffed := strings.ReplaceAll(noise, "\xFF", "\xFF\x00")
	for name, file := range map[string][]byte{
		"jpeg":  inserted(plain, len(plain)-2, []byte(stuffed)),
		"png":   pngOf(chunk("IHDR", ihdr(1000, 1000, 8, 6, 0, 0, 0)), chunk("IDAT", noise), chunk("IEND", "")),
		"bmp":   bmp{width: 1000, height: 700, bits: 24}.bytes(),
		"flood": inserted(plain, len(plain)-2, bytes.Repeat([]byte{0xFF, 0x00}, 1<<20)), // the slowest there is
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			r := bytes.NewReader(file)
			for b.Loop() {
				r.Reset(file)
				if _, err := media.Walk(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func randomBytes(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func deflated(b []byte) string {
	var out bytes.Buffer
	z, _ := zlib.NewWriterLevel(&out, zlib.BestCompression)
	z.Write(b)
	z.Close()
	return out.String()
}
