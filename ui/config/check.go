package config

import (
	"gantry/remote"
	"gantry/remote/store"
	"gantry/remote/store/tomldoc"
)

// Part sizes that S3 takes, in bytes.
const (
	minPart = 5 << 20
	maxPart = 5 << 30
)

func fields() []tomldoc.Field {
	text := func(name string, check func(string) string) tomldoc.Field {
		return tomldoc.Field{Name: name, Kind: tomldoc.Text, Check: check}
	}
	flag := func(name string) tomldoc.Field { return tomldoc.Field{Name: name, Kind: tomldoc.Flag} }
	return []tomldoc.Field{
		{Name: "transfer", Kind: tomldoc.Table, Fields: []tomldoc.Field{
			{Name: "workers", Kind: tomldoc.Whole, Max: MaxWorkers},
			text("part_size", partSize),
			text("bandwidth", bandwidth),
			{Name: "retries", Kind: tomldoc.Whole, Max: 1000},
			text("patience", patience),
			text("verify", tomldoc.OneOf("auto", "full", "size")),
			text("names", tomldoc.OneOf("refuse", "encode")),
			text("on_conflict", tomldoc.OneOf("ask", "overwrite", "newer", "size", "checksum", "rename", "skip", "fail")),
		}},
		{Name: "ui", Kind: tomldoc.Table, Fields: []tomldoc.Field{
			text("theme", tomldoc.OneOf("auto", "dark", "light", "high-contrast")),
			text("left", nil),
			text("right", nil),
			text("sort", tomldoc.OneOf("name", "size", "time", "type")),
			flag("reverse"),
			flag("hidden"),
			flag("confirm"),
			flag("mouse"),
		}},
		{Name: "keys", Kind: tomldoc.Table, Free: true},
	}
}

// check finds what is wrong in the tables of this package, and tables that
// nobody knows.
func check(doc *tomldoc.Document, known []Action) []remote.Problem {
	mine := fields()
	problems := doc.Unknown(append(tomldoc.Names(store.Fields()), tomldoc.Names(mine)...))
	problems = append(problems, doc.Check(mine)...)
	return append(problems, checkKeys(doc, known)...)
}

func partSize(s string) string {
	var b Bytes
	if err := b.Set(s); err != nil {
		return err.Error()
	}
	return CheckPartSize(b)
}

// MaxWorkers is the most that workers may be.
const MaxWorkers = 1024

// CheckPartSize says what is wrong with the size of a part, "" for nothing.
func CheckPartSize(b Bytes) string {
	if b != 0 && (b < minPart || b > maxPart) {
		return `must be "auto" or from 5MiB to 5GiB`
	}
	return ""
}

func bandwidth(s string) string {
	var t Timetable
	if err := t.UnmarshalText([]byte(s)); err != nil {
		return err.Error()
	}
	return ""
}

func patience(s string) string {
	var d Duration
	if err := d.Set(s); err != nil {
		return err.Error()
	}
	return ""
}
