package budget

import (
	"math"
	"time"
)

// flow finds out how much large content is best on its way to or from a tree at
// the same time. Connections that each carry plenty, or that add to what all carry
// together, are worth having more of. On a way that is full they only share it:
// then nothing comes to its end for long, an interruption costs all that was begun,
// and whoever comes later waits. So little is begun at first, and more as long as
// it helps. Its fields belong to Budget.mu.
type flow struct {
	allow    int64     // bytes of parts and large items at a time; 0 means flowFirst
	carrying int       // parts and large items that are on their way
	under    int64     // their bytes
	moved    int64     // bytes since
	since    time.Time // begin of the window
	best     float64   // bytes a second, the most so far with what is allowed
	widened  int64     // what was allowed before a step whose gain is not known yet; 0 for none
	swift    bool      // a step was tried where only a gain is a reason for more
	ample    bool      // what is allowed carries flowAmple as far as is known
	settling bool      // the window is the first after a step: connections begin
	rest     time.Time // until then no step is tried that may not help
}

const (
	flowFirst   = 32 << 20 // bytes that are begun when nothing is known of the way
	flowCap     = 4 << 30
	flowLeast   = 2                     // parts at a time, however large
	flowFew     = 32                    // parts that are begun when nothing is known of the way
	flowMost    = 64                    // parts at a time, however small
	flowLeaves  = 3 << 20               // bytes of each connection that end a window; more than buffers take
	flowArrives = 1 << 20               // the same of what comes
	flowWindow  = time.Second           // ends a window as well
	flowBlink   = 20 * time.Millisecond // a window is no shorter
	flowPlenty  = 32 << 20              // bytes a second of each connection with which all that are allowed are begun,
	flowWide    = 96 << 20              // if these of all together: then they take some seconds, whatever follows
	flowAmple   = 5 << 29               // bytes a second of all that arrives which few machines need more of
	flowPause   = 2 * time.Second       // before more than that is tried
	flowSwift   = 256 << 20             // bytes a second of each connection with which few are enough for most machines
	flowRoomy   = 8 << 20               // bytes a second of each connection with which more are no burden
	flowPoor    = 1 << 20               // bytes a second of each connection below which a step is small
	flowGain    = 1.25                  // times the rate, for which a step is kept
	flowRest    = 30 * time.Second
)

// takes tells whether a job that has so many bytes in n parts under way may begin
// one more of that size.
func (f *flow) takes(n int, under, size int64) bool {
	most := flowMost
	if f.allow == 0 {
		most = flowFew
	}
	return n < flowLeast || n < most && under+size <= f.allowed()
}

// allowed is the number of bytes that one job may have under way.
func (f *flow) allowed() int64 {
	if f.allow == 0 {
		return flowFirst
	}
	return f.allow
}

// Carry counts n more large items of so many bytes.
func (f *flow) carry(n int, size int64) {
	f.carrying += n
	f.under += size
}

// mean is the size of what is under way.
func (f *flow) mean() int64 { return f.under / int64(max(f.carrying, 1)) }

// sees is told of n bytes that were moved and tells whether more is allowed now.
// Bytes that have arrived are sure; of those that leave, buffers take some before
// anything has left.
func (f *flow) sees(n int, arrived bool, now time.Time) bool {
	if f.since.IsZero() {
		f.since = now // what came with the first call was on its way for an unknown time
		return false
	}
	f.moved += int64(n)
	took, piece := now.Sub(f.since), int64(flowLeaves)
	if arrived {
		piece = flowArrives
	}
	if took < flowBlink || f.moved < int64(max(f.carrying, 1))*piece && took < flowWindow {
		return false
	}
	rate := float64(f.moved) / took.Seconds()
	f.since, f.moved = now, 0
	switch {
	case took > 2*flowWindow: // nothing was asked for, or nothing came: no measure
		f.settling = false
		return false
	case f.settling:
		f.settling = false
		return false
	}
	return f.decide(rate, arrived, now)
}

// decide draws the conclusion from a window. Where very much arrives over few
// connections it is this machine that is full, and more of them only take from
// each other what its caches hold; the store at the other end of what leaves
// gains from more.
func (f *flow) decide(rate float64, arrived bool, now time.Time) bool {
	was, each := f.allowed(), rate/float64(max(f.carrying, 1))
	many := f.carrying >= flowLeast
	full := many && f.under >= was*3/4
	tried := f.widened
	swift := arrived && (each >= flowSwift || f.ample) || tried > 0 && f.swift
	f.widened, f.swift = 0, swift
	switch {
	case swift && now.Before(f.rest) && rate >= f.best/2:
		f.best = max(f.best, rate)
	case full && !swift && each >= flowPlenty && rate >= flowWide:
		f.allow, f.best = flowCap, max(f.best, rate)
		if n := math.Ceil(flowAmple / each); arrived && n < flowMost {
			f.allow, f.ample = max(was, int64(n)*f.mean()), true
			f.settling, f.rest = true, now.Add(flowPause)
		}
	case full && !swift && each >= flowRoomy && was < flowCap:
		f.best = max(f.best, rate)
		f.try(was, each)
	case full && tried > 0 && rate < flowGain*f.best:
		f.allow, f.rest = tried, now.Add(flowRest)
	case many && rate < f.best/2 && was > flowFirst: // the way has become slow
		f.allow, f.best = max(flowFirst, int64(float64(min(was, f.under))*rate/f.best)), rate
		f.ample = false
	default:
		f.best = max(f.best, rate)
		if full && was < flowCap && !now.Before(f.rest) {
			f.try(was, each)
		}
	}
	return f.allow > was
}

// try allows more than was for as long as it takes to see what that gains.
func (f *flow) try(was int64, each float64) {
	step := was
	if each < flowPoor {
		step = was / 2
	}
	f.allow, f.widened, f.settling = min(was+step, flowCap), was, true
}
