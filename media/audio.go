package media

import (
	"bytes"
	"encoding/binary"
	"io"
	"time"
)

// AudioInfo is what WalkAudio finds out about a sound.
type AudioInfo struct {
	Format   Format
	Duration time.Duration
}

// WalkAudio reads an AMR, MP3, WAV or WMA file from r, checks its structure and computes its
// duration. It never decodes. An error is a [*StructureError], or, if r itself failed, that error,
// wrapped.
func WalkAudio(r io.Reader) (AudioInfo, error) {
	in := borrow(r)
	defer giveBack(in)
	a := input{in: in}
	head, err := in.Peek(SniffLen)
	a.note(err)
	a.format = Sniff(head)
	info := AudioInfo{Format: a.format}
	switch a.format {
	case AMR:
		info.Duration, err = a.walkAMR()
	case MP3:
		info.Duration, err = a.walkMP3()
	case WAV:
		info.Duration, err = a.walkWAV()
	case WMA:
		info.Duration, err = a.walkWMA()
	default:
		return info, a.fail(NotAudio, "only amr, mp3, wav and wma are")
	}
	if err == nil && a.failed != nil {
		err = a.fail(Damaged, "")
	}
	return info, err
}

// The sizes of AMR frames with their first byte, by frame type (RFC 4867 §3.6, tables 2 and 3); 0
// is not in use.
var (
	amrSizes     = [16]int64{13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1}
	amrWideSizes = [16]int64{18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1}
)

// walkAMR counts frames, which are 20 ms each. The first byte of a frame is 0, type 4 bits, quality
// 1 bit, 00.
func (a *input) walkAMR() (time.Duration, error) {
	header, sizes := amrHeader, &amrSizes
	if string(a.peek(len(amrWideHeader))) == amrWideHeader {
		header, sizes = amrWideHeader, &amrWideSizes
	}
	a.skip(int64(len(header)))
	var frames time.Duration
	for ; ; frames++ {
		b := a.peek(1)
		if len(b) == 0 {
			break
		}
		size := sizes[b[0]>>3&15]
		if b[0]&0x83 != 0 || size == 0 {
			return 0, a.fail(Damaged, "an invalid frame type")
		}
		if !a.skip(size) {
			return 0, a.fail(Damaged, reasonFrame)
		}
	}
	if frames == 0 {
		return 0, a.fail(Damaged, "no frame")
	}
	return frames * 20 * time.Millisecond, nil
}

// walkMP3 adds up the frames. Tags before, after and between them are passed over, as players do;
// so is a last frame that is cut.
//
//	'ID3' version 2  flags 1  size 4, 7 bits a byte    a tag before the sound
func (a *input) walkMP3() (time.Duration, error) {
	for b := a.peek(10); len(b) == 10 && string(b[:3]) == "ID3"; b = a.peek(10) {
		size := int64(b[6]&0x7F)<<21 | int64(b[7]&0x7F)<<14 | int64(b[8]&0x7F)<<7 | int64(b[9]&0x7F)
		if b[5]&0x10 != 0 { // a footer repeats the header
			size += 10
		}
		if !a.skip(10 + size) {
			return 0, a.fail(Header, "a tag extends beyond the end of the file")
		}
	}
	var total time.Duration
	var frames int
	for {
		b := a.peek(4)
		if len(b) < 4 {
			break
		}
		size, duration := mp3Frame(b)
		if size == 0 {
			w := a.window()
			next := bytes.IndexByte(w[1:], 0xFF)
			if next < 0 {
				next = len(w) - 1
			}
			a.skip(int64(1 + next))
			continue
		}
		frames++
		total += duration
		if !a.skip(size) {
			break
		}
	}
	if frames == 0 {
		return 0, a.fail(Damaged, "no frame")
	}
	return total, nil
}

// The bit rates of layer III in kbit/s (ISO/IEC 11172-3 §2.4.2.3, 13818-3 §2.4.2.3), by version and
// index.
var (
	mp3Rates    = [16]int64{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}
	mp3LowRates = [16]int64{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}
)

