package budget

// These tests look inside: who gets the next slot shows from outside only as
// timing.

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// errCalledOff is why a claim ends.
var errCalledOff = errors.New("called off")

// claims files a claim in the background and says on got who was served.
func claims(t *testing.T, b *Budget, s *Share, g []*Gate, name string, got chan<- string) {
	t.Helper()
	go func() {
		if b.Acquire(t.Context(), s, g) == nil {
			got <- name
		}
	}()
	synctest.Wait()
}

func TestAFreeSlotGoesToTheJobThatHoldsTheFewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(3)
		huge, small := &Share{Limit: 9}, &Share{Limit: 9}
		got := make(chan string, 9)
		for range 6 {
			claims(t, b, huge, nil, "huge", got)
		}
		claims(t, b, small, nil, "small", got)
		for range 3 {
			<-got
		}
		b.Release(huge, nil)
		if who := <-got; who != "small" {
			t.Errorf("the slot went to the %s job", who)
		}
		b.Release(small, nil)
		b.Release(huge, nil)
		b.Release(huge, nil)
		synctest.Wait()
		if b.free != 0 || huge.used != 3 || len(b.line) != 0 {
			t.Errorf("free %d, huge holds %d, %d wait", b.free, huge.used, len(b.line))
		}
	})
}

func TestAPausedJobGetsNothingAndHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(1)
		paused, other := &Share{Limit: 1, held: true}, &Share{Limit: 1}
		got := make(chan string, 2)
		claims(t, b, paused, nil, "paused", got)
		claims(t, b, other, nil, "other", got)
		if who := <-got; who != "other" {
			t.Errorf("%s got the slot", who)
		}
		b.Release(other, nil)
		b.Hold(paused, false)
		if who := <-got; who != "paused" {
			t.Errorf("%s got the slot", who)
		}
	})
}

func TestAClaimEndsWithItsContextAndLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(1)
		s := &Share{Limit: 2}
		if err := b.Acquire(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errCalledOff) })
		if err := b.Acquire(ctx, s, nil); !errors.Is(err, errCalledOff) {
			t.Errorf("got %v", err)
		}
		b.Release(s, nil)
		if b.free != 1 || s.used != 0 || len(b.line) != 0 {
			t.Errorf("free %d, used %d, %d wait", b.free, s.used, len(b.line))
		}
	})
}

func TestAGateNarrowsOncePerBurstAndWidensSlowly(t *testing.T) {
	b := New(64)
	g := &Gate{limit: 32, most: 32}
	at := time.Unix(1000, 0)
	for range 10 {
		b.Throttled(g, at)
	}
	if g.limit != 16 {
		t.Errorf("a burst of complaints narrowed it to %v", g.limit)
	}
	for i := range 10 {
		b.Throttled(g, at.Add(time.Duration(i+1)*2*time.Second))
	}
	if g.limit != 1 {
		t.Errorf("it is never closed: %v", g.limit)
	}
	for range 40 {
		b.Well(g)
	}
	if g.limit < 8 || g.limit > 10 {
		t.Errorf("after 40 successes %v", g.limit)
	}
	for range 2000 {
		b.Well(g)
	}
	if g.limit != 32 {
		t.Errorf("it ends at %v", g.limit)
	}
}

func TestANarrowGateHoldsBackItsTreeOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(4)
		slow, fast := &Gate{limit: 1, most: 4}, &Gate{limit: 4, most: 4}
		a, c := &Share{Limit: 4}, &Share{Limit: 4}
		got := make(chan string, 4)
		for range 2 {
			claims(t, b, a, []*Gate{slow}, "slow", got)
		}
		claims(t, b, c, []*Gate{fast}, "fast", got)
		if x, y := <-got, <-got; x != "slow" || y != "fast" || slow.used != 1 {
			t.Errorf("%s, %s, %d through the narrow gate", x, y, slow.used)
		}
		b.Release(a, []*Gate{slow})
		if who := <-got; who != "slow" {
			t.Errorf("then %s", who)
		}
	})
}

// away is a gate of a bucket that is as many milliseconds away.
func away(b *Budget, g *Gate, n int, ms float64) {
	for range n {
		b.Timed(g, time.Duration(ms*float64(time.Millisecond)))
	}
}

func TestAGateWidensWithTheLengthOfTheWay(t *testing.T) {
	b := New(256)
	far := func() *Gate { return &Gate{limit: 16, least: 16, most: 256, adapts: true} }

	g := far()
	away(b, g, 160, 0.5)
	if g.limit != 26 {
		t.Errorf("next door %v at a time pay after a few", g.limit)
	}
	away(b, g, 10000, 0.5)
	if g.limit != nearMost {
		t.Errorf("next door %v at a time pay after many", g.limit)
	}
	g = far()
	away(b, g, 16, 90) // new connections
	away(b, g, 500, 30)
	if g.limit != 256 {
		t.Errorf("far away %v at a time pay", g.limit)
	}
	away(b, g, 2000, 400) // they only wait for each other now
	if g.limit >= 256 || g.limit < 16 {
		t.Errorf("%v at a time after they began to wait", g.limit)
	}
	pinned := &Gate{limit: 4, least: 4, most: 4}
	away(b, pinned, 100, 30)
	if pinned.limit != 4 {
		t.Errorf("a pinned gate became %v wide", pinned.limit)
	}
}

func TestAGateThatWasToldToSlowDownWidensSlowly(t *testing.T) {
	b := New(256)
	g := &Gate{limit: 100, least: 16, most: 256, adapts: true}
	b.Throttled(g, time.Now())
	away(b, g, 200, 30)
	if g.limit != 50 {
		t.Errorf("%v at a time", g.limit)
	}
	for range 50 {
		b.Well(g)
	}
	if g.limit < 50.5 || g.limit > 52 {
		t.Errorf("%v at a time after a round of successes", g.limit)
	}
}

func TestAFarTreeIsMetWithManyRequestsFromTheStart(t *testing.T) {
	b, at := New(256), time.Now()
	for _, c := range []struct {
		name  string
		far   bool
		away  time.Duration
		limit float64
	}{
		{"another continent", true, 100 * time.Millisecond, farStart},
		{"next door", true, 500 * time.Microsecond, 16},
		{"a disk", false, time.Second, 16},
	} {
		g := &Gate{limit: 16, least: 16, most: 256, adapts: c.far}
		if b.Located(g, c.away); g.limit != c.limit {
			t.Errorf("%s: begins with %v at a time", c.name, g.limit)
		}
	}
	g := &Gate{limit: 16, least: 16, most: 256, adapts: true}
	b.Throttled(g, at)
	if b.Located(g, time.Second); g.limit != 8 {
		t.Errorf("%v at a time for a tree that asked to slow down", g.limit)
	}
}
