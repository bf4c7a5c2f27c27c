// Package media identifies files and checks that they are complete. It never decodes.
//
// A picture that WeChat accepts is a JPEG, a PNG or a BMP. An upload raises three questions, from
// cheap to expensive:
//
//	f, ok := media.BySuffix("photo.JPG") // what its name claims
//	f := media.Sniff(head)               // what its first bytes claim
//	info, err := media.Walk(r)           // whether its structure is complete
//
// Everything that is known about a format (suffixes, MIME type, first bytes) is a row of one table,
// in this file.
//
// # Why a walk and not a decoder
//
// A decoder gives the wrong answer in two ways. It refuses good pictures: Go's decoders do not
// support RLE or 16-bit BMPs, nor 12-bit, arithmetic or lossless JPEGs. And it is dangerous: a JPEG
// of 100 KB can keep a decoder busy for half a minute, a PNG of 500 KB can make it allocate
// gigabytes. [Walk] follows lengths and markers only. It reads each byte once, uses a pooled buffer
// of 32 KB and allocates nothing. It is strict about the structure of a file and ignores its
// pixels: a file that was cut off is refused, a file with odd pixels is not. [MaxPixels],
// [MaxScans] and [MaxSegments] refuse files that would overwhelm a decoder.
//
// An error of Walk is a [*StructureError]; errors.Is(err, media.TooBig) and the other kinds tell
// what an API should answer. [Segments] and [Chunks] are the readers under Walk, for programs that
// need the parts of a JPEG or a PNG.
//
// [WalkAudio] does the same for sounds and returns their duration. Of videos and documents only the
// first bytes are read.
//
// [NewDigest] returns the digests that the APIs use, SM3 among them. Programs that only upload
// through package wxup do not need this package.
package media

import (
	"strings"
	"unicode"
)

// Format is the format of a file's content. The value is the word that WeChat uses in URLs
// (wx_fmt=jpeg).
type Format string

// The formats of the table. It includes pictures that WeChat does not accept, so that a refusal can
// name them.
const (
	Unknown Format = ""

	JPEG Format = "jpeg"
	PNG  Format = "png"
	BMP  Format = "bmp"

	GIF  Format = "gif"
	WebP Format = "webp"
	TIFF Format = "tiff"
	HEIC Format = "heic"
	AVIF Format = "avif"
	JXL  Format = "jxl"
	JP2  Format = "jp2"
	ICO  Format = "ico"
	PSD  Format = "psd"
	SVG  Format = "svg"

	PDF  Format = "pdf"
	OFD  Format = "ofd" // GB/T 33190, the format of Chinese electronic invoices: a zip with OFD.xml in it
	Zip  Format = "zip"
	HTML Format = "html"

	AVI  Format = "avi"
	WMV  Format = "wmv"
	MPEG Format = "mpeg"
	MP4  Format = "mp4"
	MOV  Format = "mov"
	MKV  Format = "mkv"
	FLV  Format = "flv"
	F4V  Format = "f4v"
	M4V  Format = "m4v"
	RMVB Format = "rmvb"

	AMR Format = "amr"
	MP3 Format = "mp3"
	WMA Format = "wma"
	WAV Format = "wav"
)

// Class is a kind of content.
type Class string

const (
	Picture  Class = "picture"
	Video    Class = "video"
	Audio    Class = "audio"
	Document Class = "document"
)

// A row is everything that is known about one format.
type row struct {
	format   Format
	class    Class
	mime     string
	suffixes []string // without the dot, in lower case, the preferred one first; only those that WeChat lists
	magic    []string // first bytes, any of these; '?' matches any byte
	text     []string // or the first word of a text, after a BOM and blanks, in either case
	inside   []string // and one of these somewhere in the head, in either case
	lacks    string   // and this nowhere in it; "" forbids nothing
	family   string   // formats of one family share a container and cannot be told apart reliably
}

// isobmff is the family of ISO/IEC 14496-12: its box "ftyp" names a brand, which writers choose
// freely.
const isobmff = "isobmff"

