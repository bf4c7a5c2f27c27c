package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"
)

// row is what was measured of one contender.
type row struct {
	name   string
	ms     []float64 // an upload's time, in each round
	cpu    []float64 // and what this process used of the processors
	bytes  float64   // allocated for one upload, in this process
	allocs float64
}

// effort says how much is measured.
type effort struct {
	rounds int           // in each, every contender has its turn, in an order of chance
	turn   time.Duration // how long a turn is, about
}

// sideBySide has contenders upload one file, in turns. In each turn one upload warms up, and the
// others are measured. A turn begins without the garbage of those before it.
func (e effort) sideBySide(ctx context.Context, base setup, n *network, contenders []contender) ([]row, error) {
	rows := make([]row, len(contenders))
	uploads := make([]func(context.Context) error, len(contenders))
	for i, c := range contenders {
		s := base
		s.transport = n.transport()
		defer s.transport.CloseIdleConnections()
		var err error
		if uploads[i], err = c.prepare(&s); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		rows[i].name = c.name
	}
	bytes, allocs := make([][]float64, len(rows)), make([][]float64, len(rows))
	turn := func(i, times int) error {
		runtime.GC()
		if err := uploads[i](ctx); err != nil {
			return fmt.Errorf("%s: %w", contenders[i].name, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began, used := time.Now(), processorTime()
		for range times {
			if err := uploads[i](ctx); err != nil {
				return fmt.Errorf("%s: %w", contenders[i].name, err)
			}
		}
		took := time.Since(began)
		used = processorTime() - used
		runtime.ReadMemStats(&after)
		per := float64(times)
		rows[i].ms = append(rows[i].ms, took.Seconds()*1000/per)
		rows[i].cpu = append(rows[i].cpu, used.Seconds()*1000/per)
		bytes[i] = append(bytes[i], float64(after.TotalAlloc-before.TotalAlloc)/per)
		allocs[i] = append(allocs[i], float64(after.Mallocs-before.Mallocs)/per)
		return nil
	}
	const least = 5
	for i := range rows { // connections are made and pools filled, and it is known how long an upload takes
		if err := turn(i, least); err != nil {
			return nil, err
		}
	}
	times := max(least, int(e.turn.Seconds()*1000/rows[0].ms[0]))
	for i := range rows {
		rows[i].ms, rows[i].cpu, bytes[i], allocs[i] = nil, nil, nil, nil
	}
	for range e.rounds {
		for _, i := range rand.Perm(len(rows)) {
			if err := turn(i, times); err != nil {
				return nil, err
			}
		}
	}
	for i := range rows {
		rows[i].bytes, rows[i].allocs = spreadOf(bytes[i]).median, spreadOf(allocs[i]).median
	}
	return rows, nil
}

// spread is a median with what lies around it.
type spread struct {
	p25, median, p75 float64
	low, high        float64 // between these is the median of a run without end, with 95 % confidence
}

func spreadOf(values []float64) spread {
	v := slices.Sorted(slices.Values(values))
	at := func(i float64) float64 { return v[min(max(int(i), 0), len(v)-1)] }
	n := float64(len(v))
	far := 0.98 * math.Sqrt(n) // of the binomial distribution's ranks
	return spread{at(n / 4), at(n / 2), at(n * 3 / 4), at(n/2 - far), at(math.Ceil(n/2 + far))}
}

// ratio is how many times as long as the other's a row's uploads took, round by round.
func (r row) ratio(to row) spread {
	ratios := make([]float64, len(r.ms))
	for i := range ratios {
		ratios[i] = r.ms[i] / to.ms[i]
	}
	return spreadOf(ratios)
}

// cpuRatio is the same of the time on the processors.
func (r row) cpuRatio(to row) spread {
	return row{ms: r.cpu}.ratio(row{ms: to.cpu})
}

// named is the row of a contender.
func named(rows []row, name string) row {
	return rows[slices.IndexFunc(rows, func(r row) bool { return r.name == name })]
}