// mp3Frame reads the header of a frame of layer III. The size is 0 if b is not one.
//
//	sync 11 bits  version 2  layer 2  no CRC 1    bit rate 4  sample rate 2  padding 1  private 1 …
func mp3Frame(b []byte) (size int64, duration time.Duration) {
	version, rate := b[1]>>3&3, b[2]>>2&3
	if b[0] != 0xFF || b[1]&0xE6 != 0xE2 || version == 1 || rate == 3 {
		return 0, 0
	}
	hertz := [3]int64{44100, 48000, 32000}[rate]
	bits, samples := mp3Rates[b[2]>>4], int64(1152)
	if version != 3 { // MPEG 2, and 2.5
		bits, samples = mp3LowRates[b[2]>>4], 576
		hertz /= 2
	}
	if version == 0 {
		hertz /= 2
	}
	if bits == 0 {
		return 0, 0
	}
	size = samples/8*bits*1000/hertz + int64(b[2]>>1&1)
	return size, time.Duration(samples) * time.Second / time.Duration(hertz)
}

// walkWAV reads the chunks: name 4, size 4, data, and a byte of padding where the size is odd. All
// numbers are little-endian.
//
//	'fmt '  format 2  channels 2  sample rate 4  bytes a second 4 …
//	'data'  the samples; to the end of the file if the size is 0 or 0xFFFFFFFF (written to a pipe)
func (a *input) walkWAV() (time.Duration, error) {
	a.skip(12)
	var perSecond int64
	for {
		b := a.peek(20)
		if len(b) < 8 {
			return 0, a.fail(Damaged, "no samples")
		}
		name, size := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
		switch name {
		case "fmt ":
			if len(b) < 20 || size < 16 {
				return 0, a.fail(Header, "a format chunk too short")
			}
			perSecond = int64(binary.LittleEndian.Uint32(b[16:]))
		case "data":
			if perSecond == 0 {
				return 0, a.fail(Header, "no format before the samples")
			}
			a.skip(8)
			start := a.offset
			if open := size == 0 || size == 1<<32-1; open {
				for a.skip(1 << 20) {
				}
			} else if !a.skip(size) {
				return 0, a.fail(Damaged, "the samples extend beyond the end of the file")
			}
			seconds := float64(a.offset-start) / float64(perSecond)
			return time.Duration(seconds * float64(time.Second)), nil
		}
		if !a.skip(8 + size + size&1) {
			return 0, a.fail(Damaged, reasonCut)
		}
	}
}

// asfFile is the GUID of the ASF object that has the duration.
const asfFile = "\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53\x65"

// walkWMA looks for the file properties among the objects of an ASF header, each GUID 16, size 8,
// data; all numbers are little-endian. The data packets are not read.
//
//	file id 16  file size 8  created 8  packets 8
//	play duration 8 (100 ns)  send duration 8  preroll 8 (ms) …
func (a *input) walkWMA() (time.Duration, error) {
	const object = 16 + 8
	head := a.peek(object)
	if len(head) < object {
		return 0, a.fail(Header, reasonFrame)
	}
	end := int64(binary.LittleEndian.Uint64(head[16:]))
	a.skip(object + 4 + 2) // number of objects, reserved
	for a.offset+object <= end {
		b := a.peek(object + 80)
		if len(b) < object {
			break
		}
		size := binary.LittleEndian.Uint64(b[16:])
		if size < object || size > 1<<40 {
			return 0, a.fail(Header, "an object of an invalid size")
		}
		if string(b[:16]) == asfFile && len(b) >= object+64 && size >= object+64 {
			played, preroll := binary.LittleEndian.Uint64(b[object+40:]), binary.LittleEndian.Uint64(b[object+56:])
			if played > 1<<50 || preroll > 1<<40 {
				return 0, a.fail(Header, "an invalid duration")
			}
			return max(time.Duration(played)*100-time.Duration(preroll)*time.Millisecond, 0), nil
		}
		if !a.skip(int64(size)) {
			break
		}
	}
	return 0, a.fail(Header, "no file properties")
}

const reasonFrame = "cut inside a frame"
