package fit

import (
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// BenchmarkPhoto fits a photograph of 12 megapixels and 6 MB into 2 MB, and into a receipt's 200
// KB; and one in PNG.
func BenchmarkPhoto(b *testing.B) {
	m := photo(4032, 3024)
	quality := 90
	data := jpegOf(b, m, quality)
	for ; len(data) < 6<<20 && quality < 100; quality++ {
		data = jpegOf(b, m, quality)
	}
	run := func(name string, ep *wxup.Endpoint, data []byte) {
		b.Run(name, func(b *testing.B) {
			f := New(Options{})
			b.ReportAllocs()
			var change string
			for b.Loop() {
				got, err := f.Fit(b.Context(), ep, "photo.jpg", sectionOf(data))
				if err != nil {
					b.Fatal(err)
				}
				change = got.Change.String()
			}
			b.Log(change)
		})
	}
	run("6MBto2MB", wxup.MarketingImage, data)
	run("6MBto200KB", wxup.ReceiptImage, data)
	run("png", wxup.MarketingImage, pngOf(b, photo(2016, 1512)))
}

func BenchmarkScreenshot(b *testing.B) {
	data := pngOf(b, screenshot(1920, 1080))
	f := New(Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Fit(b.Context(), row(300<<10, media.JPEG, media.PNG), "shot.png", sectionOf(data)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUntouched is what a file costs that the row takes as it is.
func BenchmarkUntouched(b *testing.B) {
	data := jpegOf(b, photo(1600, 1200), 80)
	f := New(Options{})
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if got, err := f.Fit(b.Context(), wxup.MarketingImage, "photo.jpg", sectionOf(data)); got != nil || err != nil {
			b.Fatal(got, err)
		}
	}
}

func BenchmarkResize(b *testing.B) {
	r := &rows{m: photo(4000, 3000), w: 4000, h: 3000}
	r.frame = r.m.Bounds()
	b.ReportAllocs()
	for b.Loop() {
		resize(r, 4000, 3000, 2000, 1500, 3, func(int, []uint8) error { return nil })
	}
}

// BenchmarkColours converts a row of 4000 pixels, and prepares to.
func BenchmarkColours(b *testing.B) {
	for name, icc := range map[string][]byte{
		"matrix": iccOf("Display P3", "RGB ", xyzP3, paraSRGB()),
		"tables": lutOf("Printer", "RGB ", darker),
		"inks":   lutOf("Press", "CMYK", inks),
	} {
		_, _, t, err := readICC(icc)
		if err != nil {
			b.Fatal(err)
		}
		row := make([]uint8, 4*4000)
		for i := range row {
			row[i] = uint8(i * 7)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if t.grid != nil {
					t.grid.apply(row, row, 4)
				} else {
					t.apply(row)
				}
			}
		})
		b.Run(name+"/prepare", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, _, err := readICC(icc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
