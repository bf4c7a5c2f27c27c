package fit

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/media"
)

// allocated is how many bytes the program has allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// hugePNG says a size, and has a few bytes of pixels.
func hugePNG(w, h uint32, depth, colour byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, w)
	head = binary.BigEndian.AppendUint32(head, h)
	var z bytes.Buffer
	zw := zlib.NewWriter(&z)
	zw.Write(make([]byte, 1<<20))
	zw.Close()
	return bytes.Join([][]byte{[]byte(media.PNGSignature), chunk("IHDR", string(append(head, depth, colour, 0, 0, 0))), chunk("IDAT", z.String()), chunk("IEND", "")}, nil)
}

// TestBounds: files that ask for absurd memory are refused before anything of that size is
// allocated.
func TestBounds(t *testing.T) {
	vp8l := func(w, h uint32) []byte {
		return webpChunkOf("VP8L", append(binary.LittleEndian.AppendUint32([]byte{0x2F}, w-1|(h-1)<<14), make([]byte, 50)...))
	}
	gifScreen := func(w, h, fw, fh uint16) []byte {
		le := binary.LittleEndian
		b := le.AppendUint16([]byte("GIF89a"), w)
		b = le.AppendUint16(b, h)
		b = append(b, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0)
		b = le.AppendUint16(b, fw)
		b = le.AppendUint16(b, fh)
		return append(b, 0, 2, 2, 0x4C, 1, 0, 0x3B)
	}
	scans := progressiveGrey(800, 600)
	at := bytes.Index(scans, []byte{0xFF, 0xDA})
	one := bytes.Clone(scans[at : len(scans)-2])
	scans = append(scans[:len(scans)-2], bytes.Repeat(one, 80)...)
	scans = append(scans, 0xFF, 0xD9)
	for name, data := range map[string][]byte{
		"4 GB.png":            hugePNG(32000, 32000, 8, 6),
		"wide.png":            hugePNG(1<<31-1, 1<<31-1, 16, 6),
		"memory.png":          hugePNG(10000, 9000, 16, 6), // few enough pixels, too many bytes
		"65535.jpg":           progressiveGrey(65535, 65535)[:3000],
		"progressive.jpg":     progressiveGrey(11000, 10000),
		"scans.jpg":           scans,
		"lossless.webp":       riffOf(vp8l(16383, 16383)),
		"canvas.webp":         riffOf(vp8x(0x10, 1<<24, 120), webpChunkOf("ALPH", make([]byte, 50)), vp8l(8, 8)),
		"screen.gif":          gifScreen(65535, 65535, 1, 1),
		"outside.gif":         gifScreen(10, 10, 65535, 65535),
		"1bpp.bmp":            bmpOf(1, 1, 1, 40, nil, func(x, y int) uint32 { return 0 }),
		"profile of 1 G.webp": riffOf(vp8x(0x20, 8, 8), []byte("ICCP\x00\x00\x00\x40"), vp8l(8, 8)),
	} {
		if name == "1bpp.bmp" {
			binary.LittleEndian.PutUint32(data[18:], 1<<31-1)
			binary.LittleEndian.PutUint32(data[22:], 1<<31-1)
		}
		before := allocated()
		got, err := New(Options{}).Fit(t.Context(), row(1<<20, media.PNG, media.JPEG), name, sectionOf(data))
		if got != nil || !errors.Is(err, wxup.TooManyPixels) && !errors.Is(err, wxup.NotImage) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if grown := allocated() - before; grown > 4<<20 {
			t.Errorf("%s: %d KB were allocated before it was refused", name, grown>>10)
		}
		t.Logf("%s: %v", name, err)
	}
	_, err := New(Options{}).Fit(t.Context(), row(1<<20, media.JPEG), "x", sectionOf(hugePNG(10000, 9000, 16, 6)))
	for _, word := range []string{"Options.Memory", "512.0 MB", "save it smaller"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
}

// TestMemory measures what is in use at the peak against what was reserved. The collector is told
// to run often: what it has not got to yet is not in use.
func TestMemory(t *testing.T) {
	need.Time(t)
	need.That(t, !raceEnabled, "a run without the race detector", "make test")
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	big := photo(2800, 2100)
	turned := func(b []byte) []byte {
		return behindSOI(b, segment(0xE1, exifID+exifOf(binary.BigEndian, 6, false)))
	}
	p3 := segment(0xE2, iccID+"\x01\x01"+string(iccOf("Display P3", "RGB ", xyzP3, paraSRGB())))
	shot := screenshot(1800, 1200)
	jpegFile := jpegOf(t, big, 92)
	tests := []struct {
		name string
		data []byte
		ep   *wxup.Endpoint
	}{
		{"photo.jpg", jpegFile, row(600<<10, media.JPEG)},
		{"turned.jpg", turned(jpegFile), row(1<<20, media.JPEG)},
		{"p3.jpg", behindSOI(jpegFile, p3), row(1<<20, media.JPEG)},
		{"small.jpg", jpegFile, row(100<<10, media.JPEG)},
		{"progressive.jpg", progressiveGrey(2800, 2100), row(12<<10, media.JPEG)},
		{"photo.png", pngOf(t, photo(2000, 1500)), row(1<<20, media.JPEG)},
		{"shot.png", pngOf(t, shot), row(300<<10, media.JPEG, media.PNG)},
		{"lossless.webp", webpOf(shot), row(2<<20, media.JPEG, media.PNG)},
		{"24.bmp", bmpOf(1800, 1200, 24, 40, nil, func(x, y int) uint32 { return uint32(x * y) }), row(1<<20, media.JPEG)},
	}
	for _, test := range tests {
		var used, reserved int64
		f := New(Options{})
		h, err := readHead(t.Context(), media.Sniff(test.data), media.Info{Width: 1800, Height: 1200}, sectionOf(test.data))
		if err != nil {
			t.Fatal(err)
		}
		if reserved, _, err = f.memory(h, f.targets(test.ep)); err != nil {
			t.Fatal(err)
		}
		for range 5 { // on a busy machine the peak may pass between two looks
			used = max(used, peak(t, func() { fitted2(t, f, test.ep, test.name, test.data) }))
			if used >= reserved/12 {
				break
			}
		}
		t.Logf("%s: %d MB reserved, %d MB used at the peak", test.name, reserved>>20, used>>20)
		if used > reserved*13/10 {
			t.Errorf("%s: %d MB reserved, %d MB used at the peak", test.name, reserved>>20, used>>20)
		}
		if used < reserved/12 { // Huffman trees of WebP are reserved for at their worst
			t.Errorf("%s: %d MB reserved, and only %d MB used", test.name, reserved>>20, used>>20)
		}
	}
}

func fitted2(t *testing.T, f *Fitter, ep *wxup.Endpoint, name string, data []byte) {
	got, err := f.Fit(t.Context(), ep, name, sectionOf(data))
	if err != nil {
		t.Errorf("%s: %v", name, err)
	} else if got == nil {
		t.Errorf("%s: nothing done", name)
	}
}

// peak is how much more memory is in use at the peak of do than before. It looks a thousand times a
// second.
func peak(t *testing.T, do func()) int64 {
	t.Helper()
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	now := func() int64 { metrics.Read(sample); return int64(sample[0].Value.Uint64()) }
	before := now()
	done := make(chan struct{})
	var most int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				most = max(most, now())
				time.Sleep(time.Millisecond)
			}
		}
	})
	do()
	close(done)
	wg.Wait()
	return most - before
}

