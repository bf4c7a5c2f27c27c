package heif

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A HEIF file (ISO/IEC 23008-12) is a string of boxes (ISO/IEC 14496-12): size 4, name 4, data; a
// size of 1 is followed by 8 bytes of size, a size of 0 means the rest. Numbers are big-endian. The
// box meta describes items, one of which is the picture:
//
//	ftyp  meta { pitm iinf { infe … } iref { dimg … } iprp { ipco { ispe colr irot … } ipma } }  mdat
const (
	maxMeta  = 4 << 20 // bytes of a meta box; a phone's has some KB
	maxBoxes = 4096    // in one box
)

var errDamaged = errors.New("its container is damaged")

// container is what the meta box says of the picture.
type container struct {
	kind          string // the picture's item type: hvc1, av01, grid
	width, height int64  // as stored
	coded         int64  // pixels that are decoded: those of all tiles of a grid
	rotation      int    // irot: quarter turns, anticlockwise
	mirrored      bool   // imir
	icc, cicp     []byte // colr
	bits          int    // pixi: of a sample; 0 if it does not say
	alpha         bool
	metadata      []string
}

// readContainer finds the meta box among the first boxes and reads it.
func readContainer(content *io.SectionReader) (*container, error) {
	var at int64
	for range 64 {
		var head [16]byte
		n, err := content.ReadAt(head[:], at)
		if n < 8 {
			if err != nil && err != io.EOF {
				return nil, err
			}
			break
		}
		size, start := int64(binary.BigEndian.Uint32(head[:])), at+8
		switch {
		case size == 0:
			size = content.Size() - at
		case size == 1 && n == 16:
			size, start = int64(binary.BigEndian.Uint64(head[8:])), at+16
		}
		if size < start-at || size > content.Size()-at {
			return nil, errDamaged
		}
		if string(head[4:8]) != "meta" {
			at += size
			continue
		}
		if size > maxMeta {
			return nil, fmt.Errorf("its meta box has %d bytes", size)
		}
		body := make([]byte, at+size-start)
		if _, err := content.ReadAt(body, start); err != nil && err != io.EOF {
			return nil, err
		}
		return readMeta(body)
	}
	return nil, errors.New("it contains no picture")
}

// A box is a name and its data.
type box struct {
	name string
	data []byte
}

// boxes splits the data of a box that contains boxes.
func boxes(b []byte) ([]box, error) {
	var list []box
	for len(b) > 0 {
		if len(b) < 8 || len(list) == maxBoxes {
			return nil, errDamaged
		}
		size, start := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch {
		case size == 0:
			size = uint64(len(b))
		case size == 1 && len(b) >= 16:
			size, start = binary.BigEndian.Uint64(b[8:]), 16
		}
		if size < start || size > uint64(len(b)) {
			return nil, errDamaged
		}
		list = append(list, box{string(b[4:8]), b[start:size]})
		b = b[size:]
	}
	return list, nil
}

// fields reads big-endian numbers off the front of a box. What is missing is 0.
type fields struct {
	b     []byte
	short bool
}

func (f *fields) number(size int) uint32 {
	if len(f.b) < size {
		f.b, f.short = nil, true
		return 0
	}
	var n uint32
	for _, digit := range f.b[:size] {
		n = n<<8 | uint32(digit)
	}
	f.b = f.b[size:]
	return n
}

// version reads the version and flags of a full box.
func (f *fields) version() (version, flags uint32) {
	n := f.number(4)
	return n >> 24, n & 0xFFFFFF
}

// items are the contents of a meta box, by item ID.
type items struct {
	primary    uint32
	kinds      map[uint32]string
	tiles      map[uint32][]uint32 // iref dimg: what an item is made of
	properties []box               // ipco
	owned      map[uint32][]int    // ipma: indices of properties
}

func readMeta(b []byte) (*container, error) {
	f := fields{b: b}
	f.version()
	list, err := boxes(f.b)
	if err != nil {
		return nil, err
	}
	it := items{kinds: map[uint32]string{}, tiles: map[uint32][]uint32{}, owned: map[uint32][]int{}}
	for _, x := range list {
		f := fields{b: x.data}
		switch x.name {
		case "pitm":
			version, _ := f.version()
			it.primary = f.number(idSize(version))
		case "iinf":
			version, _ := f.version()
			f.number(idSize(version)) // count
			err = it.readInfo(f.b)
		case "iref":
			version, _ := f.version()
			err = it.readReferences(f.b, idSize(version))
		case "iprp":
			err = it.readProperties(f.b)
		}
		if err != nil {
			return nil, err
		}
	}
	return it.picture()
}

func idSize(version uint32) int {
	if version == 0 {
		return 2
	}
	return 4
}

// readInfo reads infe boxes: ID 2 or 4, protection 2, type 4.
func (it *items) readInfo(b []byte) error {
	list, err := boxes(b)
	for _, x := range list {
		f := fields{b: x.data}
		version, _ := f.version()
		size := 2
		if version >= 3 {
			size = 4
		}
		id := f.number(size)
		f.number(2)
		if x.name == "infe" && version >= 2 && len(f.b) >= 4 {
			it.kinds[id] = string(f.b[:4])
		}
	}
	return err
}

