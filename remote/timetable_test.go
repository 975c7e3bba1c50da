package remote_test

import (
	"testing"
	"time"

	"gantry/remote"
)

func TestTheTimetableSaysWhatHoldsAndUntilWhen(t *testing.T) {
	const mib = 1 << 20
	monday := func(hour, minute int) time.Time { return time.Date(2026, 3, 16, hour, minute, 30, 0, time.UTC) }
	day := func(d, hour, minute int) time.Time { return time.Date(2026, 3, d, hour, minute, 0, 0, time.UTC) }
	for _, c := range []struct {
		table string
		now   time.Time
		rate  int64
		next  time.Time
	}{
		{"", monday(9, 0), 0, time.Time{}},
		{"unlimited", monday(9, 0), 0, time.Time{}},
		{"off", monday(9, 0), 0, time.Time{}},
		{"3MiB/s", monday(9, 0), 3 * mib, time.Time{}},
		{"08:00,2MiB/s 19:00,off", monday(7, 59), 0, day(16, 8, 0)},
		{"08:00,2MiB/s 19:00,off", monday(8, 0), 2 * mib, day(16, 19, 0)},
		{"08:00,2MiB/s 19:00,off", monday(23, 0), 0, day(17, 8, 0)},
		{"19:00,off 08:00,2MiB/s", monday(18, 59), 2 * mib, day(16, 19, 0)},
		{"Mon-08:00,2MiB/s Fri-19:00,off", monday(7, 0), 0, day(16, 8, 0)},
		{"Mon-08:00,2MiB/s Fri-19:00,off", monday(9, 0), 2 * mib, day(20, 19, 0)},
		{"mon-08:00,2MiB/s fri-19:00,off", day(21, 1, 0), 0, day(23, 8, 0)},
		{"08:00,2MiB/s 19:00,off Sun-00:00,1MiB/s", day(22, 3, 0), mib, day(22, 8, 0)},
		{"08:00,5MiB", monday(3, 0), 5 * mib, monday(8, 0).Truncate(time.Minute)},
	} {
		tt, err := remote.ParseTimetable(c.table)
		if err != nil {
			t.Errorf("%q: %v", c.table, err)
			continue
		}
		rate, next := tt.At(c.now)
		if rate != c.rate || !next.Equal(c.next) {
			t.Errorf("%q at %v: %d until %v, want %d until %v", c.table, c.now, rate, next, c.rate, c.next)
		}
		again, err := remote.ParseTimetable(tt.String())
		if r, n := again.At(c.now); err != nil || r != rate || !n.Equal(next) {
			t.Errorf("%q is written as %q, which is read as something else (%v)", c.table, tt, err)
		}
	}
}

func TestABadTimetableIsRefused(t *testing.T) {
	for _, s := range []string{"fast", "08:00", "08:00,", "25:00,1MiB/s", "08:00,fast", "Xyz-08:00,1MiB/s", "08:00,1MiB/s 19:00", "1MiB/s 2MiB/s", "-08:00,off", "08:00,1MiB/s 08:00,off", "Mon-08:00,off Mon-8:00,off"} {
		if tt, err := remote.ParseTimetable(s); err == nil {
			t.Errorf("%q is read as %s", s, tt)
		}
	}
}

func FuzzTimetable(f *testing.F) {
	f.Add("08:00,2MiB/s 19:00,off", int64(1773655200))
	f.Add("Mon-08:00,2MiB/s Fri-19:00,off", int64(1774655200))
	f.Fuzz(func(t *testing.T, s string, unix int64) {
		tt, err := remote.ParseTimetable(s)
		if err != nil {
			return
		}
		now := time.Unix(unix%(1<<33), 0).UTC()
		rate, next := tt.At(now)
		if rate < 0 || tt.Changes() && (!next.After(now) || next.Sub(now) > 8*24*time.Hour) {
			t.Errorf("%q at %v: %d until %v", s, now, rate, next)
		}
		if again, err := remote.ParseTimetable(tt.String()); err != nil {
			t.Errorf("%q is not read back: %v", again, err)
		}
	})
}
