package media

import (
	"encoding/binary"
	"hash"
	"math/bits"
)

// SM3 is the hash of GB/T 32905-2016 (also ISO/IEC 10118-3:2018). Its structure is that of SHA-256:
// blocks of 64 bytes, eight words of state, 64 rounds, the message's length in bits at the end. The
// names below are the standard's.
const (
	sm3Size  = 32
	sm3Block = 64
)

// sm3IV is the state before the first block (§4.1).
var sm3IV = [8]uint32{0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e}

type sm3 struct {
	v      [8]uint32
	block  [sm3Block]byte
	filled int    // bytes waiting in block
	length uint64 // bytes written in all
}

// NewSM3 returns a hash that computes SM3.
func NewSM3() hash.Hash {
	s := new(sm3)
	s.Reset()
	return s
}

func (s *sm3) Reset()         { *s = sm3{v: sm3IV} }
func (s *sm3) Size() int      { return sm3Size }
func (s *sm3) BlockSize() int { return sm3Block }

func (s *sm3) Write(p []byte) (int, error) {
	n := len(p)
	s.length += uint64(n)
	if s.filled > 0 {
		took := copy(s.block[s.filled:], p)
		s.filled += took
		p = p[took:]
		if s.filled < sm3Block {
			return n, nil
		}
		s.compress(s.block[:])
	}
	for len(p) >= sm3Block {
		s.compress(p[:sm3Block])
		p = p[sm3Block:]
	}
	s.filled = copy(s.block[:], p)
	return n, nil
}

// Sum pads a copy of the state (§5.2), so that writing can go on afterwards.
func (s *sm3) Sum(in []byte) []byte {
	end := *s
	var pad [sm3Block + 8]byte
	pad[0] = 0x80
	zeros := (sm3Block + 56 - 1 - s.length%sm3Block) % sm3Block // after the 0x80, up to the last 8 bytes of a block
	n := 1 + zeros
	binary.BigEndian.PutUint64(pad[n:], s.length*8)
	end.Write(pad[:n+8])
	for _, word := range end.v {
		in = binary.BigEndian.AppendUint32(in, word)
	}
	return in
}

// compress takes one block into the state: the function CF of §5.3.
func (s *sm3) compress(block []byte) {
	var w [68]uint32 // the message, expanded (§5.3.2)
	for j := range 16 {
		w[j] = binary.BigEndian.Uint32(block[4*j:])
	}
	for j := 16; j < 68; j++ {
		x := w[j-16] ^ w[j-9] ^ bits.RotateLeft32(w[j-3], 15)
		w[j] = sm3P1(x) ^ bits.RotateLeft32(w[j-13], 7) ^ w[j-6]
	}

	a, b, c, d, e, f, g, h := s.v[0], s.v[1], s.v[2], s.v[3], s.v[4], s.v[5], s.v[6], s.v[7]
	for j := range 64 {
		t := uint32(0x79cc4519)
		ff, gg := a^b^c, e^f^g
		if j >= 16 {
			t = 0x7a879d8a
			ff, gg = a&b|a&c|b&c, e&f|^e&g
		}
		ss1 := bits.RotateLeft32(bits.RotateLeft32(a, 12)+e+bits.RotateLeft32(t, j), 7)
		ss2 := ss1 ^ bits.RotateLeft32(a, 12)
		tt1 := ff + d + ss2 + (w[j] ^ w[j+4])
		tt2 := gg + h + ss1 + w[j]
		d, c, b, a = c, bits.RotateLeft32(b, 9), a, tt1
		h, g, f, e = g, bits.RotateLeft32(f, 19), e, sm3P0(tt2)
	}
	for i, word := range [8]uint32{a, b, c, d, e, f, g, h} {
		s.v[i] ^= word
	}
}

func sm3P0(x uint32) uint32 { return x ^ bits.RotateLeft32(x, 9) ^ bits.RotateLeft32(x, 17) }
func sm3P1(x uint32) uint32 { return x ^ bits.RotateLeft32(x, 15) ^ bits.RotateLeft32(x, 23) }
