package term

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAmounts(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1 KB", 200 << 10: "200 KB", 4710: "4.6 KB", 1<<20 - 1: "1 MB", 2 << 20: "2 MB",
		2<<20 + 200<<10: "2.2 MB", 1<<30 - 1: "1 GB", 3 << 29: "1.5 GB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{2 << 20: "≤ 2 MB", 1<<20 - 1: "< 1 MB"} {
		if got := Limit(n); got != want {
			t.Errorf("Limit(%d) = %s, want %s", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "< 0.1 ms", 10 * time.Microsecond: "< 0.1 ms", 400 * time.Microsecond: "0.4 ms", 12300 * time.Microsecond: "12 ms",
		1234 * time.Millisecond: "1.2 s", 125 * time.Second: "2:05", time.Hour + 2*time.Second: "1:00:02",
	} {
		if got := Took(d); got != want {
			t.Errorf("Took(%v) = %s, want %s", d, got, want)
		}
	}
	if got, want := amounts(1<<20, 3<<20, 1<<20, 2*time.Second), "1 MB/3 MB  512 KB/s  0:04"; got != want {
		t.Errorf("amounts = %s, want %s", got, want)
	}
}

func TestName(t *testing.T) {
	for name, want := range map[string]string{
		"图 片.jpg": "图 片.jpg", "a\nb.jpg": `"a\nb.jpg"`, "\x1b[31mred": `"\x1b[31mred"`, "bad\xff": `"bad\xff"`, "l\u2028s": `"l\u2028s"`,
	} {
		if got := Name(name); got != want {
			t.Errorf("Name(%q) = %s, want %s", name, got, want)
		}
	}
	if got, want := Line("a\nb\x1b[0m"), "a b [0m"; got != want {
		t.Errorf("Line = %q, want %q", got, want)
	}
	if got := NameColumn(slices.Values([]string{"a", "接口", strings.Repeat("x", 99)})); got != maxNameColumn {
		t.Errorf("NameColumn = %d, want %d", got, maxNameColumn)
	}
}

func TestColumns(t *testing.T) {
	got := Table([][]string{{"接口", "上传"}, {"article", "3"}, {"x", "12345"}})
	want := "接口       上传\narticle       3\nx         12345\n"
	if got != want {
		t.Errorf("the table is\n%s, want\n%s", got, want)
	}
	for n := 3; n < 30; n++ {
		if got := Column("图片/很长的文件名.jpg", n); Width(got) != n {
			t.Errorf("in %d columns: %q takes %d", n, got, Width(got))
		}
	}
	if got := Column("a.jpg", 8); got != "a.jpg   " {
		t.Errorf("a short name in a column is %q", got)
	}
}

func TestPainter(t *testing.T) {
	var b bytes.Buffer
	if got := PainterFor(&b).Paint(Red, "x"); got != "x" {
		t.Errorf("not on a terminal: %q", got)
	}
	if got := Painter(true).Paint(Red, "x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("on a terminal: %q", got)
	}
}

// TestBars counts what bars show: the bar for all goes from nothing to the whole, also if a try
// begins anew.
func TestBars(t *testing.T) {
	var out bytes.Buffer
	b := NewBars(&out, 3, 600, func(done int) string { return fmt.Sprintf("%d of 3", done) })
	b.Phase(0, "a", "waiting")
	b.Sending(0, "a", 100, 50, 50)
	b.Sent(0)
	b.Finished(0, 100)
	b.Sending(1, "b", 200, 150, 200)
	b.Sending(1, "b", 200, 10, 200) // another try
	if got := b.total.Current(); got != 250 {
		t.Errorf("after a file and three quarters of one the bar for all is at %d, want 250", got)
	}
	if got := b.sent.Load(); got != 50+150+10 {
		t.Errorf("%d bytes were sent, want 210", got)
	}
	b.Finished(1, 200)
	b.Left(2)
	if got, done := b.total.Current(), b.done.Load(); got != 300 || done != 2 {
		t.Errorf("at the end the bar for all is at %d with %d transfers, want 300 with 2", got, done)
	}
	fmt.Fprintln(b, "a line above")
	b.Close()
}
