package main

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/wxup/wxup"
)

// bars show on a terminal how far the uploads have come: one line for each of those that are being sent, up to barsMost,
// and one for all.
type bars struct {
	p         *program
	container *mpb.Progress
	total     *mpb.Bar // nil for a single file
	files     int
	bytes     int64
	begun     time.Time

	done atomic.Int64 // files
	sent atomic.Int64 // bytes that went over the wire

	mu   sync.Mutex
	each map[int]*fileBar // by item
}

type fileBar struct {
	bar     *mpb.Bar     // nil if there are enough bars already
	phase   atomic.Value // wxup.Phase
	begun   atomic.Value // time.Time of this try
	counted int64        // bytes of it that are in the bar for all
	sent    int64        // in this try
}

const (
	barsMost  = 8
	barsName  = 28 // columns
	barsWidth = 24
)

func newBars(p *program, w io.Writer, items []item) *bars {
	b := &bars{p: p, files: len(items), begun: time.Now(), each: map[int]*fileBar{}}
	for i := range items {
		if items[i].err == nil && items[i].same < 0 {
			b.bytes += max(items[i].size, 0)
		}
	}
	b.container = mpb.New(mpb.WithOutput(w), mpb.WithAutoRefresh(), mpb.WithRefreshRate(120*time.Millisecond))
	if len(items) > 1 {
		b.total = b.container.New(0, barStyle(), mpb.BarPriority(1<<30), mpb.BarWidth(barsWidth),
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string {
				return column(fmt.Sprintf(p.say("%d of %d files", "第 %d/%d 个文件"), b.done.Load(), b.files), barsName)
			})),
			mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string {
				return amounts(s.Current, b.bytes, b.sent.Load(), time.Since(b.begun))
			})))
		b.total.SetTotal(b.bytes, false)
	}
	return b
}

func barStyle() mpb.BarStyleComposer {
	return mpb.BarStyle().Lbound(" ▕").Filler("█").Tip("█").Padding("·").Rbound("▏ ")
}

// column is a text that takes n columns of a terminal: a Chinese character takes two. Of one that is too long the end is
// kept, as that of a path says more than its head.
func column(s string, n int) string {
	const cut = "…"
	if left := n - runewidth.StringWidth(cut); runewidth.StringWidth(s) > n {
		from := len(s)
		for from > 0 {
			c, size := utf8.DecodeLastRuneInString(s[:from])
			if left -= runewidth.RuneWidth(c); left < 0 {
				break
			}
			from -= size
		}
		s = cut + s[from:]
	}
	return runewidth.FillRight(s, n)
}

// amounts is "1.2/3.4 MB  850 KB/s  0:03": how much of it, how fast, how long still.
func amounts(current, whole, sent int64, took time.Duration) string {
	s := fmt.Sprintf("%s/%s", bytesText(current), bytesText(whole))
	if sent == 0 || took < time.Second {
		return s
	}
	speed := float64(sent) / took.Seconds()
	left := time.Duration(float64(max(whole-current, 0)) / speed * float64(time.Second))
	return fmt.Sprintf("%s  %s/s  %s", s, bytesText(int64(speed)), clock(left))
}

// clock is a duration as 0:03, 12:45 or 1:02:03.
func clock(d time.Duration) string {
	s := int64(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// bytesText is a size as people read it.
func bytesText(n int64) string {
	switch {
	case n >= wxup.MB*1000:
		return fmt.Sprintf("%.1f GB", float64(n)/wxup.MB/1024)
	case n >= wxup.KB*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/wxup.MB)
	case n >= 1000:
		return fmt.Sprintf("%d KB", (n+wxup.KB/2)/wxup.KB)
	}
	return fmt.Sprintf("%d B", n)
}

// progress moves the bars. whole is the item's size as it lies there.
func (b *bars) progress(i int, name string, whole int64, pr wxup.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.each[i]
	if f == nil {
		if pr.Phase == wxup.Done || pr.Phase == wxup.Hashing {
			return
		}
		f = &fileBar{}
		f.begun.Store(time.Now())
		f.phase.Store(pr.Phase)
		if len(b.each) < barsMost {
			f.bar = b.newBar(f, name)
		}
		b.each[i] = f
	}
	before := f.phase.Swap(pr.Phase)
	switch pr.Phase {
	case wxup.Sending:
		if before != wxup.Sending {
			f.begun.Store(time.Now())
		}
		if pr.Sent < f.sent { // another try
			f.sent = 0
		}
		b.sent.Add(pr.Sent - f.sent)
		f.sent = pr.Sent
		if f.bar != nil {
			f.bar.SetTotal(pr.Size, false)
			f.bar.SetCurrent(pr.Sent)
		}
		if pr.Size > 0 { // of the bytes that lie there, not of what they were fitted into
			b.count(f, int64(float64(max(whole, 0))*float64(pr.Sent)/float64(pr.Size)))
		}
	case wxup.Done:
		if f.bar != nil {
			f.bar.Abort(true)
			f.bar = nil
		}
	}
}

func (b *bars) newBar(f *fileBar, name string) *mpb.Bar {
	name = column(name, barsName)
	return b.container.New(0, barStyle(), mpb.BarRemoveOnComplete(), mpb.BarWidth(barsWidth),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return name })),
		mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string {
			switch f.phase.Load() {
			case wxup.Fitting:
				return b.p.say("fitting", "调整中")
			case wxup.Waiting:
				return b.p.say("waiting", "等待中")
			case wxup.Hashing:
				return b.p.say("checking", "检查中")
			}
			return amounts(s.Current, s.Total, s.Current, time.Since(f.begun.Load().(time.Time)))
		})))
}

// count moves the bar for all on, never back.
func (b *bars) count(f *fileBar, bytes int64) {
	if more := bytes - f.counted; more > 0 {
		f.counted = bytes
		if b.total != nil {
			b.total.IncrInt64(more)
		}
	}
}

// finished counts a file that has an outcome.
func (b *bars) finished(i int, whole int64, counts bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done.Add(1)
	f := b.each[i]
	if f == nil {
		f = &fileBar{}
	}
	if f.bar != nil {
		f.bar.Abort(true)
	}
	if counts {
		b.count(f, max(whole, 0))
	}
	delete(b.each, i)
}

// Write prints above the bars.
func (b *bars) Write(text []byte) (int, error) { return b.container.Write(text) }

// close takes the bars away.
func (b *bars) close() {
	b.mu.Lock()
	for _, f := range b.each {
		if f.bar != nil {
			f.bar.Abort(true)
		}
	}
	b.mu.Unlock()
	if b.total != nil {
		b.total.Abort(true)
	}
	b.container.Wait()
}
