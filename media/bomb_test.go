package media_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/media"
)

// A bomb is a file that is made to take a decoder's time or memory.
type bomb struct {
	file []byte
	want media.Kind
}

func bombs(t testing.TB) map[string]bomb {
	t.Helper()
	plain := makeJPEG(t, 16, 16)
	sof, sos, eoi := index(t, plain, "\xFF\xC0"), index(t, plain, "\xFF\xDA"), len(plain)-2
	scan := plain[sos:eoi]
	head := chunk("IHDR", ihdr(16, 16, 8, 6, 0, 0, 0))
	data, end := chunk("IDAT", deflated(make([]byte, 16*65))), chunk("IEND", "")
	zeros := deflated(make([]byte, 16<<20))
	pairs := deflated([]byte(strings.Repeat("ab", 8<<20)))

	return map[string]bomb{
		"jpeg 65535x65535":         {patched(plain, sof+5, 0xFF, 0xFF, 0xFF, 0xFF), media.TooBig},
		"jpeg DNL 65535":           {inserted(patched(plain, sof+5, 0, 0, 0xFF, 0xFF), eoi, segment(0xDC, "\xFF\xFF")), media.TooBig},
		"jpeg scans":               {inserted(plain, eoi, bytes.Repeat(scan, 2000)), media.TooBig},
		"jpeg comments":            {inserted(plain, 2, bytes.Repeat(segment(0xFE, ""), 400_000)), media.TooBig},
		"jpeg comments behind":     {inserted(plain, eoi, bytes.Repeat(segment(0xFE, ""), 400_000)), media.TooBig},
		"jpeg fill":                {inserted(plain, 2, bytes.Repeat([]byte{0xFF}, 2<<20)), ""},
		"jpeg stuffing":            {inserted(plain, eoi, bytes.Repeat([]byte{0xFF, 0x00}, 1<<20)), ""},
		"jpeg restarts":            {inserted(plain, eoi, bytes.Repeat([]byte{0xFF, 0xD3}, 1<<20)), ""},
		"jpeg TEM":                 {inserted(plain, 2, bytes.Repeat([]byte{0xFF, 0x01}, 1<<20)), ""},
		"jpeg endless":             {append(plain[:eoi:eoi], make([]byte, 2<<20)...), media.Damaged},
		"png 20000x20000":          {pngOf(chunk("IHDR", ihdr(20000, 20000, 8, 6, 0, 0, 0)), data, end), media.TooBig},
		"png 2147483647":           {pngOf(chunk("IHDR", ihdr(1<<31-1, 1<<31-1, 16, 6, 0, 0, 1)), data, end), media.TooBig},
		"png 4294967295":           {pngOf(chunk("IHDR", ihdr(1<<32-1, 1<<32-1, 8, 6, 0, 0, 0)), data, end), media.Header},
		"png chunks":               {pngOf(head, bytes.Repeat(chunk("tEXt", "k\x00"), 100_000), data, end), media.TooBig},
		"png empty IDATs":          {pngOf(head, bytes.Repeat(chunk("IDAT", ""), 100_000), data, end), media.TooBig},
		"png zTXt":                 {pngOf(head, chunk("zTXt", "k\x00\x00"+zeros), data, end), media.TooBig},
		"png iCCP":                 {pngOf(head, chunk("iCCP", "k\x00\x00"+zeros), data, end), media.TooBig},
		"png iTXt":                 {pngOf(head, chunk("iTXt", "k\x00\x01\x00\x00\x00"+zeros), data, end), media.TooBig},
		"png iTXt at the end":      {pngOf(head, data, chunk("iTXt", "k\x00\x01\x00\x00\x00"+pairs), end), media.TooBig},
		"png iTXt of long keyword": {pngOf(head, chunk("iTXt", strings.Repeat("k", 79)+"\x00\x01\x00\x00\x00"+zeros), data, end), media.TooBig},
		"png many zTXt":            {pngOf(head, bytes.Repeat(chunk("zTXt", "k\x00\x00"+zeros[:4000]), 500), data, end), media.TooBig},
		"png bomb without IEND":    {pngOf(head, chunk("zTXt", "k\x00\x00"+zeros), data), media.TooBig},
		"png iTXt of plain blanks": {pngOf(head, chunk("iTXt", "k\x00\x00\x00\x00\x00"+strings.Repeat(" ", 1<<20)), data, end), ""},
		"png zTXt of noise":        {pngOf(head, chunk("zTXt", "k\x00\x00"+deflated(randomBytes(1<<20))), data, end), ""},
		"png chunk of 4 GB":        {append(pngOf(head), "\xFF\xFF\xFF\xFFIDATxxxxxxxx"...), media.Damaged},
		"png chunk of 2 GB":        {append(pngOf(head), "\x7F\xFF\xFF\xFFIDATxxxxxxxx"...), media.Damaged},
		"bmp 32767x32767 RLE":      {bmp{width: 32767, height: 32767, bits: 8, compression: 1, pixels: 2}.bytes(), media.TooBig},
		"bmp 2147483647":           {bmp{width: 1<<31 - 1, height: 1<<31 - 1, bits: 1, pixels: 2}.bytes(), media.TooBig},
		"bmp high":                 {bmp{width: 1, height: -(1<<31 - 1), bits: 1, pixels: 2}.bytes(), media.TooBig},
		"bmp palette of 16 GB":     {patched(bmp{width: 9, height: 9, bits: 8}.bytes(), 46, 0xFF, 0xFF, 0xFF, 0xFF), media.Damaged},
		"bmp pixels at 4 GB":       {bmp{width: 9, height: 9, bits: 8, offset: 1<<32 - 1}.bytes(), media.Damaged},
	}
}

