package wxup_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// onlyReader hides all but Read.
type onlyReader struct{ io.Reader }

// onlySeeker hides ReadAt.
type onlySeeker struct{ io.ReadSeeker }

// Each kind of source sends the same file, whole, with its length, and leaves nothing behind.
func TestSources(t *testing.T) {
	dir, tmp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", tmp)
	file, mapped := filepath.Join(dir, "照片.png"), filepath.Join(dir, "mapped.png")
	large := append(bytes.Clone(pngFile), make([]byte, 300<<10)...)
	if err := errors.Join(os.WriteFile(file, pngFile, 0o600), os.WriteFile(mapped, large, 0o600)); err != nil {
		t.Fatal(err)
	}
	open := func() *os.File {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	pipe, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in.Write(pngFile)
	in.Close()
	skip := func(r io.ReadSeeker) io.ReadSeeker {
		if _, err := r.Seek(3, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		return r
	}
	named := wxup.File(file)
	named.Name = "other.png"
	size := int64(len(pngFile))
	padded := append(append([]byte("xyz"), pngFile...), "tail"...)
	for name, test := range map[string]struct {
		src  wxup.Source
		sent string
	}{
		"path":                 {wxup.File(file), "照片.png"},
		"large file's path":    {wxup.File(mapped), "mapped.png"},
		"path with a name":     {named, "other.png"},
		"bytes":                {wxup.Bytes("a.png", pngFile), "a.png"},
		"bytes without a name": {wxup.Bytes("", pngFile), "file.png"},
		"file":                 {wxup.Reader("a.png", open(), size), "a.png"},
		"file of unknown size": {wxup.Reader("a.png", open(), -1), "a.png"},
		"pipe":                 {wxup.Reader("a.png", pipe, -1), "a.png"},
		"seeker":               {wxup.Reader("a.png", onlySeeker{bytes.NewReader(pngFile)}, -1), "a.png"},
		"reader":               {wxup.Reader("a.png", onlyReader{bytes.NewReader(pngFile)}, -1), "a.png"},
		"reader of known size": {wxup.Reader("a.png", onlyReader{bytes.NewReader(append(pngFile, "tail"...))}, size), "a.png"},
		"middle of a ReaderAt": {wxup.Reader("a.png", skip(bytes.NewReader(padded)), size), "a.png"},
		"middle of a seeker":   {wxup.Reader("a.png", skip(onlySeeker{bytes.NewReader(padded)}), size), "a.png"},
		"section":              {wxup.Reader("a.png", io.NewSectionReader(bytes.NewReader(padded), 3, size), -1), "a.png"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, accepted)
			res, err := payClient(s).Upload(t.Context(), wxup.MarketingImage, test.src)
			if err != nil {
				t.Fatal(err)
			}
			content := pngFile
			if test.sent == "mapped.png" {
				content = large
			}
			mustBe(t, "name", res.Name, test.sent)
			mustBe(t, "size", res.Size, int64(len(content)))
			mustBe(t, "digest", res.SHA256, hexSum(content))
			r := s.requests("/")[0]
			mustBe(t, "Content-Length", r.length, len(r.body))
			if !strings.Contains(r.form(t), "filename=\""+test.sent+"\"\r\nContent-Type: image/png\r\n\r\n"+string(content)+"\r\n--B--\r\n") {
				t.Error("the file is not in the form")
			}
			if left, _ := os.ReadDir(tmp); len(left) != 0 {
				t.Errorf("%v was left in the temporary directory", left)
			}
		})
	}
}

