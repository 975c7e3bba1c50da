package text_test

import (
	"math"
	"testing"
	"time"

	"gantry/ui/text"
)

func TestSizesAreShortAndInPowersOf1024(t *testing.T) {
	for n, want := range map[int64]string{
		-1: "–", 0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 10 << 10: "10 KiB", 1<<20 - 1: "1.0 MiB",
		1288490188: "1.2 GiB", 300 << 20: "300 MiB", math.MaxInt64: "8.0 EiB", 10188: "9.9 KiB", 10200: "10 KiB",
	} {
		got := text.Size(n)
		if got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
		if text.Width(got) > 8 {
			t.Errorf("%q is too wide", got)
		}
	}
}

func TestRatesAreDecimalAndSilentWhenNothingMoves(t *testing.T) {
	for v, want := range map[float64]string{0: "", -5: "", 84e6: "84 MB/s", 999: "999 B/s", 1500: "1.5 kB/s", math.Inf(1): "", 2.5e9: "2.5 GB/s"} {
		if got := text.Rate(v); got != want {
			t.Errorf("Rate(%v) = %q, want %q", v, got, want)
		}
	}
	if got := text.Rate(math.NaN()); got != "" {
		t.Errorf("Rate(NaN) = %q", got)
	}
}

func TestCountsHaveCommas(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 12408: "12,408", 1234567: "1,234,567", -1: "–"} {
		if got := text.Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
	for _, c := range []struct {
		n          int64
		noun, want string
	}{{1, "object", "1 object"}, {12408, "object", "12,408 objects"}, {2, "entry", "2 entries"}, {7, "day", "7 days"}, {0, "job", "0 jobs"}} {
		if got := text.Plural(c.n, c.noun); got != c.want {
			t.Errorf("Plural(%d, %q) = %q", c.n, c.noun, got)
		}
	}
}

func TestPercentIsNeverWholeBeforeTheEnd(t *testing.T) {
	for _, c := range []struct {
		done, total int64
		want        string
	}{{0, 10, "0 %"}, {62, 100, "62 %"}, {999999, 1000000, "99 %"}, {10, 10, "100 %"}, {5, -1, ""}, {0, 0, "100 %"}} {
		if got := text.Percent(c.done, c.total); got != c.want {
			t.Errorf("Percent(%d, %d) = %q, want %q", c.done, c.total, got, c.want)
		}
	}
}

func TestTimesLeft(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-1: "", 0: "0:00", 7 * time.Second: "0:07", 83 * time.Second: "1:23", time.Hour + 2*time.Minute + 3*time.Second: "1:02:03",
		100 * time.Hour: "4d 4h",
	} {
		if got := text.ETA(d); got != want {
			t.Errorf("ETA(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestTimesAreToldFromNow(t *testing.T) {
	zone := time.FixedZone("here", 2*3600)
	now := time.Date(2024, 3, 5, 15, 0, 0, 0, zone)
	for _, c := range []struct {
		t               time.Time
		short, long, is string
	}{
		{time.Time{}, "–", "–", "–"},
		{now.Add(-58 * time.Minute), "14:02", "14:02 today", "58 min"},
		{now.Add(-20 * time.Hour).UTC(), "Mar 04", "19:00 yesterday", "20 h"},
		{now.AddDate(0, 0, -2), "Mar 03", "Mar 03 15:00", "2 days"},
		{now.AddDate(-1, 0, 0), "2023-03-05", "2023-03-05 15:00", "366 days"},
		{now.Add(30 * time.Second), "15:00", "15:00 today", "now"},
	} {
		if got := text.When(c.t, now); got != c.short {
			t.Errorf("When(%v) = %q, want %q", c.t, got, c.short)
		}
		if got := text.WhenLong(c.t, now); got != c.long {
			t.Errorf("WhenLong(%v) = %q, want %q", c.t, got, c.long)
		}
		if got := text.Age(c.t, now); got != c.is {
			t.Errorf("Age(%v) = %q, want %q", c.t, got, c.is)
		}
	}
}

func TestBarsFillByEighths(t *testing.T) {
	for _, c := range []struct {
		frac float64
		w    int
		want string
	}{
		{0, 4, "    "},
		{1, 4, "████"},
		{0.5, 4, "██  "},
		{0.625, 4, "██▌ "},
		{0.0001, 4, "▏   "},
		{0.9999, 4, "███▉"},
		{-1, 2, "  "},
		{7, 2, "██"},
		{0.5, 0, ""},
		{math.NaN(), 2, "  "},
	} {
		if got := text.Bar(c.frac, c.w); got != c.want {
			t.Errorf("Bar(%v, %d) = %q, want %q", c.frac, c.w, got, c.want)
		}
	}
}
