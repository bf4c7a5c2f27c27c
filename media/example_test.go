package media_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"

	"github.com/wxup/wxup/media"
)

// A server digests, checks and keeps an upload in one pass.
func ExampleWalk() {
	var file bytes.Buffer
	png.Encode(&file, image.NewGray(image.Rect(0, 0, 64, 48)))
	upload := bytes.NewReader(file.Bytes())

	var kept bytes.Buffer
	digest, _ := media.NewDigest(media.SHA256)
	r := io.TeeReader(upload, io.MultiWriter(digest, &kept))

	info, err := media.Walk(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	io.Copy(io.Discard, r) // what the walk left

	fmt.Println(info.Format.MIME(), info.Width, info.Height)
	fmt.Println(len(digest.Sum(nil)), kept.Len() == file.Len())
	// Output:
	// image/png 64 48
	// 32 true
}

// The kinds of refusal are errors.
func ExampleStructureError() {
	_, err := media.Walk(bytes.NewReader([]byte("\xFF\xD8\xFF\xD9")))
	fmt.Println(err)
	fmt.Println(errors.Is(err, media.Header), errors.Is(err, media.TooBig))
	// Output:
	// jpeg: unreadable header: no frame (at byte 4)
	// true false
}
