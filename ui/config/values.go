package config

import (
	"time"

	"gantry/remote"
)

// Bytes is a size in bytes, written "16MiB". "auto" is 0. It is a flag value
// as well.
type Bytes int64

// UnmarshalText reads a size; "auto" and "" are 0.
func (b *Bytes) UnmarshalText(text []byte) error { return b.Set(string(text)) }

// Set reads a size; "auto" and "" are 0. The error never holds s.
func (b *Bytes) Set(s string) error {
	if s == "auto" || s == "" {
		*b = 0
		return nil
	}
	n, err := remote.ParseBytes(s)
	if err != nil {
		return err
	}
	*b = Bytes(n)
	return nil
}

// String is how the size is written.
func (b Bytes) String() string {
	if b == 0 {
		return "auto"
	}
	return remote.FormatBytes(int64(b))
}

// Type is the word for the value in the help of a flag.
func (b Bytes) Type() string { return "size" }

// Rate is a bandwidth in bytes a second, written "50MiB/s". "unlimited" is 0.
// It is a flag value as well.
type Rate int64

// UnmarshalText reads a rate.
func (r *Rate) UnmarshalText(text []byte) error { return r.Set(string(text)) }

// Set reads a rate. The error never holds s.
func (r *Rate) Set(s string) error {
	n, err := remote.ParseRate(s)
	if err != nil {
		return err
	}
	*r = Rate(n)
	return nil
}

// String is how the rate is written.
func (r Rate) String() string { return remote.FormatRate(int64(r)) }

// Type is the word for the value in the help of a flag.
func (r Rate) Type() string { return "rate" }

// Timetable is a bandwidth, or several by the time of day: "20MiB/s",
// "08:00,2MiB/s 19:00,off".
type Timetable remote.Timetable

// UnmarshalText reads a timetable. The error never holds text.
func (t *Timetable) UnmarshalText(text []byte) error {
	tt, err := remote.ParseTimetable(string(text))
	if err == nil {
		*t = Timetable(tt)
	}
	return err
}

// Equal tells whether both limit in the same way.
func (t Timetable) Equal(o Timetable) bool {
	return remote.Timetable(t).String() == remote.Timetable(o).String()
}

// Duration is a length of time, written "15m" or "7d".
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error { return d.Set(string(text)) }

// Set reads a duration. The error never holds s.
func (d *Duration) Set(s string) error {
	n, err := remote.ParseDuration(s)
	if err != nil {
		return err
	}
	*d = Duration(n)
	return nil
}

// String is how the duration is written.
func (d Duration) String() string { return remote.FormatDuration(time.Duration(d)) }

// Type is the word for the value in the help of a flag.
func (d Duration) Type() string { return "duration" }
