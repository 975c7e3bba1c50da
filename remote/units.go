package remote

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// The faults of written sizes, rates and durations. They never hold what was
// written, so that they may be shown and logged whatever it was.
var (
	ErrSize     = errors.New(`not a size: write a number and a unit, as in "16MiB"`)
	ErrRate     = errors.New(`not a rate: write bytes a second, as in "50MiB/s", or "unlimited"`)
	ErrDuration = errors.New(`not a duration: write numbers and units, as in "15m", "1h30m" or "7d"`)
	ErrTooBig   = errors.New("too large")
)

// ParseBytes reads a size in bytes: "0", "4096", "16MiB", "1.5 GB". Units are
// B, kB, MB, GB, TB, PB (powers of 1000) and KiB, MiB, GiB, TiB, PiB (powers of
// 1024), in any case; K, M, G, T and P alone are powers of 1024.
func ParseBytes(s string) (int64, error) {
	num, unit := splitNumber(strings.TrimSpace(s))
	factor, ok := byteUnit(strings.ToLower(strings.TrimSpace(unit)))
	if num == "" || !ok {
		return 0, ErrSize
	}
	if n, err := strconv.ParseInt(num, 10, 64); err == nil {
		if n > math.MaxInt64/factor {
			return 0, ErrTooBig
		}
		return n * factor, nil
	}
	f, err := strconv.ParseFloat(num, 64)
	if err != nil {
		return 0, ErrSize
	}
	// 2^63 itself is not an int64 any more.
	if f *= float64(factor); f >= math.MaxInt64 {
		return 0, ErrTooBig
	}
	return int64(f), nil
}

// FormatBytes writes n as ParseBytes reads it back, exactly: "16MiB", "1500".
func FormatBytes(n int64) string {
	units := [...]string{"", "KiB", "MiB", "GiB", "TiB", "PiB"}
	i := 0
	for n != 0 && n%1024 == 0 && i < len(units)-1 {
		n, i = n/1024, i+1
	}
	return strconv.FormatInt(n, 10) + units[i]
}

// ParseRate reads a bandwidth in bytes a second: "50MiB/s"; the "/s" may be left
// out. "unlimited", "0" and "" give 0, which means no limit.
func ParseRate(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if s == "" || s == "unlimited" || s == "off" {
		return 0, nil
	}
	n, err := ParseBytes(strings.TrimSpace(strings.TrimSuffix(s, "/s")))
	if errors.Is(err, ErrSize) {
		return 0, ErrRate
	}
	return n, err
}

// FormatRate writes n bytes a second as ParseRate reads it back.
func FormatRate(n int64) string {
	if n == 0 {
		return "unlimited"
	}
	return FormatBytes(n) + "/s"
}

// ParseDuration reads what time.ParseDuration reads, and days and weeks: "90s",
// "15m", "7d", "2w", "1d12h". Negative durations are refused.
func ParseDuration(s string) (time.Duration, error) {
	rest, total := strings.TrimSpace(s), time.Duration(0)
	for _, unit := range []struct {
		name string
		d    time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		num, after, found := strings.Cut(rest, unit.name)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(num, 10, 31)
		if err != nil {
			return 0, ErrDuration
		}
		if time.Duration(n) > (math.MaxInt64-total)/unit.d {
			return 0, ErrTooBig
		}
		total += time.Duration(n) * unit.d
		if rest = after; rest == "" {
			return total, nil
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || strings.HasPrefix(rest, "-") {
		return 0, ErrDuration
	}
	if d > math.MaxInt64-total {
		return 0, ErrTooBig
	}
	return total + d, nil
}

// FormatDuration writes d as ParseDuration reads it back, without units that
// are zero: "15m", "1h30m", "7d".
func FormatDuration(d time.Duration) string {
	if d <= 0 {
		return "0s"
	}
	var b strings.Builder
	if days := d / (24 * time.Hour); days > 0 {
		fmt.Fprintf(&b, "%dd", days)
		d -= days * 24 * time.Hour
	}
	if h := d / time.Hour; h > 0 {
		fmt.Fprintf(&b, "%dh", h)
		d -= h * time.Hour
	}
	if m := d / time.Minute; m > 0 {
		fmt.Fprintf(&b, "%dm", m)
		d -= m * time.Minute
	}
	if d > 0 {
		b.WriteString(d.String())
	}
	return b.String()
}

func splitNumber(s string) (num, rest string) {
	i := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

func byteUnit(unit string) (int64, bool) {
	switch unit {
	case "", "b":
		return 1, true
	}
	power := int64(1)
	for _, letter := range "kmgtp" {
		power++
		rest, found := strings.CutPrefix(unit, string(letter))
		if !found {
			continue
		}
		base := int64(1024)
		switch rest {
		case "", "i", "ib":
		case "b":
			base = 1000
		default:
			return 0, false
		}
		factor := int64(1)
		for range power - 1 {
			factor *= base
		}
		return factor, true
	}
	return 0, false
}