// readReferences reads the parts of derived pictures: from 2 or 4, count 2, to 2 or 4 …
func (it *items) readReferences(b []byte, size int) error {
	list, err := boxes(b)
	for _, x := range list {
		if x.name != "dimg" {
			continue
		}
		f := fields{b: x.data}
		from := f.number(size)
		for range f.number(2) {
			it.tiles[from] = append(it.tiles[from], f.number(size))
		}
		if f.short {
			return errDamaged
		}
	}
	return err
}

// readProperties reads ipco, and which items have which properties:
//
//	count 4, and for each item:  ID 2 or 4, count 1, and for each property: essential 1 bit, index
func (it *items) readProperties(b []byte) error {
	list, err := boxes(b)
	for _, x := range list {
		switch x.name {
		case "ipco":
			if it.properties, err = boxes(x.data); err != nil {
				return err
			}
		case "ipma":
			f := fields{b: x.data}
			version, flags := f.version()
			for count := f.number(4); count > 0 && !f.short; count-- {
				id := f.number(idSize(version))
				for range f.number(1) {
					index := f.number(1) & 0x7F
					if flags&1 != 0 {
						index = index<<8 | f.number(1)
					}
					it.owned[id] = append(it.owned[id], int(index)-1)
				}
			}
			if f.short {
				return errDamaged
			}
		}
	}
	return err
}

// of returns an item's properties, in their order.
func (it *items) of(id uint32) []box {
	var list []box
	for _, i := range it.owned[id] {
		if i >= 0 && i < len(it.properties) {
			list = append(list, it.properties[i])
		}
	}
	return list
}

// size returns the dimensions of an item: ispe, version and flags 4, width 4, height 4.
func (it *items) size(id uint32) (width, height int64) {
	for _, p := range it.of(id) {
		if p.name == "ispe" {
			f := fields{b: p.data}
			f.version()
			return int64(f.number(4)), int64(f.number(4))
		}
	}
	return 0, 0
}

func (it *items) picture() (*container, error) {
	c := &container{kind: it.kinds[it.primary]}
	c.width, c.height = it.size(it.primary)
	if c.width < 1 || c.height < 1 || c.width > 1<<16 || c.height > 1<<16 {
		return nil, fmt.Errorf("its header says %d×%d pixels", c.width, c.height)
	}
	c.coded = c.width * c.height
	if c.kind == "grid" {
		if err := c.readTiles(it); err != nil {
			return nil, err
		}
	}
	for _, p := range it.of(it.primary) {
		c.readProperty(p)
	}
	for _, p := range it.properties {
		if p.name == "auxC" && slices.Contains(alphaTypes, cString(p.data)) {
			c.alpha = true
		}
	}
	for _, kind := range it.kinds {
		switch kind {
		case "Exif":
			c.metadata = append(c.metadata, "exif")
		case "mime":
			c.metadata = append(c.metadata, "xmp")
		}
	}
	slices.Sort(c.metadata)
	c.metadata = slices.Compact(c.metadata)
	return c, nil
}

// The types of auxiliary pictures that are transparency, by codec.
var alphaTypes = []string{
	"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
	"urn:mpeg:hevc:2015:auxid:1",
}

// cString returns the text of a full box up to its NUL.
func cString(b []byte) string {
	b = b[min(4, len(b)):]
	if end := slices.Index(b, 0); end >= 0 {
		b = b[:end]
	}
	return string(b)
}

// readTiles adds up the tiles of a grid. They cover the picture and overlap its edges; a grid of
// many more pixels would only keep the decoder busy.
func (c *container) readTiles(it *items) error {
	tiles := it.tiles[it.primary]
	c.coded = 0
	for _, id := range tiles {
		if kind := it.kinds[id]; kind != "hvc1" && kind != "av01" {
			return fmt.Errorf("its tiles are of the unsupported kind %.4q", kind)
		}
		w, h := it.size(id)
		if w < 1 || h < 1 || w > 1<<16 || h > 1<<16 {
			return errDamaged
		}
		c.coded += w * h
		c.kind = it.kinds[id]
	}
	if len(tiles) == 0 || c.coded > 4*c.width*c.height+1<<22 {
		return errDamaged
	}
	return nil
}

// readProperty reads a property of the picture.
//
//	colr: 'prof' or 'rICC', a profile
//	colr: 'nclx' primaries 2  transfer 2  matrix 2  full range 1 bit
//	irot: 6 bits, quarter turns 2 bits      pixi: version and flags 4, channels 1, bits 1 …
func (c *container) readProperty(p box) {
	f := fields{b: p.data}
	switch p.name {
	case "colr":
		if len(f.b) < 4 {
			return
		}
		kind := string(f.b[:4])
		f.b = f.b[4:]
		switch {
		case kind == "prof" || kind == "rICC":
			c.icc = f.b
		case kind == "nclx" && len(f.b) >= 7:
			c.cicp = []byte{byte(f.number(2)), byte(f.number(2)), byte(f.number(2)), byte(f.number(1) >> 7)}
		}
	case "irot":
		c.rotation = int(f.number(1) & 3)
	case "imir":
		c.mirrored = true
	case "pixi":
		f.version()
		f.number(1)
		c.bits = int(f.number(1))
	}
}
