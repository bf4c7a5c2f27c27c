package heif

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxup/wxup/fit"
)

func section(b string) *io.SectionReader {
	return io.NewSectionReader(strings.NewReader(b), 0, int64(len(b)))
}

func readFile(t testing.TB, name string) string {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func u16(n int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }
func u32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

func boxOf(name string, data ...string) string {
	body := strings.Join(data, "")
	return u32(8+len(body)) + name + body
}

func fullBox(name string, version byte, data ...string) string {
	return boxOf(name, append([]string{string([]byte{version, 0, 0, 0})}, data...)...)
}

// An item is a coded picture, a grid of others, or metadata.
type item struct {
	kind       string
	data       string
	properties []string
	tiles      []int // IDs, which count from 1
}

// file is a HEIF file of items, of which the first is the picture.
func file(brand string, list ...item) string {
	var infos, references, properties, owners string
	index := 0
	for i, it := range list {
		id := u16(i + 1)
		infos += fullBox("infe", 2, id, u16(0), it.kind, "\x00")
		if it.tiles != nil {
			to := ""
			for _, tile := range it.tiles {
				to += u16(tile)
			}
			references += boxOf("dimg", id, u16(len(it.tiles)), to)
		}
		owners += id + string([]byte{byte(len(it.properties))})
		for _, p := range it.properties {
			index++
			properties += p
			owners += string([]byte{byte(index)})
		}
	}
	meta := func(start int) string {
		locations := "\x44\x00" + u16(len(list))
		for i, it := range list {
			locations += u16(i+1) + u16(0) + u16(1) + u32(start) + u32(len(it.data))
			start += len(it.data)
		}
		return fullBox("meta", 0, fullBox("hdlr", 0, u32(0), "pict", strings.Repeat("\x00", 13)), fullBox("pitm", 0, u16(1)),
			fullBox("iloc", 0, locations), fullBox("iinf", 0, u16(len(list)), infos), fullBox("iref", 0, references),
			boxOf("iprp", boxOf("ipco", properties), fullBox("ipma", 0, u32(len(list)), owners)))
	}
	head := boxOf("ftyp", brand, u32(0), "mif1", brand)
	body := ""
	for _, it := range list {
		body += it.data
	}
	return head + meta(len(head)+len(meta(0))+8) + boxOf("mdat", body)
}

func ispe(w, h int) string { return fullBox("ispe", 0, u32(w), u32(h)) }

// gridOf is a phone's picture: two tiles side by side, rotated, with a profile and EXIF.
func gridOf(rotation byte, tile item, w, h int) string {
	return file("heic",
		item{"grid", "\x00\x00\x00\x01" + u16(2*w) + u16(h), []string{ispe(2*w, h), boxOf("colr", "prof", "the profile"), boxOf("irot", string([]byte{rotation}))}, []int{2, 3}},
		tile, tile, item{kind: "Exif", data: "\x00\x00\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"})
}

func TestMeasure(t *testing.T) {
	tile := item{kind: "hvc1", properties: []string{ispe(512, 512)}}
	for name, c := range map[string]struct {
		file    string
		measure func(*io.SectionReader) (fit.Measure, error)
		want    fit.Measure // without Peak and Result
		err     string
	}{
		"heic":         {readFile(t, "quarters.heic"), measureHEIC, fit.Measure{Width: 160, Height: 128}, ""},
		"phone":        {gridOf(3, tile, 512, 512), measureHEIC, fit.Measure{Width: 512, Height: 1024, ICC: []byte("the profile"), Metadata: []string{"exif"}}, ""},
		"avif, turned": {readFile(t, "turned.avif"), measureAVIF, fit.Measure{Width: 160, Height: 128, Orientation: 8}, ""},
		"avif, deep":   {readFile(t, "deep.avif"), measureAVIF, fit.Measure{Width: 160, Height: 128, Orientation: 1, Deep: true}, ""},
		"avif, half":   {readFile(t, "half.avif"), measureAVIF, fit.Measure{Width: 160, Height: 128, Orientation: 1, Alpha: true}, ""},
		"avif, grid":   {readFile(t, "grid.avif"), measureAVIF, fit.Measure{Width: 128, Height: 64, Orientation: 1}, ""},

		"avif as heic":   {readFile(t, "deep.avif"), measureHEIC, fit.Measure{}, `unsupported kind "av01"`},
		"overlay":        {file("heic", item{kind: "iovl", properties: []string{ispe(200, 200)}}), measureHEIC, fit.Measure{}, `unsupported kind "iovl"`},
		"narrow":         {file("heic", item{kind: "hvc1", properties: []string{ispe(127, 500)}}), measureHEIC, fit.Measure{}, "at least 128"},
		"no size":        {file("heic", item{kind: "hvc1"}), measureHEIC, fit.Measure{}, "0×0 pixels"},
		"huge":           {file("heic", item{kind: "hvc1", properties: []string{ispe(1<<20, 1)}}), measureHEIC, fit.Measure{}, "1048576×1 pixels"},
		"many tiles":     {file("heic", item{kind: "grid", properties: []string{ispe(200, 200)}, tiles: make2s(60)}, item{kind: "hvc1", properties: []string{ispe(4096, 4096)}}), measureHEIC, fit.Measure{}, "damaged"},
		"no tiles":       {file("heic", item{kind: "grid", properties: []string{ispe(200, 200)}}), measureHEIC, fit.Measure{}, "damaged"},
		"grid of itself": {file("heic", item{kind: "grid", properties: []string{ispe(200, 200)}, tiles: []int{1}}), measureHEIC, fit.Measure{}, "tiles are of the unsupported kind"},
		"mirrored avif":  {file("avif", item{kind: "av01", properties: []string{ispe(200, 200), boxOf("imir", "\x01")}}), measureAVIF, fit.Measure{}, "mirrored"},
		"no meta":        {boxOf("ftyp", "heic"), measureHEIC, fit.Measure{}, "no picture"},
		"nothing":        {"", measureHEIC, fit.Measure{}, "no picture"},
		"cut":            {readFile(t, "quarters.heic")[:100], measureHEIC, fit.Measure{}, "damaged"},
		"large meta":     {boxOf("ftyp", "heic") + boxOf("meta", strings.Repeat("\x00", maxMeta)), measureHEIC, fit.Measure{}, "meta box has"},
	} {
		got, err := c.measure(section(c.file))
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want %s", name, err, c.err)
			}
			continue
		}
		if err != nil || got.Width != c.want.Width || got.Height != c.want.Height || got.Orientation != c.want.Orientation || got.Deep != c.want.Deep ||
			got.Alpha != c.want.Alpha || !bytes.Equal(got.ICC, c.want.ICC) || strings.Join(got.Metadata, " ") != strings.Join(c.want.Metadata, " ") {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
		if pixels := int64(got.Width) * int64(got.Height); got.Peak < compiled+20*pixels || got.Result < 3*pixels {
			t.Errorf("%s: %d bytes, then %d", name, got.Peak, got.Result)
		}
	}
}

// make2s is n times the second item.
func make2s(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = 2
	}
	return list
}

func FuzzMeasure(f *testing.F) {
	for _, name := range []string{"quarters.heic", "quarters420.heic", "turned.avif", "deep.avif", "half.avif", "grid.avif"} {
		f.Add(readFile(f, name))
	}
	f.Add(gridOf(1, item{kind: "hvc1", properties: []string{ispe(512, 512)}}, 512, 512))
	f.Fuzz(func(t *testing.T, file string) {
		for _, measure := range []func(*io.SectionReader) (fit.Measure, error){measureHEIC, measureAVIF} {
			m, err := measure(section(file))
			if err == nil && (m.Width < 1 || m.Height < 1 || m.Peak < int64(m.Width)*int64(m.Height)) {
				t.Fatalf("%+v", m)
			}
		}
	})
}
