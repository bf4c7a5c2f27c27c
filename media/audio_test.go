package media_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/wxup/wxup/media"
)

const (
	asfHeader = "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"
	asfFile   = "\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53\x65"
	asfStream = "\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65"
	asfAudio  = "\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
	asfVideo  = "\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
)

func le64(n uint64) string { return string(binary.LittleEndian.AppendUint64(nil, n)) }
func le32(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }

func asfObject(guid, data string) string { return guid + le64(uint64(24+len(data))) + data }

// asf is an ASF header with streams of the given types: 12 s, of which 3 s are preroll.
func asf(streams ...string) string {
	data := strings.Repeat("\x00", 40) + le64(120_000_000) + le64(90_000_000) + le64(3000) + strings.Repeat("\x00", 16)
	body := asfObject(asfFile, data)
	for _, s := range streams {
		body += asfObject(asfStream, s+strings.Repeat("\x00", 38))
	}
	return asfHeader + le64(uint64(30+len(body))) + le32(uint32(1+len(streams))) + "\x01\x02" + body
}

// amr is n frames of 12.2 kbit/s.
func amr(n int) string {
	return "#!AMR\n" + strings.Repeat("\x3C"+strings.Repeat("\x11", 31), n)
}

// mp3 is n frames of 128 kbit/s at 44.1 kHz.
func mp3(n int) string { return strings.Repeat("\xFF\xFB\x90\x64"+strings.Repeat("\x00", 413), n) }

// wav is 8 kHz, 16 bits, one channel.
func wav(size uint32, samples int) string {
	format := "\x01\x00\x01\x00" + le32(8000) + le32(16000) + "\x02\x00\x10\x00"
	return "RIFF" + le32(36+size) + "WAVE" + "fmt " + le32(16) + format +
		"LIST" + le32(3) + "abc\x00" + "data" + le32(size) + strings.Repeat("\x00", samples)
}

// sounds are whole files and their durations.
var sounds = map[string]struct {
	file   string
	format media.Format
	want   time.Duration
}{
	"amr":            {amr(50), media.AMR, time.Second},
	"amr, silence":   {"#!AMR\n\x44" + strings.Repeat("\x00", 5) + "\x7C", media.AMR, 40 * time.Millisecond},
	"amr, wide":      {"#!AMR-WB\n" + strings.Repeat("\x44"+strings.Repeat("\x11", 60), 100), media.AMR, 2 * time.Second},
	"mp3":            {mp3(38), media.MP3, 38 * 1152 * time.Second / 44100},
	"mp3, tags":      {"ID3\x03\x00\x00\x00\x00\x01\x00" + strings.Repeat("\xFF", 128) + mp3(2) + "TAG" + strings.Repeat(" ", 125), media.MP3, 2 * 1152 * time.Second / 44100},
	"mp3, 2.5":       {strings.Repeat("\xFF\xE3\x40\x00"+strings.Repeat("\x00", 284), 10), media.MP3, 10 * 576 * time.Second / 11025},
	"mp3, cut frame": {mp3(3)[:417*2+100], media.MP3, 3 * 1152 * time.Second / 44100},
	"wav":            {wav(32000, 32000), media.WAV, 2 * time.Second},
	"wav, a pipe":    {wav(1<<32-1, 8000), media.WAV, 500 * time.Millisecond},
	"wma":            {asf(asfAudio) + "data", media.WMA, 9 * time.Second},
}

func TestWalkAudio(t *testing.T) {
	for name, s := range sounds {
		for _, r := range []io.Reader{strings.NewReader(s.file), iotest.OneByteReader(strings.NewReader(s.file))} {
			got, err := media.WalkAudio(r)
			if err != nil || got.Format != s.format || (got.Duration-s.want).Abs() > time.Millisecond {
				t.Errorf("%s: %+v, %v; want %v", name, got, err, s.want)
			}
		}
		if s.format.Class() != media.Audio || s.format.Suffix() != string(s.format) {
			t.Errorf("%s: class %q, suffix %q", name, s.format.Class(), s.format.Suffix())
		}
	}
	if !media.WMA.Fits(media.WMA) || media.WMA.Fits(media.WMV) || media.MP3.Fits(media.AMR) {
		t.Error("Fits")
	}
	for name, c := range map[string]struct {
		file string
		want media.Kind
	}{
		"nothing":              {"", media.NotAudio},
		"jpeg":                 {string(makeJPEG(t, 8, 8)), media.NotAudio},
		"amr, no frame":        {"#!AMR\n", media.Damaged},
		"amr, cut":             {amr(3)[:100], media.Damaged},
		"amr, reserved type":   {amr(1) + "\x54", media.Damaged},
		"mp3, a tag alone":     {"ID3\x03\x00\x00\x00\x00\x00\x04abcd", media.Damaged},
		"mp3, cut tag":         {"ID3\x03\x00\x00\x00\x00\x01\x00", media.Header},
		"mp3, free bit rate":   {"\xFF\xFB\x00\x64" + strings.Repeat("\x00", 99), media.Damaged},
		"wav, cut":             {wav(32000, 100), media.Damaged},
		"wav, header alone":    {wav(0, 0)[:36], media.Damaged},
		"wav, no format":       {"RIFF\x24\x00\x00\x00WAVEdata" + le32(4) + "abcdefghijkl", media.Header},
		"wma, no properties":   {asfHeader + le64(200) + le32(1) + "\x01\x02" + asfObject(asfStream, asfAudio), media.Header},
		"wma, no bytes a size": {asfHeader + le64(200) + le32(1) + "\x01\x02" + asfStream + le64(0) + asfAudio + strings.Repeat("\x00", 99), media.Header},
	} {
		_, err := media.WalkAudio(strings.NewReader(c.file))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	broken := errors.New("broken")
	for name, s := range sounds {
		r := io.MultiReader(strings.NewReader(s.file[:len(s.file)/2]), iotest.ErrReader(broken))
		if _, err := media.WalkAudio(r); s.format != media.WMA && !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzWalkAudio(f *testing.F) {
	for _, s := range sounds {
		f.Add([]byte(s.file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		info, err := media.WalkAudio(bytes.NewReader(file))
		if err != nil {
			var e *media.StructureError
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > int64(len(file)) {
				t.Fatalf("%v of %d bytes", err, len(file))
			}
			return
		}
		if info.Format.Class() != media.Audio || info.Duration < 0 {
			t.Fatalf("%+v", info)
		}
	})
}