// TestBudget: who comes first is served first, nobody gets more than there is, and who stops
// waiting leaves no gap.
func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &budget{free: 100, turns: 3}
		ctx := t.Context()
		first, err := b.take(ctx, 60)
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		var mu sync.Mutex
		waiter := func(ctx context.Context, name string, bytes int64) {
			go func() {
				giveBack, err := b.take(ctx, bytes)
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				if err == nil {
					giveBack()
					giveBack() // once is enough
				}
			}()
			synctest.Wait()
		}
		impatient, giveUp := context.WithCancel(ctx)
		waiter(impatient, "gave up", 90)
		waiter(ctx, "large", 95)
		waiter(ctx, "small", 10) // there is room for it, but it is not its turn
		if len(order) != 0 {
			t.Errorf("served: %v", order)
		}
		giveUp()
		synctest.Wait()
		first()
		synctest.Wait()
		if got := strings.Join(order, ", "); got != "gave up, large, small" {
			t.Error(got)
		}
		if b.free != 100 || b.turns != 3 || b.waiting.Len() != 0 {
			t.Errorf("in the end: %+v", b)
		}
	})
}

// TestShared: many at once share the memory of a Fitter, and all of them are done.
func TestShared(t *testing.T) {
	data := jpegOf(t, photo(300, 200), 97)
	h, err := readHead(t.Context(), media.JPEG, media.Info{}, sectionOf(data))
	if err != nil {
		t.Fatal(err)
	}
	ep := row(14<<10, media.JPEG)
	need, _, _ := New(Options{}).memory(h, map[media.Format]int64{media.JPEG: 14 << 10})
	f := New(Options{Memory: need + need/2}) // one at a time
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { fitted2(t, f, ep, "x.jpg", data) })
	}
	wg.Wait()
	if f.budget.free != need+need/2 || f.budget.turns != runtime.GOMAXPROCS(0) {
		t.Errorf("in the end: %+v", f.budget)
	}
}

// TestRoom: of a picture for whose full size there is no memory a smaller one is made.
func TestRoom(t *testing.T) {
	data := pngOf(t, photo(1200, 1000))
	f := New(Options{Memory: 18 << 20})
	got, err := f.Fit(t.Context(), row(300<<10, media.JPEG), "x.png", sectionOf(data))
	if err != nil {
		t.Fatal(err)
	}
	if c := got.Change.(*Change); c.To.Width >= 1200 || c.To.Width < 1000 {
		t.Error(c)
	}
}

// TestManyPixels: a JPEG that is small enough in bytes and has more pixels than the row's checks
// let through.
func TestManyPixels(t *testing.T) {
	need.Time(t)
	need.That(t, !raceEnabled, "a run without the race detector", "make test")
	data := jpegOf(t, image.NewGray(image.Rect(0, 0, 8000, 7000)), 50)
	_, c := fitted(t, Options{}, wxup.MarketingImage, "x.jpg", data)
	if c == nil || c.To.Width*c.To.Height > media.MaxPixels {
		t.Error(c)
	}
}

// TestPanic: a decoder that panics has found an error.
func TestPanic(t *testing.T) {
	h := &head{format: media.PNG}
	_, err := h.decode(t.Context(), panicking{})
	if !errors.Is(err, wxup.NotImage) || !strings.Contains(err.Error(), "boom") {
		t.Error(err)
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("boom") }
