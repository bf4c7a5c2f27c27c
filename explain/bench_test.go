package explain

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"
)

// large is a request with a file of 2 MB.
func large(mistakes func(c *client)) (*Request, *Known) {
	c := newClient()
	c.file = make([]byte, 2<<20)
	rand.Read(c.file)
	copy(c.file, jpegFile()[:40])
	c.named("filea.jpg")
	mistakes(c)
	return c.request(), c.w.known
}

func benchmark(b *testing.B, mistakes func(c *client)) {
	req, known := large(mistakes)
	var r Report
	b.ReportAllocs()
	for b.Loop() {
		r = V3(req, known)
	}
	b.ReportMetric(float64(r.Work), "hashes")
}

func BenchmarkVerified(b *testing.B)   { benchmark(b, func(*client) {}) }
func BenchmarkEmptyBody(b *testing.B)  { benchmark(b, emptyBody) }
func BenchmarkSpacing(b *testing.B)    { benchmark(b, pythonJSON) }
func BenchmarkWholeForm(b *testing.B)  { benchmark(b, wholeForm) }
func BenchmarkWrongKey(b *testing.B)   { benchmark(b, func(c *client) { c.key = c.w.other }) }
func BenchmarkTwoAtOnce(b *testing.B)  { benchmark(b, all(pythonJSON, swapped)) }
func BenchmarkNobodysKey(b *testing.B) { benchmark(b, func(c *client) { c.encode = garbage }) }
func BenchmarkNothingFits(b *testing.B) {
	benchmark(b, setLine(3, func(*client, string) string { return "made twice" }))
}

func garbage(sig []byte) string {
	return "Zm9v" + newClient().encode(sig)[4:]
}

func BenchmarkV2NothingFits(b *testing.B) {
	c := newV2()
	c.key = "a key that nobody knows"
	c.file = make([]byte, 2<<20)
	req := c.request()
	var r Report
	b.ReportAllocs()
	for b.Loop() {
		r = V2(req, c.known)
	}
	b.ReportMetric(float64(r.Work), "hashes")
}

// BenchmarkMistakes makes every mistake of the table with a file of 2 MB, and tells how long the
// slowest hundredth takes.
func BenchmarkMistakes(b *testing.B) {
	var times []time.Duration
	var work []int
	for b.Loop() {
		for _, m := range v3Mistakes {
			req, known := large(m.make)
			begun := time.Now()
			r := V3(req, known)
			times, work = append(times, time.Since(begun)), append(work, r.Work)
		}
	}
	slices.Sort(times)
	slices.Sort(work)
	ms := func(q int) float64 { return float64(times[(len(times)-1)*q/100]) / 1e6 }
	b.ReportMetric(ms(50), "p50-ms")
	b.ReportMetric(ms(99), "p99-ms")
	b.ReportMetric(float64(work[(len(work)-1)*99/100]), "p99-hashes")
}