// Bytes, File and a Reader that seeks are good for more than one upload; bytes and paths also for
// several at once.
func TestSourcesAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.png")
	if err := os.WriteFile(file, pngFile, 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, accepted)
	c := payClient(s)
	seeker := wxup.Reader("a.png", onlySeeker{bytes.NewReader(pngFile)}, -1)
	for range 2 {
		if _, err := c.Upload(t.Context(), wxup.MarketingImage, seeker); err != nil {
			t.Fatal(err)
		}
	}
	var wait sync.WaitGroup
	for _, src := range []wxup.Source{wxup.Bytes("a.png", pngFile), wxup.File(file)} {
		for range 4 {
			wait.Go(func() {
				if _, err := c.Upload(t.Context(), wxup.MarketingImage, src); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wait.Wait()
}

type failing struct{ io.Reader }

var errDisk = errors.New("the disk is on fire")

func (f failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err == io.EOF {
		err = errDisk
	}
	return n, err
}

type failingSeeker struct {
	failing
	io.Seeker
}

func TestSourcesThatFail(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := serve(t, accepted)
	half := bytes.NewReader(pngFile[:len(pngFile)/2])
	for name, test := range map[string]struct {
		src  wxup.Source
		want error
		says string
	}{
		"none":                {wxup.Source{}, nil, "Source is empty"},
		"nil reader":          {wxup.Reader("a.png", nil, 1), nil, "Source is empty"},
		"no such file":        {wxup.File("/does/not/exist.png"), fs.ErrNotExist, "exist.png"},
		"directory":           {wxup.File(t.TempDir()), nil, "is a directory"},
		"short seeker":        {wxup.Reader("a.png", bytes.NewReader(pngFile), int64(len(pngFile))+1), io.ErrUnexpectedEOF, "bytes"},
		"short reader":        {wxup.Reader("a.png", onlyReader{bytes.NewReader(pngFile)}, int64(len(pngFile))+1), io.ErrUnexpectedEOF, "bytes"},
		"failing reader":      {wxup.Reader("a.png", failing{bytes.NewReader(pngFile)}, -1), errDisk, "read the source"},
		"failing seeker":      {wxup.Reader("a.png", failingSeeker{failing{half}, bytes.NewReader(pngFile)}, -1), errDisk, "read the file"},
		"too much to keep":    {wxup.Reader("a.png", onlyReader{endless{}}, -1), wxup.TooLarge, "more than 2097152 bytes (2 MB)"},
		"a device":            {wxup.Reader("a.png", device(t), -1), wxup.TooLarge, "more than 2097152 bytes (2 MB)"},
		"said to be too much": {wxup.Reader("a.png", onlyReader{endless{}}, 3<<20), wxup.TooLarge, "3145728 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := payClient(s).Upload(t.Context(), wxup.MarketingImage, test.src)
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), "marketing: ") {
				t.Errorf("got %v, want %v that says %q", err, test.want, test.says)
			}
		})
	}
	if n := len(s.requests("/")); n != 0 {
		t.Errorf("%d requests", n)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) != 0 {
		t.Errorf("%v was left in the temporary directory", left)
	}
	t.Setenv("TMPDIR", "/does/not/exist")
	if _, err := payClient(s).Upload(t.Context(), wxup.MarketingImage, wxup.Reader("a.png", onlyReader{half}, -1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a temporary directory: %v", err)
	}
}

// device is a file without an end, which says that it is at 0.
func device(t *testing.T) io.Reader {
	f, err := os.Open("/dev/zero")
	if err != nil {
		return onlyReader{endless{}}
	}
	t.Cleanup(func() { f.Close() })
	return f
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// shrinking is a file that is cut after it was opened.
type shrinking struct {
	*bytes.Reader
	size int64
}

func (s *shrinking) Seek(off int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		return s.size, nil
	}
	return s.Reader.Seek(off, whence)
}

func TestShrinkingFile(t *testing.T) {
	s := serve(t, accepted)
	src := wxup.Reader("a.png", &shrinking{bytes.NewReader(pngFile), int64(len(pngFile)) + 10}, -1)
	if _, err := payClient(s).Upload(t.Context(), wxup.MarketingImage, src); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

// A file that another program makes shorter in the meantime is an error, whether it is read or
// mapped: by a byte, where the memory of a mapped one is zero, and by more than a page, where there
// is no memory.
func TestFileCutMeanwhile(t *testing.T) {
	s := serve(t, accepted)
	for _, size := range []int{len(pngFile), 300 << 10} {
		content := append(bytes.Clone(pngFile), make([]byte, size-len(pngFile))...)
		for _, phase := range []wxup.Phase{wxup.Hashing, wxup.Sending} {
			for _, left := range []int{size - 1, size / 2, 0} {
				path := filepath.Join(t.TempDir(), "a.png")
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
				c := payClient(s)
				c.Progress = func(p wxup.Progress) {
					if p.Phase == phase && p.Sent == 0 {
						if err := os.Truncate(path, int64(left)); err != nil {
							t.Error(err)
						}
					}
				}
				_, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.File(path))
				if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "read the file") {
					t.Errorf("%d of %d bytes left when %s: %v", left, size, phase, err)
				}
			}
		}
	}
}

