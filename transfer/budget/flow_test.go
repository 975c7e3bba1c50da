package budget

import (
	"testing"
	"time"
)

// way is one over which parts travel: so many bytes a second for all together and
// for each connection.
type way struct {
	all, each float64
	size      int64 // of a part
	comes     bool  // to us
	b         *Budget
	g         *Gate
	at        time.Time
	parts     []float64 // bytes to go of each that is on its way
	ended     int
	most      int // at a time so far
}

func newWay(all, each float64, size int64) *way {
	return &way{
		all: all, each: each, size: size, b: New(256), at: time.Now(),
		g: &Gate{limit: 256, least: 16, most: 256, adapts: true, quick: 0.03},
	}
}

// run moves parts for so long, with as many under way as are allowed.
func (w *way) run(d time.Duration) {
	const tick = 10 * time.Millisecond
	for end := w.at.Add(d); w.at.Before(end); {
		for w.b.RoomFor([]*Gate{w.g}, len(w.parts), int64(len(w.parts))*w.size, w.size) {
			w.parts = append(w.parts, float64(w.size))
			w.b.Carry([]*Gate{w.g}, 1, w.size)
		}
		w.most = max(w.most, len(w.parts))
		w.at = w.at.Add(tick)
		share := min(w.all/float64(len(w.parts)), w.each) * tick.Seconds()
		left := w.parts[:0]
		for _, togo := range w.parts {
			w.b.Moved([]*Gate{w.g}, int(share), w.comes, w.at)
			if togo -= share; togo > 0 {
				left = append(left, togo)
				continue
			}
			w.ended++
			w.b.Carry([]*Gate{w.g}, -1, -w.size)
		}
		w.parts = left
	}
}

func TestAsManyPartsTravelAsTheWayHasRoomFor(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		name        string
		all, each   float64
		size        int64
		after       time.Duration
		least, most int // parts at a time from then on
		leave       int // at least so many, where fewer suffice for what comes; 0 for the same
	}{
		{"a train", 1 * mib, 1 * mib, 16 * mib, time.Minute, 2, 4, 0},
		{"a home", 20 * mib, 20 * mib, 16 * mib, 10 * time.Second, 2, 4, 0},
		{"a home, small files", 20 * mib, 20 * mib, 2 * mib, 10 * time.Second, 16, 32, 0},
		{"an office", 70 * mib, 70 * mib, 16 * mib, 10 * time.Second, 4, 16, 0},
		{"a wide way far away", 10_000 * mib, 85 * mib, 16 * mib, 300 * time.Millisecond, 31, 64, 64},
		{"a wide way, large parts", 10_000 * mib, 85 * mib, 100 * mib, 300 * time.Millisecond, 31, 64, 40},
		{"a store that gives each connection little", 1000 * mib, 3 * mib, 16 * mib, 30 * time.Second, 64, 64, 0},
		{"and less", 1000 * mib, 0.6 * mib, 16 * mib, 60 * time.Second, 30, 64, 0},
		{"next door", 4000 * mib, 1000 * mib, 16 * mib, 200 * time.Millisecond, 4, 8, 64},
		{"in the same machine", 1200 * mib, 1200 * mib, 16 * mib, 200 * time.Millisecond, 2, 4, 64},
		{"in the same building as a cluster", 12_000 * mib, 300 * mib, 16 * mib, 500 * time.Millisecond, 40, 64, 0},
	} {
		for _, comes := range []bool{false, true} {
			w := newWay(c.all, c.each, c.size)
			w.comes = comes
			least, most := c.least, c.most
			if !comes && c.leave > 0 {
				least, most = c.leave, flowMost
			}
			if w.run(c.after); w.most > most {
				t.Errorf("%s: %d at a time at first", c.name, w.most)
			}
			for range 30 {
				if w.run(time.Second); w.most > most || w.most < least {
					t.Errorf("%s, comes: %t: %d at a time", c.name, comes, w.most)
					break
				}
			}
		}
	}
}

// A first part is whole before long, however slow the way is.
func TestFirstPartsDoNotWaitForEachOther(t *testing.T) {
	w := newWay(20<<20, 20<<20, 16<<20)
	if w.run(4 * time.Second); w.ended == 0 {
		t.Errorf("none of %d is whole", len(w.parts))
	}
}

func TestAWayThatBecomesSlowCarriesLess(t *testing.T) {
	w := newWay(2000<<20, 100<<20, 16<<20)
	w.run(10 * time.Second)
	if w.most != flowMost {
		t.Fatalf("%d at a time", w.most)
	}
	w.all, w.each = 10<<20, 10<<20 // into a tunnel
	w.run(2 * time.Minute)
	if n := len(w.parts); n > 12 {
		t.Errorf("still %d at a time", n)
	}
	w.all, w.each = 2000<<20, 100<<20
	w.run(30 * time.Second)
	if n := len(w.parts); n != flowMost {
		t.Errorf("%d at a time when the way is wide again", n)
	}
}

func TestMorePartsNeedNoMoreRequestsOfATreeThatAskedToSlowDown(t *testing.T) {
	for _, slow := range []bool{false, true} {
		w := newWay(10_000<<20, 85<<20, 16<<20)
		w.g.limit = 16
		if slow {
			w.b.Throttled(w.g, w.at)
		}
		w.run(time.Second)
		if want := map[bool]float64{false: flowMost, true: 8}[slow]; w.g.limit != want {
			t.Errorf("asked: %t, %v requests at a time", slow, w.g.limit)
		}
	}
}