// table has one row per format. Sniff takes the first row that fits, so the specific come before
// the general: a brand before its container, OFD before Zip, SVG before HTML, long signatures
// before short ones.
var table = []row{
	{format: JPEG, class: Picture, mime: "image/jpeg", suffixes: []string{"jpg", "jpeg"}, magic: []string{"\xFF\xD8\xFF"}},
	{format: PNG, class: Picture, mime: "image/png", suffixes: []string{"png"}, magic: []string{PNGSignature}},

	{format: GIF, class: Picture, mime: "image/gif", suffixes: []string{"gif"}, magic: []string{"GIF87a", "GIF89a"}},
	{format: WebP, class: Picture, mime: "image/webp", suffixes: []string{"webp"}, magic: []string{"RIFF????WEBP"}},
	{format: TIFF, class: Picture, mime: "image/tiff", suffixes: []string{"tif", "tiff"}, magic: []string{"II*\x00", "MM\x00*", "II+\x00", "MM\x00+"}},
	{format: AVIF, class: Picture, mime: "image/avif", suffixes: []string{"avif"}, magic: []string{"????ftypavif", "????ftypavis"}},
	{format: HEIC, class: Picture, mime: "image/heic", suffixes: []string{"heic", "heif"}, magic: []string{"????ftyphei", "????ftyphev", "????ftypmif1", "????ftypmsf1"}},
	{format: JXL, class: Picture, mime: "image/jxl", suffixes: []string{"jxl"}, magic: []string{"\xFF\x0A", "\x00\x00\x00\x0CJXL \r\n\x87\n"}},
	{format: JP2, class: Picture, mime: "image/jp2", suffixes: []string{"jp2"}, magic: []string{"\x00\x00\x00\x0CjP  \r\n\x87\n", "\xFF\x4F\xFF\x51"}},
	{format: ICO, class: Picture, mime: "image/vnd.microsoft.icon", suffixes: []string{"ico"}, magic: []string{"\x00\x00\x01\x00?\x00"}},
	{format: PSD, class: Picture, mime: "image/vnd.adobe.photoshop", suffixes: []string{"psd"}, magic: []string{"8BPS\x00\x01"}},
	{format: SVG, class: Picture, mime: "image/svg+xml", suffixes: []string{"svg"}, text: []string{"<svg", "<?xml", "<!--", "<!doctype svg"}, inside: []string{"<svg"}},

	{format: PDF, class: Document, mime: "application/pdf", suffixes: []string{"pdf"}, magic: []string{"%PDF-"}},
	{format: OFD, class: Document, mime: "application/ofd", suffixes: []string{"ofd"}, magic: []string{"PK\x03\x04"}, inside: []string{"OFD.xml", "Doc_0/"}},
	{format: Zip, class: Document, mime: "application/zip", suffixes: []string{"zip"}, magic: []string{"PK\x03\x04", "PK\x05\x06"}},
	{format: HTML, class: Document, mime: "text/html", suffixes: []string{"html", "htm"}, text: []string{"<!doctype html", "<html", "<head", "<body", "<script"}},

	// The videos are those that POST /v3/merchant/media/video_upload lists.
	{format: AVI, class: Video, mime: "video/x-msvideo", suffixes: []string{"avi"}, magic: []string{"RIFF????AVI "}},
	{format: WMA, class: Audio, mime: "audio/x-ms-wma", suffixes: []string{"wma"}, magic: []string{asfHeader[:10]}, inside: []string{asfAudio}, lacks: asfVideo},
	{format: WMV, class: Video, mime: "video/x-ms-wmv", suffixes: []string{"wmv"}, magic: []string{asfHeader[:10]}},
	{format: MKV, class: Video, mime: "video/x-matroska", suffixes: []string{"mkv"}, magic: []string{"\x1A\x45\xDF\xA3"}},
	{format: FLV, class: Video, mime: "video/x-flv", suffixes: []string{"flv"}, magic: []string{"FLV\x01"}},
	{format: RMVB, class: Video, mime: "application/vnd.rn-realmedia-vbr", suffixes: []string{"rmvb"}, magic: []string{".RMF"}},
	{format: F4V, class: Video, mime: "video/x-f4v", suffixes: []string{"f4v"}, magic: []string{"????ftypf4v"}, family: isobmff},
	{format: M4V, class: Video, mime: "video/x-m4v", suffixes: []string{"m4v"}, magic: []string{"????ftypM4V"}, family: isobmff},
	{format: MOV, class: Video, mime: "video/quicktime", suffixes: []string{"mov"}, magic: []string{"????ftypqt  ", "????moov", "????mdat", "????wide", "????pnot"}, family: isobmff},
	{format: MP4, class: Video, mime: "video/mp4", suffixes: []string{"mp4"}, magic: []string{"????ftyp"}, family: isobmff},
	{format: MPEG, class: Video, mime: "video/mpeg", suffixes: []string{"mpeg"}, magic: []string{
		"\x00\x00\x01\xBA",                // program stream
		"\x00\x00\x01\xB3",                // bare video
		"G" + packet + "G" + packet + "G", // transport stream: a sync byte every 188 bytes
	}},

	// The sounds are those that POST /cgi-bin/media/upload?type=voice and material/add_material
	// list.
	{format: AMR, class: Audio, mime: "audio/amr", suffixes: []string{"amr"}, magic: []string{amrHeader, amrWideHeader}},
	{format: WAV, class: Audio, mime: "audio/wav", suffixes: []string{"wav"}, magic: []string{"RIFF????WAVE"}},
	{format: MP3, class: Audio, mime: "audio/mpeg", suffixes: []string{"mp3"}, magic: []string{
		"ID3", "\xFF\xFB", "\xFF\xFA", "\xFF\xF3", "\xFF\xF2", "\xFF\xE3", "\xFF\xE2", // MPEG 1, 2 and 2.5, layer III
	}},

	// Two bytes prove little, so this row is last.
	{format: BMP, class: Picture, mime: "image/bmp", suffixes: []string{"bmp"}, magic: []string{"BM"}},
}