// TestBombs walks files that are made to take a decoder's time or memory. Each must get the right
// verdict without memory, and the work is counted: a walk reads each byte once, stops within 32 KB
// of the first fault, and takes a few steps per segment. BenchmarkBombs measures the time.
func TestBombs(t *testing.T) {
	for name, bomb := range bombs(t) {
		t.Run(name, func(t *testing.T) {
			r := &counting{Reader: bytes.NewReader(bomb.file)}
			info, err := media.Walk(r)
			if got := kindOf(t, err); got != bomb.want {
				t.Errorf("got %v, want %q", err, bomb.want)
			}
			walked := len(bomb.file)
			if e, ok := errors.AsType[*media.StructureError](err); ok {
				walked = int(e.Offset)
			}
			if r.bytes > walked+32<<10+256 {
				t.Errorf("%d of %d bytes read, although the walk ended at byte %d", r.bytes, len(bomb.file), walked)
			}
			if limit := r.bytes/4096 + 8; r.calls > limit {
				t.Errorf("%d reads of %d bytes, want at most %d", r.calls, r.bytes, limit)
			}
			if info.Segments > media.MaxSegments+1 || info.Scans > media.MaxScans+1 {
				t.Errorf("%d segments and %d scans walked", info.Segments, info.Scans)
			}
			steps := media.WalkSteps(bomb.file)
			if limit := 16*info.Segments + 32; steps > limit {
				t.Errorf("%d steps for %d segments, want at most %d", steps, info.Segments, limit)
			}
			again := bytes.NewReader(bomb.file)
			allocations := testing.AllocsPerRun(3, func() {
				again.Reset(bomb.file)
				media.Walk(again)
			})
			if allocations > 4 { // the error
				t.Errorf("%v allocations", allocations)
			}
		})
	}
}

// counting counts what is read from a reader.
type counting struct {
	*bytes.Reader
	calls, bytes int
}

func (r *counting) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.calls++
	r.bytes += n
	return n, err
}

