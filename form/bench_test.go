package form

import (
	"bytes"
	"io"
	"math/rand"
	"strconv"
	"testing"
)

// The file of the benchmarks is as big as the documents allow, and random like an image's
// compressed data.
func benchBody(b *testing.B) (body *Body, raw []byte) {
	b.Helper()
	image := make([]byte, 2<<20)
	rand.New(rand.NewSource(1)).Read(image)
	body, err := New(File{"file", "a.jpg", "image/jpeg"}, Field{"meta", `{"filename":"a.jpg"}`, "application/json"})
	if err != nil {
		b.Fatal(err)
	}
	raw, err = io.ReadAll(body.Reader(bytes.NewReader(image)))
	if err != nil {
		b.Fatal(err)
	}
	return body, raw
}

type discard struct{} // unlike io.Discard it is no io.ReaderFrom, so that io.Copy does what it does for a hash

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func BenchmarkRead(b *testing.B) {
	body, raw := benchBody(b)
	run := func(name string, read func(*Part) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(raw), body.ContentType(), Limits{})
				if err != nil {
					b.Fatal(err)
				}
				for {
					p, err := r.Next()
					if err == io.EOF {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					if err := read(p); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
	run("Copy", func(p *Part) error { _, err := io.Copy(discard{}, p); return err })
	for _, size := range []int{512, 4 << 10, 32 << 10} {
		buf := make([]byte, size)
		run("Read"+strconv.Itoa(size), func(p *Part) error {
			for {
				if _, err := p.Read(buf); err == io.EOF {
					return nil
				} else if err != nil {
					return err
				}
			}
		})
	}
	run("Skip", func(*Part) error { return nil })
}

// Content that looks like a delimiter all the time must not be much dearer.
func BenchmarkReadHostile(b *testing.B) {
	for _, pattern := range []string{"\n", "\r\n", "\n--", "\r\n--boundar", "\r\n--boundaryX", "\r\n--boundary-"} {
		b.Run(strconv.Quote(pattern), func(b *testing.B) {
			raw := []byte("--boundary\r\nContent-Disposition: form-data; name=file\r\n\r\n")
			raw = append(raw, bytes.Repeat([]byte(pattern), 1<<20/len(pattern))...)
			raw = append(raw, "\r\n--boundary--"...)
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(raw), "multipart/form-data; boundary=boundary", Limits{})
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = r.Next()
				}
				if err != io.EOF {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	_, raw := benchBody(b)
	image := raw[:2<<20]
	b.SetBytes(int64(len(image)))
	b.ReportAllocs()
	for b.Loop() {
		body, err := New(File{"file", "a.jpg", "image/jpeg"}, Field{"meta", `{"filename":"a.jpg"}`, "application/json"})
		if err != nil {
			b.Fatal(err)
		}
		file := struct{ io.Reader }{bytes.NewReader(image)} // an *os.File has no WriteTo that helps here either
		if n, err := io.Copy(discard{}, body.Reader(file)); err != nil || n != body.Len(int64(len(image))) {
			b.Fatal(n, err)
		}
	}
}
