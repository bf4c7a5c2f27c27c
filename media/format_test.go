package media_test

import (
	"strings"
	"testing"

	"github.com/wxup/wxup/media"
)

// samples are the first bytes of real files.
var samples = map[string]media.Format{
	"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00":                       media.JPEG,
	"\xFF\xD8\xFF\xDB\x00\x43":                               media.JPEG,
	"\x89PNG\r\n\x1A\n\x00\x00\x00\x0DIHDR":                  media.PNG,
	"BM\x36\x24\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00":     media.BMP,
	"GIF87a\x01\x00":                                         media.GIF,
	"GIF89a\x01\x00":                                         media.GIF,
	"RIFF\xB2\x01\x00\x00WEBPVP8L":                           media.WebP,
	"II*\x00\x08\x00\x00\x00":                                media.TIFF,
	"MM\x00*\x00\x00\x00\x08":                                media.TIFF,
	"\x00\x00\x00\x1CftypavifX\x00\x00\x00avifmif1":          media.AVIF,
	"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic":       media.HEIC,
	"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic":       media.HEIC,
	"\xFF\x0A\x7F\x02":                                       media.JXL,
	"\x00\x00\x00\x0CJXL \r\n\x87\n":                         media.JXL,
	"\x00\x00\x00\x0CjP  \r\n\x87\n":                         media.JP2,
	"\x00\x00\x01\x00\x02\x00\x10\x10":                       media.ICO,
	"8BPS\x00\x01\x00\x00":                                   media.PSD,
	"<svg xmlns=\"http://www.w3.org/2000/svg\"/>":            media.SVG,
	"\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- x --><SVG":    media.SVG,
	"<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\"><svg>": media.SVG,
	"%PDF-1.4\n": media.PDF,
	"PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00OFD.xml":            media.OFD,
	"PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x12\x00\x00\x00Doc_0/Document.xml": media.OFD,
	"PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0E\x00\x00\x00word/":              media.Zip,
	"\n<!doctype HTML>":            media.HTML,
	"<html lang=zh>":               media.HTML,
	"RIFF\x24\x00\x00\x00AVI LIST": media.AVI,
	"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C": media.WMV,
	"\x1A\x45\xDF\xA3\x9F\x42\x86\x81":                                 media.MKV,
	"FLV\x01\x05\x00\x00\x00\x09":                                      media.FLV,
	".RMF\x00\x00\x00\x12":                                             media.RMVB,
	"\x00\x00\x00\x18ftypf4v \x00\x00\x00":                             media.F4V,
	"\x00\x00\x00\x1CftypM4V \x00\x00\x00":                             media.M4V,
	"\x00\x00\x00\x14ftypqt  \x00\x00\x00":                             media.MOV,
	"\x00\x00\x10\x00moov\x00\x00\x00\x6C":                             media.MOV,
	"\x00\x00\x00\x20ftypisom\x00\x00\x02":                             media.MP4,
	"\x00\x00\x00\x18ftypmp42\x00\x00\x00":                             media.MP4,
	"#!AMR\n\x3C":                                                      media.AMR,
	"#!AMR-WB\n\x44":                                                   media.AMR,
	"RIFF\x24\x00\x00\x00WAVEfmt ":                                     media.WAV,
	"ID3\x03\x00\x00\x00\x00\x00\x00":                                  media.MP3,
	"\xFF\xFB\x90\x64":                                                 media.MP3,
	"\xFF\xF3\x48\xC4":                                                 media.MP3,
	asf(asfAudio):                                                      media.WMA,
	asf(asfAudio, asfVideo):                                            media.WMV,
	"\x00\x00\x01\xBA\x44\x00":                                         media.MPEG,
	"\x00\x00\x01\xB3\x16\x00":                                         media.MPEG,
	strings.Repeat("G"+strings.Repeat("\x00", 187), 3):                 media.MPEG,

	"": media.Unknown, "\x00": media.Unknown, "hello": media.Unknown, "<?xml version=\"1.0\"?><xml/>": media.Unknown,
	"RIFF\x24\x00\x00\x00WAVX": media.Unknown, "#!AMR_MC1.0\n": media.Unknown, "\xFF\xF1\x50": media.Unknown, "\xFF\xD8": media.Unknown, "\xFF\xD8\x00": media.Unknown, "BA\x36\x24": media.Unknown,
	" BM": media.Unknown, "\xEF\xBB\xBF\x89PNG\r\n\x1A\n": media.Unknown, "\x89PNG\r\n\x1A": media.Unknown, "G": media.Unknown, "<": media.Unknown,
	"<\xC5\xBFvg": media.Unknown,
}

