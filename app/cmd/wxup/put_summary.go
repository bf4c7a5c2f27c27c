package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// summary is a table on a terminal, else a line.
func (r *report) summary() {
	took := time.Since(r.begun)
	all := &sum{}
	for _, name := range r.order {
		s := r.sums[name]
		all.uploaded, all.remembered, all.refused = all.uploaded+s.uploaded, all.remembered+s.remembered, all.refused+s.refused
		all.fitted, all.bytes = all.fitted+s.fitted, all.bytes+s.bytes
	}
	p := r.p
	if !terminal(p.stderr) {
		text := fmt.Sprintf(p.say("%d uploaded, %d remembered, %d refused; %s in %s", "上传 %d，已有记录 %d，被拒绝 %d；%s，用时 %s"),
			all.uploaded, all.remembered, all.refused, bytesText(all.bytes), tookText(took))
		if all.fitted > 0 {
			text += fmt.Sprintf(p.say("; %d fitted", "；调整 %d"), all.fitted)
		}
		fmt.Fprintln(r.note, "wxup: "+text)
		return
	}
	rows := [][]string{{p.say("endpoint", "接口"), p.say("uploaded", "上传"), p.say("remembered", "已有记录"), p.say("fitted", "调整"), p.say("refused", "被拒绝"), p.say("sent", "发送")}}
	row := func(name string, s *sum) {
		cells := []string{name}
		for _, n := range []int{s.uploaded, s.remembered, s.fitted, s.refused} {
			cells = append(cells, cmp.Or(strings.TrimPrefix(strconv.Itoa(n), "0"), "–"))
		}
		rows = append(rows, append(cells, bytesText(s.bytes)))
	}
	for _, name := range r.order {
		row(name, r.sums[name])
	}
	if len(r.order) > 1 {
		row(p.say("all", "合计"), all)
	}
	lines := slices.Collect(strings.SplitSeq(strings.TrimSuffix(table(rows), "\n"), "\n"))
	lines[0] = r.paint(2, lines[0])
	fmt.Fprintf(r.note, "\n%s\n%s\n", strings.Join(lines, "\n"), r.paint(2, fmt.Sprintf(p.say("in %s", "用时 %s"), tookText(took))))
}

func tookText(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return clock(d)
}

// table puts cells into columns: the first to the left, the others to the right. A Chinese character takes two places.
func table(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], runewidth.StringWidth(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			switch {
			case i == 0:
				b.WriteString(runewidth.FillRight(cell, widths[i]))
			default:
				b.WriteString("   " + runewidth.FillLeft(cell, widths[i]))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
