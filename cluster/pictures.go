package main

import (
	"bytes"
	"crypto/rand"
	"image"
	"image/jpeg"
	mathrand "math/rand/v2"
	"sync"
)

// picture makes a JPEG of 1 to 20 KB that no other call makes: a small one with noise in its
// comments.
func picture() []byte {
	base := smallest()
	n := 1<<10 + mathrand.IntN(19<<10)
	b := append(make([]byte, 0, len(base)+n+4), base[:2]...) // SOI
	b = append(b, 0xff, 0xfe, byte((n+2)>>8), byte(n+2))
	noise := make([]byte, n)
	rand.Read(noise)
	b = append(b, noise...)
	return append(b, base[2:]...)
}

var smallest = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
})
