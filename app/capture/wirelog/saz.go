package wirelog

import (
	"archive/zip"
	"bytes"
	"cmp"
	"io"
	"regexp"
	"slices"
	"strconv"
)

// A Fiddler archive is a ZIP with a file for each request, raw/7_c.txt, and its answer,
// raw/7_s.txt.
var sazFile = regexp.MustCompile(`^raw[/\\](\d+)_([cs])\.txt$`)

const sazMost = 10_000 // messages

func saz(text []byte) []byte {
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil
	}
	type message struct {
		number int
		side   string
		file   *zip.File
	}
	var list []message
	for _, f := range archive.File {
		if m := sazFile.FindStringSubmatch(f.Name); m != nil && len(list) < sazMost {
			n, _ := strconv.Atoi(m[1])
			list = append(list, message{n, m[2], f})
		}
	}
	slices.SortFunc(list, func(a, b message) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.side, b.side))
	})
	var raw bytes.Buffer
	for _, m := range list {
		f, err := m.file.Open()
		if err != nil {
			continue // it is encrypted, or packed in a way that is not known
		}
		io.Copy(&raw, io.LimitReader(f, int64(Max-raw.Len())))
		f.Close()
	}
	return raw.Bytes()
}
