package explain

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// aboutSignature reports whether a cause blames the signature, the sign, the key or the token.
func aboutSignature(id string) bool {
	for _, family := range []string{"v3.key", "v3.hash", "v3.signature", "v3.method", "v3.url", "v3.timestamp", "v3.nonce", "v3.frame", "v3.charset", "v3.body", "v3.meta", "v3.serial", "v3.mchid", "v3.authorization",
		"v2.key", "v2.sign", "v2.hash", "v2.order", "v2.join", "v2.text", "v2.fields", "v2.value", "v2.certificate", "account.token", "clock."} {
		if strings.HasPrefix(id, family) {
			return true
		}
	}
	return false
}

// TestInnocent gives requests whose signature, sign or token is right, but which were refused for
// another reason: too large, of an unknown format, not permitted, too frequent, replayed, … Nothing
// must be said against their proof.
func TestInnocent(t *testing.T) {
	t.Parallel()
	files := [][]byte{jpegFile(), pngFile(), []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00\x00;"), nil, make([]byte, 70_000), []byte("text"), jpegFile()[:300]}
	names := []string{"filea.jpg", "图片.jpg", "a b.png", "photo", "a'b&c=d.JPG", "x.webp", strings.Repeat("n", 120) + ".jpg"}
	n := 0
	said := func(family string, i int, r Report) {
		t.Helper()
		n++
		if !r.Verified {
			t.Errorf("%s %d is not found to be right: %+v", family, i, r)
		}
		for _, f := range r.Findings {
			if aboutSignature(f.Cause) {
				t.Errorf("%s %d: %v", family, i, f)
			}
		}
	}
	for i := range 98 {
		c := newClient()
		c.file = files[i%len(files)]
		c.named(names[i/len(files)%len(names)])
		c.now -= int64(i)
		c.timestamp = fmt.Sprint(c.now)
		if i%3 == 0 {
			c.nonce = rand.Text()
		}
		if i%2 == 1 {
			c.metaHead = "Content-Disposition:form-data;name=\"meta\";\r\n"
			c.close = "--"
		}
		if i%5 == 0 {
			c.meta = strings.Replace(c.meta, "sha256\":\"", "sha256\":\"0", 1) // and a digest that is wrong
		}
		if i%7 == 0 {
			c.target += "?x=1"
		}
		said("v3", i, V3(c.request(), c.w.known))
	}
	for i := range 70 {
		c := newV2()
		c.file = files[i%len(files)]
		if i%2 == 0 {
			c.md5()
		}
		if i%3 == 0 {
			c.set("nonce_str", "abc")
		}
		c.fileHead = strings.Replace(c.fileHead, "filea.jpg", names[i/len(files)%len(names)], 1)
		said("v2", i, V2(c.request(), c.known))
	}
	for i := range 49 {
		c := newAccount()
		c.file = files[i%len(files)]
		c.head = strings.Replace(c.head, "photo.jpg", names[i/len(files)%len(names)], 1)
		if i%4 == 0 { // the first is the one that counts
			c.target = uploadimg + "?access_token=" + goodToken + "&access_token=" + goodToken + "old"
		}
		said("account", i, Account(c.request(), c.known))
	}
	t.Logf("%d requests that are right: nothing said against their proof", n)
}

// TestGarbage gives signatures that nobody made.
func TestGarbage(t *testing.T) {
	t.Parallel()
	n := 0
	for i := range 120 {
		c := newClient()
		known := *c.w.known
		noise := make([]byte, []int{256, 256, 256, 384}[i%4])
		rand.Read(noise)
		noise[0] &= 0x7F
		c.encode = func([]byte) string { return base64.StdEncoding.EncodeToString(noise) }
		if i%6 == 0 { // a right signature with one bit changed
			c.encode = func(sig []byte) string {
				sig[i] ^= 4
				return base64.StdEncoding.EncodeToString(sig)
			}
		}
		if i%10 == 0 { // of a key that nobody knows
			c.encode, c.key = base64.StdEncoding.EncodeToString, c.w.stranger
			known.Platform = known.Platform[:1]
		}
		r := V3(c.request(), &known)
		for _, f := range r.Findings {
			if f.Cause == "v3.key.size" && len(noise) == 384 || f.Cause == "v3.key.unknown" {
				continue // that much is plain
			}
			t.Errorf("%d: %+v", i, f)
		}
		if len(r.Findings) == 0 && (len(r.RuledOut) == 0 || len(r.Check) < 3) {
			t.Errorf("%d: nothing was found, and nothing is said of it: %+v", i, r)
		}
		n++
	}
	for i := range 24 { // the same long search each time
		c := newV2()
		noise := make([]byte, []int{16, 32}[i%2])
		rand.Read(noise)
		if i%3 == 0 {
			c.md5()
		}
		c.encode = func([]byte) string { return fmt.Sprintf("%X", noise) }
		r := V2(c.request(), c.known)
		if fmt.Sprint(r.Findings) != "[v2.sign.unknown]" {
			t.Errorf("v2 %d: %+v", i, r)
		}
		n++
	}
	// The right key over a text that cannot be guessed.
	for i := range 8 {
		c := newClient()
		setLine(3, func(*client, string) string { return rand.Text() })(c)
		r := V3(c.request(), c.w.known)
		if fmt.Sprint(r.Findings) != "[v3.text.unknown]" || len(r.RuledOut) < 2 {
			t.Errorf("%d: %+v", i, r)
		}
		n++
	}
	t.Logf("%d signatures that nobody made: no cause named", n)
}
