package fit

import "encoding/binary"

// Package icc trusts what a profile claims: a curve of 4 billion points is 8 GB to it. Before it
// sees a profile, soundICC compares the claims with the bytes that are there.
const (
	iccHeader = 128
	iccTags   = 256
	iccMost   = 4 << 20 // bytes; printers' profiles have 0.5 to 2 MB
	iccPoints = 4096    // of a curve; the time to invert one grows with the square
)

// soundICC reports whether the tags of a profile are within it, and its curves and tables within
// their tags.
func soundICC(b []byte) bool {
	if len(b) < iccHeader+4 || len(b) > iccMost || string(b[36:40]) != "acsp" {
		return false
	}
	count := int64(binary.BigEndian.Uint32(b[iccHeader:]))
	table := b[iccHeader+4:]
	if count > iccTags || 12*count > int64(len(table)) {
		return false
	}
	for i := range count {
		offset, size := int64(binary.BigEndian.Uint32(table[12*i+4:])), int64(binary.BigEndian.Uint32(table[12*i+8:]))
		if offset < iccHeader+4+12*count || offset+size > int64(len(b)) || !soundTag(b[offset:offset+size]) {
			return false
		}
	}
	return true
}

// soundTag checks a tag, which starts with its type.
//
//	'mft1' 0 4  inputs 1  outputs 1  points 1  0 1  matrix 36  tables
//	'mft2' 0 4  inputs 1  outputs 1  points 1  0 1  matrix 36  entries 2 2  tables
//	'mAB ' 0 4  inputs 1  outputs 1  0 2  offsets 4 of B curves, matrix, M curves, table, A curves
//	a table: points 16 (of each input)  bytes a value 1  0 3  values
func soundTag(b []byte) bool {
	if len(b) < 4 {
		return len(b) == 0
	}
	switch string(b[:4]) {
	case "curv", "para":
		return soundCurves(b)
	case "mft1", "mft2":
		if len(b) < 52 {
			return false
		}
		inputs, outputs, width := int(b[8]), int(b[9]), 1
		in, out := 256, 256
		rest := b[48:]
		if b[3] == '2' {
			in, out = int(binary.BigEndian.Uint16(b[48:])), int(binary.BigEndian.Uint16(b[50:]))
			width, rest = 2, b[52:]
		}
		if inputs < 1 || inputs > 4 || outputs < 1 || outputs > 4 || in < 2 || in > iccPoints || out < 2 || out > iccPoints {
			return false
		}
		values := outputs
		for range inputs {
			values *= int(b[10])
		}
		return b[10] >= 2 && width*(inputs*in+values+outputs*out) <= len(rest)
	case "mAB ", "mBA ":
		if len(b) < 32 {
			return false
		}
		inputs, outputs := int(b[8]), int(b[9])
		if inputs < 1 || inputs > 4 || outputs < 1 || outputs > 4 {
			return false
		}
		for i := range 5 {
			offset := int64(binary.BigEndian.Uint32(b[12+4*i:]))
			switch {
			case offset == 0:
			case offset > int64(len(b)):
				return false
			case i == 3:
				if !soundTable(b[offset:], inputs, outputs) {
					return false
				}
			case i != 1 && !soundCurves(b[offset:]):
				return false
			}
		}
	}
	return true
}

func soundTable(b []byte, inputs, outputs int) bool {
	if len(b) < 20 || b[16] != 1 && b[16] != 2 {
		return false
	}
	values := outputs
	for _, points := range b[:inputs] {
		values *= int(points)
	}
	return values > 0 && int(b[16])*values <= len(b)-20
}

// soundCurves checks a curve and those that follow it.
//
//	'curv' 0 4  count 4  value 2 …        'para' 0 4  kind 2  0 2  numbers 4 …
func soundCurves(b []byte) bool {
	for len(b) >= 12 {
		size := 12
		switch string(b[:4]) {
		case "curv":
			points := binary.BigEndian.Uint32(b[8:])
			if points > iccPoints {
				return false
			}
			size += 2 * int(points)
		case "para":
			kind := binary.BigEndian.Uint16(b[8:])
			if kind > 4 {
				return false
			}
			size += 4 * [5]int{1, 3, 4, 5, 7}[kind]
		default:
			return true // package icc reads no further
		}
		if size > len(b) {
			return false
		}
		b = b[min((size+3)&^3, len(b)):]
	}
	return true
}