// PNGSignature is what a PNG starts with.
const PNGSignature = "\x89PNG\r\n\x1a\n"

// The first bytes of sounds: AMR (RFC 4867 §5), narrow and wide band, one channel; and the GUIDs of
// ASF, the container of WMA and WMV: its header, and the types of its streams.
const (
	amrHeader     = "#!AMR\n"
	amrWideHeader = "#!AMR-WB\n"

	asfHeader = "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"
	asfAudio  = "\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
	asfVideo  = "\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
)

// packet is what is between two sync bytes of an MPEG transport stream.
var packet = strings.Repeat("?", 187)

// Formats returns all formats of the table.
func Formats() []Format {
	all := make([]Format, len(table))
	for i, r := range table {
		all[i] = r.format
	}
	return all
}

// row returns the format's row; the row of Unknown is empty.
func (f Format) row() row {
	for _, r := range table {
		if r.format == f {
			return r
		}
	}
	return row{}
}

// MIME returns the Content-Type of f, or application/octet-stream for a format that is not in the
// table.
func (f Format) MIME() string {
	if mime := f.row().mime; mime != "" {
		return mime
	}
	return "application/octet-stream"
}

// Suffix returns the preferred file suffix of f without the dot: jpg, png, bmp. It is empty for
// Unknown.
func (f Format) Suffix() string {
	if s := f.row().suffixes; len(s) > 0 {
		return s[0]
	}
	return ""
}

// Class returns the class of f, empty for Unknown.
func (f Format) Class() Class { return f.row().class }

// Fits reports whether f is one of the allowed formats, or shares a container with one: an MP4 and
// a MOV cannot be told apart reliably, so either fits where the other is allowed. Unknown fits
// nothing.
func (f Format) Fits(allowed ...Format) bool {
	if f == Unknown {
		return false
	}
	family := f.row().family
	for _, a := range allowed {
		if a == f || family != "" && family == a.row().family {
			return true
		}
	}
	return false
}

// BySuffix returns the format that a file name claims by the last suffix of its base name, in
// either case; / and \ separate folders. It returns false for a name with control characters and
// for a suffix that WeChat does not list (.jfif and .jpe are JPEGs everywhere else).
func BySuffix(filename string) (Format, bool) {
	if strings.ContainsFunc(filename, unicode.IsControl) {
		return Unknown, false
	}
	base := filename[strings.LastIndexAny(filename, `/\`)+1:]
	suffix := strings.ToLower(base[strings.LastIndexByte(base, '.')+1:])
	if len(suffix) == len(base) { // no dot at all
		return Unknown, false
	}
	for _, r := range table {
		for _, s := range r.suffixes {
			if s == suffix {
				return r.format, true
			}
		}
	}
	return Unknown, false
}
