package tomldoc

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gantry/remote"
)

// Field is one key that may stand in a table.
type Field struct {
	Name   string
	Kind   Kind                // Text, Whole, Flag, List (of texts), Table or Tables
	Check  func(string) string // of a Text and of each text of a List: what is wrong, "" if nothing
	Min    int                 // of a Whole
	Max    int                 // of a Whole; 0: no limit
	Fields []Field             // of Table and Tables
	Free   bool                // a Table of any keys, checked by the caller
}

// OneOf is a Check for a closed set of words.
func OneOf(words ...string) func(string) string {
	return func(s string) string {
		for _, w := range words {
			if s == w {
				return ""
			}
		}
		return "must be " + Or(words) + DidYouMean(s, words)
	}
}

// Or lists words for a message: `"a", "b" or "c"`.
func Or(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}

// Names are the names of fields.
func Names(fields []Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// Check compares the tables of the file that fields name with them: unknown
// keys, wrong types, bad values. Other top-level keys are not looked at; that
// is Unknown's part.
func (d *Document) Check(fields []Field) []remote.Problem {
	c := checker{d: d}
	for _, f := range fields {
		if n := d.Root.Child(f.Name); n != nil {
			c.value(f, n, f.Name)
		}
	}
	return sorted(c.found)
}

// Unknown tells of top-level keys that are none of names.
func (d *Document) Unknown(names []string) []remote.Problem {
	c := checker{d: d}
	c.unknown(d.Root, names, "")
	return sorted(c.found)
}

type checker struct {
	d     *Document
	found []remote.Problem
}

func (c *checker) add(n *Node, field, message string) {
	c.found = append(c.found, c.d.Problem(n.At(), field, message))
}

func (c *checker) unknown(table *Node, names []string, path string) {
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
	}
	for _, name := range table.Names() {
		if known[name] {
			continue
		}
		field := strings.TrimSuffix(path, ".")
		if show := ShowKey(name); show != "" {
			field = path + show
		}
		message := "unknown key" + DidYouMean(name, names)
		c.found = append(c.found, c.d.Problem(table.Child(name).Key.Start, field, message))
	}
}

func (c *checker) table(fields []Field, n *Node, path string) {
	c.unknown(n, Names(fields), path+".")
	for _, f := range fields {
		if kid := n.Child(f.Name); kid != nil {
			c.value(f, kid, path+"."+f.Name)
		}
	}
}

func (c *checker) value(f Field, n *Node, path string) {
	if f.Kind == Tables {
		c.tables(f, n, path)
		return
	}
	if n.Kind != f.Kind {
		c.add(n, path, mustBe(f))
		return
	}
	switch f.Kind {
	case Text:
		if wrong := check(f, n.Text); wrong != "" {
			c.add(n, path, wrong)
		}
	case Whole:
		c.whole(f, n, path)
	case List:
		for _, item := range n.Items {
			if item.Kind != Text {
				c.add(item, path, mustBe(f))
				return
			}
			if wrong := check(f, item.Text); wrong != "" {
				c.add(item, path, wrong)
			}
		}
	case Table:
		if !f.Free {
			c.table(f.Fields, n, path)
		}
	}
}

func (c *checker) tables(f Field, n *Node, path string) {
	if n.Kind != Tables && n.Kind != List {
		c.add(n, path, mustBe(f))
		return
	}
	for i, item := range n.Items {
		if item.Kind != Table {
			c.add(item, path, mustBe(f))
			return
		}
		c.table(f.Fields, item, Item(path, i))
	}
}

// Item is the name of the i-th of several tables, counted from 0, in messages,
// where it is counted from 1: "server[2]".
func Item(table string, i int) string { return fmt.Sprintf("%s[%d]", table, i+1) }

func (c *checker) whole(f Field, n *Node, path string) {
	limit := f.Max
	if limit == 0 {
		limit = math.MaxInt
	}
	v, err := strconv.ParseInt(strings.ReplaceAll(n.Text, "_", ""), 0, 64)
	if err == nil && v >= int64(f.Min) && v <= int64(limit) {
		return
	}
	if f.Max == 0 {
		c.add(n, path, fmt.Sprintf("must be a whole number of at least %d", f.Min))
		return
	}
	c.add(n, path, fmt.Sprintf("must be a whole number from %d to %d", f.Min, f.Max))
}

func check(f Field, s string) string {
	if f.Check == nil {
		return ""
	}
	return f.Check(s)
}

func mustBe(f Field) string {
	switch f.Kind {
	case Whole:
		return "must be a whole number, without quotes"
	case Flag:
		return "must be true or false, without quotes"
	case List:
		return `must be a list of texts, as in ["a", "b"]`
	case Table:
		return "must be a table, begun with [" + f.Name + "] or in { braces }"
	case Tables:
		return "must be a table in double brackets: [[" + f.Name + "]]"
	default:
		return `must be text, in "quotes"`
	}
}