// BenchmarkBombs compares the walk of each bomb with the SHA-256 of the same bytes, which every
// upload computes too. It fails if a walk takes more than ten times as long.
func BenchmarkBombs(b *testing.B) {
	worst := 0.0
	all := bombs(b)
	for b.Loop() {
		for name, bomb := range all {
			fastest := func(do func()) time.Duration {
				best := time.Hour
				for range 5 {
					start := time.Now()
					do()
					best = min(best, time.Since(start))
				}
				return best
			}
			hash := fastest(func() { sha256.Sum256(bomb.file) })
			walk := fastest(func() { media.WalkBytes(bomb.file) })
			if len(bomb.file) < 64<<10 { // too short for the clock
				continue
			}
			ratio := float64(walk) / float64(hash)
			if worst = max(worst, ratio); ratio > 10 {
				b.Errorf("%s: the walk takes %v, SHA-256 %v", name, walk, hash)
			}
		}
	}
	b.ReportMetric(worst, "walk/SHA-256")
}

// TestLimits stands on each limit and one step beyond.
func TestLimits(t *testing.T) {
	plain := makeJPEG(t, 16, 16)
	sof, sos, eoi := index(t, plain, "\xFF\xC0"), index(t, plain, "\xFF\xDA"), len(plain)-2
	info, err := walk(plain)
	if err != nil {
		t.Fatal(err)
	}
	jpegWith := func(scans, segments int) []byte {
		file := inserted(plain, eoi, bytes.Repeat(plain[sos:eoi], scans-1))
		return inserted(file, 2, bytes.Repeat(segment(0xFE, "x"), segments-(info.Segments-1)-scans))
	}
	pngWith := func(chunks int) []byte {
		return pngOf(chunk("IHDR", ihdr(9, 9, 8, 0, 0, 0, 0)), bytes.Repeat(chunk("IDAT", "x"), chunks-2), chunk("IEND", ""))
	}
	size := func(width, height uint16) []byte {
		return patched(plain, sof+5, byte(height>>8), byte(height), byte(width>>8), byte(width))
	}
	cases := map[string]struct {
		file []byte
		ok   bool
	}{
		"64 scans":                {jpegWith(media.MaxScans, 100), true},
		"65 scans":                {jpegWith(media.MaxScans+1, 100), false},
		"4096 segments":           {jpegWith(1, media.MaxSegments), true},
		"4097 segments":           {jpegWith(1, media.MaxSegments+1), false},
		"4096 chunks":             {pngWith(media.MaxSegments), true},
		"4097 chunks":             {pngWith(media.MaxSegments + 1), false},
		"jpeg of 50,000,000":      {size(10_000, 5_000), true},
		"jpeg of 50,005,000":      {size(10_001, 5_000), false},
		"jpeg of 49,999,257":      {size(65_535, 762), true},
		"png of 50,000,000":       {pngOf(chunk("IHDR", ihdr(50_000_000, 1, 8, 0, 0, 0, 0)), chunk("IDAT", "x"), chunk("IEND", "")), true},
		"png of 50,000,001":       {pngOf(chunk("IHDR", ihdr(1, 50_000_001, 8, 0, 0, 0, 0)), chunk("IDAT", "x"), chunk("IEND", "")), false},
		"bmp of 50,000,000 (RLE)": {bmp{width: 5000, height: -10_000, bits: 4, compression: 2, pixels: 9}.bytes(), true},
		"bmp of 50,005,000 (RLE)": {bmp{width: 5000, height: -10_001, bits: 4, compression: 2, pixels: 9}.bytes(), false},
	}
	for name, c := range cases {
		_, err := walk(c.file)
		if want := map[bool]media.Kind{true: "", false: media.TooBig}[c.ok]; kindOf(t, err) != want {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	if got, err := walk(jpegWith(3, 100)); err != nil || got.Scans != 3 || got.Segments != 100 {
		t.Errorf("3 scans in 100 segments: %s, %v", fmt.Sprintf("%+v", got), err)
	}
}
