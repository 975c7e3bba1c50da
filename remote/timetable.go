package remote

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrTimetable is the fault of a written timetable. It never holds what was
// written.
var ErrTimetable = errors.New(`not a bandwidth: write a rate, as in "50MiB/s", or rates with the times from which they hold, as in "08:00,2MiB/s 19:00,off" or "Mon-08:00,2MiB/s Fri-19:00,off"`)

// ErrTwice is the fault of a timetable that says two rates for one time.
var ErrTwice = errors.New("two rates hold from the same time: say one of them")

// Timetable is a bandwidth by the time of day, in local time, and by the day of
// the week if that matters. The zero Timetable does not limit.
type Timetable struct {
	text  string
	slots []slot // by from; they repeat every week
}

// slot is a limit that holds from some minute of the week on.
type slot struct {
	from int // minutes since Sunday 00:00
	rate int64
}

const (
	dayMinutes  = 24 * 60
	weekMinutes = 7 * dayMinutes
)

// ParseTimetable reads one rate, as ParseRate does, or rates with times, which
// rclone calls --bwtimetable: "08:00,2MiB/s 12:00,10MiB/s 19:00,off". A time
// holds every day, or only on one: "Sat-00:00,off".
func ParseTimetable(s string) (Timetable, error) {
	fields := strings.Fields(s)
	if len(fields) <= 1 && !strings.Contains(s, ",") {
		n, err := ParseRate(s)
		if err != nil {
			if errors.Is(err, ErrRate) {
				err = ErrTimetable
			}
			return Timetable{}, err
		}
		return Constant(n), nil
	}
	t := Timetable{text: strings.Join(fields, " ")}
	at, said := map[int]int64{}, map[string]bool{}
	for _, f := range fields {
		when, what, ok := strings.Cut(f, ",")
		days, minute, okTime := parseWhen(when)
		n, err := ParseRate(what)
		if !ok || !okTime || what == "" || err != nil && !errors.Is(err, ErrTooBig) {
			return Timetable{}, ErrTimetable
		}
		if err != nil {
			return Timetable{}, err
		}
		key := fmt.Sprint(days, minute)
		if said[key] {
			return Timetable{}, ErrTwice
		}
		said[key] = true
		for _, d := range days {
			at[d*dayMinutes+minute] = n
		}
	}
	for from, n := range at {
		t.slots = append(t.slots, slot{from, n})
	}
	slices.SortFunc(t.slots, func(a, b slot) int { return a.from - b.from })
	return t, nil
}

// parseWhen reads "08:00" or "Mon-08:00".
func parseWhen(s string) (days []int, minute int, ok bool) {
	if day, rest, found := strings.Cut(s, "-"); found {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(day, d.String()[:3]) {
				days = []int{int(d)}
			}
		}
		s = rest
		if days == nil {
			return nil, 0, false
		}
	} else {
		days = []int{0, 1, 2, 3, 4, 5, 6}
	}
	t, err := time.Parse("15:04", s)
	return days, t.Hour()*60 + t.Minute(), err == nil
}

// Constant is the same limit at all times, in bytes a second; 0 for none.
func Constant(rate int64) Timetable {
	if rate <= 0 {
		return Timetable{}
	}
	return Timetable{text: FormatRate(rate), slots: []slot{{0, rate}}}
}

// Changes tells whether the limit depends on the time.
func (t Timetable) Changes() bool { return len(t.slots) > 1 }

// At is the limit at that moment in bytes a second, 0 for none, and when it may
// change next; the zero time if it never does.
func (t Timetable) At(now time.Time) (rate int64, next time.Time) {
	if len(t.slots) == 0 {
		return 0, time.Time{}
	}
	at := int(now.Weekday())*dayMinutes + now.Hour()*60 + now.Minute()
	i := len(t.slots) - 1 // before the first of the week the last one holds
	for k, s := range t.slots {
		if s.from <= at {
			i = k
		}
	}
	if len(t.slots) == 1 {
		return t.slots[0].rate, time.Time{}
	}
	after := t.slots[0].from + weekMinutes
	if t.slots[0].from > at {
		after = t.slots[0].from
	} else if i+1 < len(t.slots) {
		after = t.slots[i+1].from
	}
	days := after/dayMinutes - int(now.Weekday())
	next = time.Date(now.Year(), now.Month(), now.Day()+days, after%dayMinutes/60, after%60, 0, 0, now.Location())
	return t.slots[i].rate, next
}

// String is the timetable as ParseTimetable reads it.
func (t Timetable) String() string {
	if len(t.slots) == 0 {
		return FormatRate(0)
	}
	return t.text
}
