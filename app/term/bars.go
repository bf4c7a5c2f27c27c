package term

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Bars show on a terminal how far transfers have come: a bar for each transfer under way, up to
// maxBars, and one for all. The caller identifies a transfer by a number.
type Bars struct {
	container *mpb.Progress
	total     *mpb.Bar // nil for a single transfer
	bytes     int64
	begun     time.Time

	done atomic.Int64 // transfers
	sent atomic.Int64 // bytes over the wire, those of failed tries included

	mu   sync.Mutex
	each map[int]*transfer
}

type transfer struct {
	bar     *mpb.Bar     // nil if there were enough bars already
	phase   atomic.Value // string: what it does instead of sending; "" is sending
	begun   atomic.Value // time.Time of this try
	counted int64        // bytes of it that are in the bar for all
	sent    int64        // bytes in this try
}

const (
	maxBars  = 8
	barName  = 28 // columns
	barWidth = 24
)

// NewBars starts bars for a number of transfers with that many bytes together. title is the text
// before the bar for all.
func NewBars(w io.Writer, transfers int, bytes int64, title func(done int) string) *Bars {
	b := &Bars{bytes: bytes, begun: time.Now(), each: map[int]*transfer{}}
	b.container = mpb.New(mpb.WithOutput(w), mpb.WithAutoRefresh(), mpb.WithRefreshRate(120*time.Millisecond))
	if transfers > 1 {
		b.total = b.container.New(0, barStyle(), mpb.BarPriority(1<<30), mpb.BarWidth(barWidth),
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string {
				return Column(title(int(b.done.Load())), barName)
			})),
			mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string {
				return amounts(s.Current, b.bytes, b.sent.Load(), time.Since(b.begun))
			})))
		b.total.SetTotal(bytes, false)
	}
	return b
}

func barStyle() mpb.BarStyleComposer {
	return mpb.BarStyle().Lbound(" ▕").Filler("█").Tip("█").Padding("·").Rbound("▏ ")
}

// amounts returns how much has come, how fast, and the time that is left: "1.2 MB/3.4 MB 850 KB/s
// 0:03".
func amounts(current, whole, sent int64, took time.Duration) string {
	s := fmt.Sprintf("%s/%s", Bytes(current), Bytes(whole))
	if sent == 0 || took < time.Second {
		return s
	}
	speed := float64(sent) / took.Seconds()
	left := time.Duration(float64(max(whole-current, 0)) / speed * float64(time.Second))
	return fmt.Sprintf("%s  %s/s  %s", s, Bytes(int64(speed)), Clock(left))
}

// Phase shows what a transfer does other than sending, such as waiting.
func (b *Bars) Phase(i int, name, phase string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.transfer(i, name).phase.Store(phase)
}

// Sending shows that a transfer has sent a part of size bytes. whole is the size that the transfer
// has in the bar for all, which differs from size if the file was changed to fit.
func (b *Bars) Sending(i int, name string, whole, sent, size int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.transfer(i, name)
	if f.phase.Swap("") != "" {
		f.begun.Store(time.Now())
	}
	if sent < f.sent { // another try
		f.sent = 0
	}
	b.sent.Add(sent - f.sent)
	f.sent = sent
	if f.bar != nil {
		f.bar.SetTotal(size, false)
		f.bar.SetCurrent(sent)
	}
	if size > 0 {
		b.count(f, int64(float64(max(whole, 0))*float64(sent)/float64(size)))
	}
}

// Sent removes the bar of a transfer that has sent everything and has no outcome yet.
func (b *Bars) Sent(i int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f := b.each[i]; f != nil && f.bar != nil {
		f.bar.Abort(true)
		f.bar = nil
	}
}

// Finished counts a transfer that has an outcome. whole is as in [Bars.Sending].
func (b *Bars) Finished(i int, whole int64) {
	b.done.Add(1)
	b.remove(i, whole)
}

// Left removes a transfer that was given up.
func (b *Bars) Left(i int) { b.remove(i, 0) }

// Write prints above the bars.
func (b *Bars) Write(text []byte) (int, error) { return b.container.Write(text) }

// Close removes the bars.
func (b *Bars) Close() {
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

// transfer returns a transfer, new if it has not been shown before. b.mu is held.
func (b *Bars) transfer(i int, name string) *transfer {
	f := b.each[i]
	if f == nil {
		f = &transfer{}
		f.begun.Store(time.Now())
		f.phase.Store("")
		if len(b.each) < maxBars {
			f.bar = b.newBar(f, name)
		}
		b.each[i] = f
	}
	return f
}

func (b *Bars) newBar(f *transfer, name string) *mpb.Bar {
	name = Column(name, barName)
	return b.container.New(0, barStyle(), mpb.BarRemoveOnComplete(), mpb.BarWidth(barWidth),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return name })),
		mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string {
			if phase := f.phase.Load().(string); phase != "" {
				return phase
			}
			return amounts(s.Current, s.Total, s.Current, time.Since(f.begun.Load().(time.Time)))
		})))
}

func (b *Bars) remove(i int, whole int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.each[i]
	if f == nil {
		f = &transfer{}
	}
	if f.bar != nil {
		f.bar.Abort(true)
	}
	b.count(f, whole)
	delete(b.each, i)
}

// count advances the bar for all, never back. b.mu is held.
func (b *Bars) count(f *transfer, bytes int64) {
	if more := bytes - f.counted; more > 0 {
		f.counted = bytes
		if b.total != nil {
			b.total.IncrInt64(more)
		}
	}
}