// What a row would refuse is refused here, with the row's limit and before anything is sent.
func TestCheckRefuses(t *testing.T) {
	s := serve(t, accepted)
	for name, test := range map[string]struct {
		ep   *wxup.Endpoint
		src  wxup.Source
		want wxup.Problem
		says string
	}{
		"empty":           {wxup.MarketingImage, wxup.Bytes("a.png", nil), wxup.EmptyFile, "empty"},
		"2 MB and 1":      {wxup.MarketingImage, wxup.Bytes("a.png", make([]byte, 2<<20+1)), wxup.TooLarge, "2097153 bytes; at most 2097152 bytes (2 MB)"},
		"200 KB and 1":    {wxup.ReceiptImage, wxup.Bytes("a.png", make([]byte, 200<<10+1)), wxup.TooLarge, "at most 204800 bytes (200 KB)"},
		"1 MB":            {wxup.ArticleImage, wxup.Bytes("a.png", make([]byte, 1<<20)), wxup.TooLarge, "at most 1048575 bytes"},
		"5 MB and 1":      {wxup.MerchantVideo, wxup.Bytes("a.mp4", mp4OfSize(5<<20+1)), wxup.TooLarge, "(5 MB)"},
		"gif":             {wxup.MarketingImage, wxup.Bytes("a.png", gifFile), wxup.NotImage, "the content is gif; marketing takes jpg, bmp, png"},
		"text":            {wxup.MarketingImage, wxup.Bytes("a.png", []byte("hello")), wxup.NotImage, "of no known format"},
		"image, no video": {wxup.MerchantVideo, wxup.Bytes("a.mp4", pngFile), wxup.NotImage, "the content is png"},
		"cut off":         {wxup.MarketingImage, wxup.Bytes("a.png", pngFile[:len(pngFile)-30]), wxup.NotImage, "png"},
		"pixels":          {wxup.MarketingImage, wxup.Bytes("a.png", pngOfPixels(60000)), wxup.TooManyPixels, "pixels"},
		"bmp":             {wxup.ArticleImage, wxup.Bytes("a.bmp", []byte("BM000000000000000000000000000000000000000000000000000000000")), wxup.NotImage, "the content is bmp"},
	} {
		t.Run(name, func(t *testing.T) {
			c := payClient(s)
			c.Auth = wxup.Tokens{Source: fixedToken("token")}
			test.src.Meta = nil
			_, err := c.Upload(t.Context(), test.ep, test.src)
			_, checked := new(wxup.Client).Check(t.Context(), test.ep, test.src)
			for _, err := range []error{err, checked} {
				e, ok := errors.AsType[*wxup.Error](err)
				if !ok || e.Problem != test.want || e.Status != 0 || e.Code+e.Message != "" || e.Endpoint != test.ep.Name || !strings.Contains(err.Error(), test.says) {
					t.Errorf("got %v, want %s that says %q", err, test.want, test.says)
				}
			}
		})
	}
	if n := len(s.requests("/")); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// The limit is a size that is still taken.
func TestCheckTakesTheLimit(t *testing.T) {
	for ep, size := range map[*wxup.Endpoint]int{wxup.MerchantVideo: 5 << 20} {
		res, err := new(wxup.Client).Check(t.Context(), ep, wxup.Bytes("a.mp4", mp4OfSize(size)))
		if err != nil {
			t.Fatal(err)
		}
		mustBe(t, "result", *res, wxup.Result{Endpoint: "video", Name: "a.mp4", Format: media.MP4, Size: int64(size), SHA256: hexSum(mp4OfSize(size))})
	}
	file := pngOfSize(1 << 20)
	ep := *wxup.ArticleImage
	ep.Accepts = []wxup.Accept{{Format: media.PNG, Max: int64(len(file))}}
	if _, err := new(wxup.Client).Check(t.Context(), &ep, wxup.Bytes("a.png", file)); err != nil {
		t.Error(err)
	}
	ep.Accepts = []wxup.Accept{{Format: media.PNG, Max: int64(len(file)) - 1}, {Format: media.JPEG, Max: 5 << 20}}
	if _, err := new(wxup.Client).Check(t.Context(), &ep, wxup.Bytes("a.png", file)); !errors.Is(err, wxup.TooLarge) {
		t.Errorf("beyond the limit of its own format: %v", err)
	}
}

// The name that is sent always is one that the row and the form take.
func TestSentNames(t *testing.T) {
	long := strings.Repeat("长", 200)
	for _, test := range []struct {
		ep         *wxup.Endpoint
		name, want string
	}{
		{wxup.MarketingImage, "logo.png", "logo.png"},
		{wxup.MarketingImage, "LOGO.PNG", "LOGO.PNG"},
		{wxup.MarketingImage, "logo.jpeg", "logo.jpeg"}, // another suffix that is taken; the content decides
		{wxup.MarketingImage, "/tmp/upload/logo.png", "logo.png"},
		{wxup.MarketingImage, `C:\pics\logo.png`, "logo.png"},
		{wxup.MarketingImage, "logo", "logo.png"},
		{wxup.MarketingImage, "logo.tmp", "logo.tmp.png"},
		{wxup.MarketingImage, "logo.png.", "logo.png..png"},
		{wxup.MarketingImage, "logo.gif", "logo.gif.png"},
		{wxup.MarketingImage, ".png", ".png"},
		{wxup.MarketingImage, "..", "file.png"},
		{wxup.MarketingImage, "大图😀.png", "大图_.png"},
		{wxup.MarketingImage, "a\r\nX: y.png", "a__X: y.png"},
		{wxup.MarketingImage, "a\x00.png", "a_.png"},
		{wxup.MarketingImage, `a"b.png`, "a'b.png"},
		{wxup.MarketingImage, "a%22b.png", "a'b.png"},
		{wxup.MarketingImage, "a\xff.png", "a_.png"},
		{wxup.MarketingImage, long + ".png", long[:3*124] + ".png"},
		{wxup.MarketingImage, long, long[:3*124] + ".png"},
		{wxup.CouponImage, long + ".png", long[:3*146] + ".png"},
		{wxup.ArticleImage, long + ".bmp", long[:3*124] + ".png"},
	} {
		res, err := new(wxup.Client).Check(t.Context(), test.ep, wxup.Bytes(test.name, pngFile))
		if err != nil {
			t.Fatal(err)
		}
		mustBe(t, test.name, res.Name, test.want)
	}
	// Of a container that does not tell, the name does.
	for name, want := range map[string]media.Format{"a.mov": media.MP4, "a": media.MP4} {
		res, err := new(wxup.Client).Check(t.Context(), wxup.MerchantVideo, wxup.Bytes(name, mp4File))
		if err != nil {
			t.Fatal(err)
		}
		mustBe(t, name, res.Format, want)
	}
	ep := *wxup.MerchantVideo
	ep.Accepts = []wxup.Accept{{Format: media.M4V, Max: 1 << 20}, {Format: media.MOV, Max: 1 << 20}}
	res, err := new(wxup.Client).Check(t.Context(), &ep, wxup.Bytes("a.mov", mp4File))
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "format", res.Format, media.MOV)
}

// pngOfPixels is a PNG whose header claims a side of so many pixels.
func pngOfPixels(side uint32) []byte {
	b := bytes.Clone(pngFile)
	binary.BigEndian.PutUint32(b[16:], side)
	binary.BigEndian.PutUint32(b[20:], side)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}
