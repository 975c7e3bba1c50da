package text

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Unknown stands for a number or a time that nobody knows.
const Unknown = "–"

// Size is a number of bytes in at most eight columns: "0 B", "1.2 GiB",
// "640 KiB"; Unknown when it is negative. It rounds to the nearest.
func Size(n int64) string {
	if n < 0 {
		return Unknown
	}
	return scaled(float64(n), 1024, " B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB")
}

// Rate is bytes a second as "84 MB/s", in decimal units as networks count them;
// "" when nothing moves.
func Rate(perSecond float64) string {
	if !(perSecond >= 1) || math.IsInf(perSecond, 1) {
		return ""
	}
	return scaled(perSecond, 1000, " B/s", " kB/s", " MB/s", " GB/s", " TB/s")
}

func scaled(v, base float64, units ...string) string {
	i := 0
	for i+1 < len(units) && math.Round(v) >= base {
		v /= base
		i++
	}
	if i > 0 && v < 9.95 {
		return strconv.FormatFloat(v, 'f', 1, 64) + units[i]
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + units[i]
}

// Count is n with commas: "12,408"; Unknown when it is negative.
func Count(n int64) string {
	if n < 0 {
		return Unknown
	}
	s := strconv.FormatInt(n, 10)
	if len(s) <= 3 {
		return s
	}
	var b strings.Builder
	lead := len(s) % 3
	b.WriteString(s[:lead])
	for i := lead; i < len(s); i += 3 {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(s[i : i+3])
	}
	return b.String()
}

// Plural is "1 object", "12,408 objects": n with its noun, which takes an s.
func Plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.ContainsAny(stem[max(0, len(stem)-1):], "aeiou") {
		return Count(n) + " " + stem + "ies"
	}
	return Count(n) + " " + noun + "s"
}

// Percent is how much of total is done, rounded down, as "62 %": never 100
// before everything is done. "" when total is not known.
func Percent(done, total int64) string {
	if total < 0 || done < 0 {
		return ""
	}
	return strconv.Itoa(int(math.Floor(Fraction(done, total)*100))) + " %"
}

// Fraction is done of total from 0 to 1; 1 only when all is done, 0 when total
// is not known.
func Fraction(done, total int64) float64 {
	switch {
	case total < 0 || done < 0:
		return 0
	case done >= total:
		return 1
	}
	return math.Min(float64(done)/float64(total), 0.999)
}

// ETA is a time that is left: "0:07", "1:02:03", "3d 4h"; "" when negative.
func ETA(d time.Duration) string {
	if d < 0 {
		return ""
	}
	s := int64(d.Round(time.Second) / time.Second)
	h, m := s/3600, s/60%60
	switch {
	case h >= 100:
		return strconv.FormatInt(h/24, 10) + "d " + strconv.FormatInt(h%24, 10) + "h"
	case h > 0:
		return strconv.FormatInt(h, 10) + ":" + two(m) + ":" + two(s%60)
	}
	return strconv.FormatInt(m, 10) + ":" + two(s%60)
}

func two(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// Age is how long ago t was, in its largest unit: "now", "41 min", "3 h",
// "12 days"; also how long until t when it is ahead. Unknown for the zero time.
func Age(t, now time.Time) string {
	if t.IsZero() {
		return Unknown
	}
	d := now.Sub(t).Abs()
	switch {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " days"
}

// When is t in at most ten columns, in now's time zone: "14:02" for today,
// "Mar 03" for this year, else "2024-03-03". Unknown for the zero time.
func When(t, now time.Time) string {
	if t.IsZero() {
		return Unknown
	}
	t = t.In(now.Location())
	switch {
	case day(t) == day(now):
		return t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("Jan 02")
	}
	return t.Format("2006-01-02")
}

// WhenLong is t to the minute, in at most 16 columns and now's time zone:
// "14:02 today", "09:10 yesterday", "Mar 03 09:10", "2024-03-03 09:10".
func WhenLong(t, now time.Time) string {
	if t.IsZero() {
		return Unknown
	}
	t = t.In(now.Location())
	switch {
	case day(t) == day(now):
		return t.Format("15:04") + " today"
	case day(t) == day(now.AddDate(0, 0, -1)):
		return t.Format("15:04") + " yesterday"
	case t.Year() == now.Year():
		return t.Format("Jan 02 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

type date struct {
	year  int
	month time.Month
	day   int
}

func day(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

// Bar is a bar of w columns of which frac (0 to 1) is filled, in eighths of a
// column. It is full only for 1 and empty only for 0.
func Bar(frac float64, w int) string {
	filled, rest := BarParts(frac, w)
	return filled + rest
}

// BarParts are the filled part of Bar and what is left of it, to be drawn in
// two styles.
func BarParts(frac float64, w int) (filled, rest string) {
	if w <= 0 {
		return "", ""
	}
	eighths := 0
	switch {
	case frac >= 1:
		eighths = 8 * w
	case frac > 0:
		eighths = min(max(1, int(frac*float64(8*w))), 8*w-1)
	}
	const parts = "▏▎▍▌▋▊▉" // three bytes each
	filled = strings.Repeat("█", eighths/8)
	if k := eighths % 8; k > 0 {
		filled += parts[3*(k-1) : 3*k]
	}
	return filled, spaces(w - (eighths+7)/8)
}
