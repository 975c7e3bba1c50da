package rate_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/transfer/rate"
)

func TestBucketPaysItsDebtBeforeItGivesAgain(t *testing.T) {
	var b rate.Bucket
	now := time.Unix(1000, 0)
	if !b.Take(now, 1<<30) {
		t.Fatal("a bucket without a limit refused")
	}
	b.Set(now, 1000)
	if !b.Take(now, 3000) || b.Take(now, 1) {
		t.Fatal("one request passes into debt, the next waits")
	}
	if d := b.Next(now); d < 3*time.Second || d > 3*time.Second+time.Millisecond {
		t.Errorf("next in %v, want 3 s", d)
	}
	now = now.Add(b.Next(now))
	if !b.Take(now, 1) {
		t.Error("the debt is paid and it still refuses")
	}
	b.Set(now, 0)
	if b.Next(now) != 0 || b.Limit() != 0 {
		t.Error("the limit was lifted")
	}
}

func TestBucketSavesUpOnlyALittle(t *testing.T) {
	var b rate.Bucket
	now := time.Unix(1000, 0)
	b.Set(now, 1000)
	now = now.Add(time.Hour)
	if !b.Take(now, 1100) {
		t.Fatal("refused")
	}
	if d := b.Next(now); d < 900*time.Millisecond {
		t.Errorf("an idle hour was saved up: next in %v", d)
	}
}

func TestManyUsersTogetherKeepTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rate.NewLimiter(1 << 20)
		start := time.Now()
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				for range 10 {
					if err := l.Wait(t.Context(), rate.Normal, 32<<10); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if d := time.Since(start); d < 9*time.Second || d > 11*time.Second {
			t.Errorf("10 MiB at 1 MiB/s took %v", d)
		}
	})
}

func TestLiftingTheLimitWakesThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rate.NewLimiter(1)
		if err := l.Wait(t.Context(), rate.Normal, 1<<20); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		done := make(chan error)
		go func() { done <- l.Wait(t.Context(), rate.Normal, 1) }()
		synctest.Wait()
		l.Set(0)
		if err := <-done; err != nil || time.Since(start) != 0 {
			t.Errorf("woke after %v, %v", time.Since(start), err)
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rate.NewLimiter(1)
		_ = l.Wait(t.Context(), rate.Normal, 100)
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("enough")
		time.AfterFunc(time.Second, func() { cancel(why) })
		if err := l.Wait(ctx, rate.Normal, 1); !errors.Is(err, why) {
			t.Errorf("got %v", err)
		}
		if err := l.Wait(t.Context(), rate.Normal, 1); err != nil {
			t.Errorf("who left blocks who stays: %v", err)
		}
	})
}

func TestLowClassGetsATenth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rate.NewLimiter(1000)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		var got [2]atomic.Int64
		var wg sync.WaitGroup
		for c := range 2 {
			for range 4 {
				wg.Go(func() {
					for l.Wait(ctx, rate.Class(c), 100) == nil {
						got[c].Add(100)
					}
				})
			}
		}
		wg.Wait()
		if low, normal := got[1].Load(), got[0].Load(); low < 8_000 || low > 12_000 || normal < 85_000 {
			t.Errorf("normal %d, low %d of 100000", normal, low)
		}
	})
}

func TestRateIsTheMeanOfTenSeconds(t *testing.T) {
	var e rate.Estimator
	now, total := time.Unix(1000, 0), int64(0)
	if e.Rate() != 0 || e.Left(100) != -1 {
		t.Error("nothing is known yet")
	}
	for range 300 { // 30 s at 1000/s, ten samples a second
		e.Sample(now, total)
		now, total = now.Add(100*time.Millisecond), total+100
	}
	if r := e.Rate(); r < 990 || r > 1010 {
		t.Errorf("rate %v, want 1000", r)
	}
	if d := e.Left(60_000); d != time.Minute {
		t.Errorf("left %v, want a minute", d)
	}
	for range 300 { // then it stalls
		e.Sample(now, total)
		now = now.Add(100 * time.Millisecond)
	}
	if r := e.Rate(); r != 0 {
		t.Errorf("rate %v after a stall of 30 s", r)
	}
	if e.Left(60_000) != -1 {
		t.Error("a stalled transfer has no end")
	}
}

func TestTimeToGoIsHiddenUntilStable(t *testing.T) {
	var e rate.Estimator
	now := time.Unix(1000, 0)
	e.Sample(now, 0)
	e.Sample(now.Add(time.Second), 1000)
	if e.Left(1000) != -1 {
		t.Error("one second is too early")
	}
	for i := range int64(10) { // grows like a square: the halves differ
		e.Sample(now.Add(time.Duration(i+1)*time.Second), i*i*i*1000)
	}
	if d := e.Left(1_000_000); d != -1 {
		t.Errorf("left %v although the pace changes", d)
	}
	e.Reset()
	if e.Rate() != 0 {
		t.Error("reset keeps the rate")
	}
}

func TestBytesSentAgainNeverMakeTheRateNegative(t *testing.T) {
	var e rate.Estimator
	now := time.Unix(1000, 0)
	e.Sample(now, 1000)
	e.Sample(now.Add(time.Second), 0)
	if e.Rate() != 0 {
		t.Errorf("rate %v", e.Rate())
	}
}
