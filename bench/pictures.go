package main

import (
	"encoding/binary"
	"math/rand/v2"
)

// jpegOfSize is a JPEG in structure, of exactly size bytes: a header, one scan of random data as
// entropy-coded data looks (one byte in 256 is FF, and stuffed), the end. Nobody here decodes it.
func jpegOfSize(size int, seed uint64) []byte {
	b := append([]byte("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"+
		"\xFF\xC0\x00\x0B\x08"), 0, 0, 0, 0, 1, 1, 0x11, 0)
	binary.BigEndian.PutUint16(b[len(b)-8:], 1500)
	binary.BigEndian.PutUint16(b[len(b)-6:], 2000)
	b = append(b, "\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00"...)
	r := rand.New(rand.NewPCG(seed, 1))
	for len(b) < size-3 {
		c := byte(r.Uint32())
		if b = append(b, c); c == 0xFF {
			b = append(b, 0)
		}
	}
	for len(b) < size-2 {
		b = append(b, 0x55)
	}
	return append(b[:size-2], 0xFF, 0xD9)
}
