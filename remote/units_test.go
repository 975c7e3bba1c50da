package remote_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"gantry/remote"
)

func TestSizesAreReadInBothKindsOfUnits(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "4096": 4096, "16MiB": 16 << 20, "16 mib": 16 << 20, "16M": 16 << 20, "1.5kB": 1500, "1.5KiB": 1536, "5GB": 5e9, "1TiB": 1 << 40,
		"2PB": 2e15, "7b": 7, "9223372036854775807": math.MaxInt64,
	} {
		if got, err := remote.ParseBytes(in); err != nil || got != want {
			t.Errorf("ParseBytes(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, bad := range []string{"", "MiB", "1XB", "1.2.3", "-1", "1e9", "16MiB/s", "9223372036854775808", "99999PiB", "9.3e18", "8388608TiB"} {
		if got, err := remote.ParseBytes(bad); err == nil {
			t.Errorf("ParseBytes(%q) = %d", bad, got)
		}
	}
}

func FuzzUnitsReadWhatTheyWrite(f *testing.F) {
	f.Add(int64(1500), "1d12h")
	f.Add(int64(16<<20), "16MiB")
	f.Add(int64(math.MaxInt64), "1w")
	f.Fuzz(func(t *testing.T, n int64, s string) {
		if n > 0 {
			if got, err := remote.ParseBytes(remote.FormatBytes(n)); err != nil || got != n {
				t.Fatalf("%d is written %q, read %d (%v)", n, remote.FormatBytes(n), got, err)
			}
			if got, err := remote.ParseRate(remote.FormatRate(n)); err != nil || got != n {
				t.Fatalf("%d is written %q, read %d (%v)", n, remote.FormatRate(n), got, err)
			}
			d := time.Duration(n)
			if got, err := remote.ParseDuration(remote.FormatDuration(d)); err != nil || got != d {
				t.Fatalf("%v is written %q, read %v (%v)", d, remote.FormatDuration(d), got, err)
			}
		}
		for _, parse := range []func(string) error{
			func(s string) error { v, err := remote.ParseBytes(s); return nonNegative(v, err) },
			func(s string) error { v, err := remote.ParseRate(s); return nonNegative(v, err) },
			func(s string) error { v, err := remote.ParseDuration(s); return nonNegative(int64(v), err) },
		} {
			if err := parse(s + "CANARY"); err != nil && strings.Contains(err.Error(), "CANARY") {
				t.Fatal(err)
			}
			if err := parse(s); err != nil && err.Error() == "negative" {
				t.Fatalf("%q is negative", s)
			}
		}
	})
}

type text string

func (t text) Error() string { return string(t) }

func nonNegative(v int64, err error) error {
	if err == nil && v < 0 {
		return text("negative")
	}
	return err
}