func TestSniff(t *testing.T) {
	seen := map[media.Format]bool{}
	for head, want := range samples {
		seen[want] = true
		for _, tail := range []string{"", strings.Repeat("\x00", 2*media.SniffLen)} {
			if got := media.Sniff([]byte(head + tail)); got != want {
				t.Errorf("%q: got %q, want %q", head, got, want)
			}
		}
		if len(head) > 0 && want != media.Unknown {
			changed := "~" + head[1:]
			if strings.HasPrefix(head[4:], "ftyp") || strings.HasPrefix(head[4:], "moov") {
				changed = head[:4] + "~" + head[5:]
			}
			if got := media.Sniff([]byte(changed)); got == want && want != media.HTML && want != media.SVG {
				t.Errorf("%q with another byte: still %q", head, got)
			}
		}
	}
	for _, f := range media.Formats() {
		if !seen[f] {
			t.Errorf("no sample of %q", f)
		}
	}
	far := strings.Repeat(" ", media.SniffLen) + "<html>"
	if got := media.Sniff([]byte(far)); got != media.Unknown {
		t.Errorf("looked behind SniffLen: %q", got)
	}
}

func TestBySuffix(t *testing.T) {
	for name, want := range map[string]media.Format{
		"x.jpg": media.JPEG, "x.JPG": media.JPEG, "x.JpEg": media.JPEG, "x.png": media.PNG, "x.Bmp": media.BMP, ".jpg": media.JPEG,
		"x.php.jpg": media.JPEG, "中文.png": media.PNG, "a/b.jpg": media.JPEG, `..\..\x.jpg`: media.JPEG, "https://a.b/c.jpg": media.JPEG,
		"a%0d%0aX: y.jpg": media.JPEG, "\u202egpj.exe.jpg": media.JPEG, "x.gif": media.GIF, "x.tif": media.TIFF, "x.tiff": media.TIFF,
		"x.mp4": media.MP4, "x.m4v": media.M4V, "x.f4v": media.F4V, "x.mov": media.MOV, "x.mkv": media.MKV, "x.avi": media.AVI, "x.wmv": media.WMV,
		"x.mpeg": media.MPEG, "x.flv": media.FLV, "x.rmvb": media.RMVB, "x.pdf": media.PDF, "x.ofd": media.OFD,

		"": "", "x": "", "jpg": "", "x.": "", ".": "", "x.jfif": "", "x.jpe": "", "x.mpg": "", "x.jpg.php": "", "x.jpg ": "", "x.jpg.": "",
		"x.jpg;.exe": "", "x.jpg::$DATA": "", "x.jpg/": "", `x.jpg\`: "", "a.jpg/b": "", `a.jpg\b`: "", "a.png/jpg": "",
		"x.jpg\x00.exe": "", "x\x00.jpg": "", "a\r\nb.jpg": "", "\t.jpg": "", "x\x7f.jpg": "", "x\u0085.jpg": "", "x\x00/y.jpg": "",
		"x.ｊｐｇ": "", "x.\u212Apg": "",
	} {
		got, ok := media.BySuffix(name)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", name, got, ok, want)
		}
	}
}

// TestTable holds every row against the rules that the functions rely on.
func TestTable(t *testing.T) {
	suffixes := map[string]bool{}
	for _, f := range media.Formats() {
		if f.Class() == "" || !strings.Contains(f.MIME(), "/") || f.MIME() == "application/octet-stream" || f.Suffix() == "" {
			t.Errorf("%q lacks something: %q %q %q", f, f.Class(), f.MIME(), f.Suffix())
		}
		if suffixes[f.Suffix()] {
			t.Errorf("two formats with suffix %q", f.Suffix())
		}
		suffixes[f.Suffix()] = true
		if got, ok := media.BySuffix("x." + f.Suffix()); got != f || !ok {
			t.Errorf("x.%s: got %q", f.Suffix(), got)
		}
	}
	for f, want := range map[media.Format]string{media.JPEG: "image/jpeg jpg", media.PNG: "image/png png", media.BMP: "image/bmp bmp",
		media.Unknown: "application/octet-stream ", "exe": "application/octet-stream "} {
		if got := f.MIME() + " " + f.Suffix(); got != want {
			t.Errorf("%q: got %q, want %q", f, got, want)
		}
	}
}

func TestFits(t *testing.T) {
	pictures := []media.Format{media.JPEG, media.PNG, media.BMP}
	videos := []media.Format{media.AVI, media.WMV, media.MPEG, media.MP4, media.MOV, media.MKV, media.FLV, media.F4V, media.M4V, media.RMVB}
	for _, f := range media.Formats() {
		isPicture := f == media.JPEG || f == media.PNG || f == media.BMP
		if got := f.Fits(pictures...); got != isPicture {
			t.Errorf("%q fits a picture: %v", f, got)
		}
		if got, want := f.Fits(videos...), f.Class() == media.Video; got != want {
			t.Errorf("%q fits a video: %v", f, got)
		}
		if f.Fits() {
			t.Errorf("%q fits nothing", f)
		}
	}
	if !media.MOV.Fits(media.MP4) || !media.MP4.Fits(media.M4V) || media.MP4.Fits(media.MKV) || media.Zip.Fits(media.OFD) ||
		media.HEIC.Fits(media.MP4) || media.Unknown.Fits(media.Unknown) {
		t.Error("families are wrong")
	}
}
