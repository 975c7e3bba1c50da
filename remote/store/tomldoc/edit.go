package tomldoc

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// The reasons why an edit cannot be made.
var (
	ErrSyntax = errors.New("the file is not valid TOML")
	ErrGone   = errors.New("there is no such table in the file any more")
	ErrForm   = errors.New("the file has this in a form that can only be edited by hand")
	ErrText   = errors.New("this is not UTF-8 text and cannot be kept in a TOML file")
)

// Target names a table of the file: the plain table [Table], or the Index-th
// [[Table]], counted from 0.
type Target struct {
	Table string
	Index int // -1 for a plain table
}

// Plain is the target of a table in single brackets.
func Plain(table string) Target { return Target{table, -1} }

// Set gives data with one value changed. Only the bytes of the value change; a
// key that is missing comes on a line of its own after the last key of its
// table, a plain table that is missing comes at the end.
func Set(data []byte, t Target, key string, v Value) ([]byte, error) {
	if v.bad || !utf8.ValidString(key) {
		return nil, ErrText
	}
	d, err := editable(data)
	if err != nil {
		return nil, err
	}
	n, err := d.find(t)
	if errors.Is(err, ErrGone) && t.Index < 0 {
		return d.appendTable("["+writeKey(t.Table)+"]", []Pair{{key, v}}, len(data)), nil
	}
	if err != nil {
		return nil, err
	}
	old := n.Child(key)
	switch {
	case old == nil:
		return d.insert(t, n, Pair{key, v})
	case old.Span.Len() == 0 || old.head >= 0 || old.Kind == Table && old.expr < 0 && old.whole.Len() == 0:
		return nil, ErrForm
	}
	return splice(data, old.Span, v.source), nil
}

// Unset gives data without a key: its lines go, or its part of an inline table.
// A key that is not there changes nothing.
func Unset(data []byte, t Target, key string) ([]byte, error) {
	d, err := editable(data)
	if err != nil {
		return nil, err
	}
	n, err := d.find(t)
	if errors.Is(err, ErrGone) && t.Index < 0 {
		return data, nil
	}
	if err != nil {
		return nil, err
	}
	old := n.Child(key)
	switch {
	case old == nil:
		return data, nil
	case n.inline:
		return n.cut(data, key)
	case old.expr < 0:
		return nil, ErrForm
	}
	e := d.exprs[old.expr]
	return splice(data, Span{lineAt(data, e.span.Start).Start, d.nextLine(e.span.End)}, ""), nil
}

// Add gives data with one more [[table]], after the last one of that name or
// else at the end.
func Add(data []byte, table string, pairs []Pair) ([]byte, error) {
	for _, p := range pairs {
		if p.Value.bad || !utf8.ValidString(p.Key) {
			return nil, ErrText
		}
	}
	d, err := editable(data)
	if err != nil {
		return nil, err
	}
	at := len(data)
	if n := d.Root.Child(table); n != nil {
		if n.Kind != Tables {
			return nil, ErrForm
		}
		at = d.blockEnd(n.Items[len(n.Items)-1])
	}
	return d.appendTable("[["+writeKey(table)+"]]", pairs, at), nil
}

// Remove gives data without a [[table]]: its header, its keys, and the comments
// that stand directly below them.
func Remove(data []byte, t Target) ([]byte, error) {
	d, err := editable(data)
	if err != nil {
		return nil, err
	}
	n, err := d.find(t)
	if err != nil {
		return nil, err
	}
	if n.head < 0 || d.scattered(n) {
		return nil, ErrForm
	}
	start := lineAt(data, d.exprs[n.head].span.Start).Start
	end := d.blockEnd(n)
	if above := data[:start]; len(above) == 0 || bytes.HasSuffix(above, []byte("\n\n")) || bytes.HasSuffix(above, []byte("\n\r\n")) {
		for end < len(data) && len(bytes.TrimSpace(data[end:d.nextLine(end)])) == 0 {
			end = d.nextLine(end) // leave one blank line, not two
		}
	}
	return splice(data, Span{start, end}, ""), nil
}

// editable parses data, which must have no fault.
func editable(data []byte) (*Document, error) {
	d, problems := Parse(data)
	if len(problems) > 0 {
		return nil, ErrSyntax
	}
	return d, nil
}

func (d *Document) find(t Target) (*Node, error) {
	n := d.Root.Child(t.Table)
	switch {
	case n == nil:
		return nil, ErrGone
	case t.Index < 0:
		if n.Kind != Table {
			return nil, ErrForm
		}
		return n, nil
	case n.Kind != Tables && n.Kind != List:
		return nil, ErrForm
	case t.Index >= len(n.Items):
		return nil, ErrGone
	case n.Items[t.Index].Kind != Table:
		return nil, ErrForm
	}
	return n.Items[t.Index], nil
}

// insert puts a new key into the table n.
func (d *Document) insert(t Target, n *Node, p Pair) ([]byte, error) {
	written := writeKey(p.Key) + " = " + p.Value.source
	switch {
	case n.inline && len(n.pairs) > 0:
		end := n.pairs[len(n.pairs)-1].span.End
		return splice(d.data, Span{end, end}, ", "+written), nil
	case n.inline:
		return nil, ErrForm
	case n.head >= 0:
		last := n.head
		for last+1 < len(d.exprs) && d.exprs[last+1].kind == keyValue {
			last++
		}
		return d.insertLine(last, written), nil
	case n.dotted && t.Index < 0:
		last := -1
		for i, e := range d.exprs {
			if e.kind == keyValue && len(e.key) > 1 && e.key[0].name == t.Table {
				last = i
			}
			if e.kind != keyValue {
				break
			}
		}
		if last >= 0 {
			return d.insertLine(last, writeKey(t.Table)+"."+written), nil
		}
	case t.Index < 0: // only [table.sub] is there; [table] may still come
		return d.appendTable("["+writeKey(t.Table)+"]", []Pair{p}, len(d.data)), nil
	}
	return nil, ErrForm
}

// insertLine puts a line behind an expression, indented like it.
func (d *Document) insertLine(index int, written string) []byte {
	e := d.exprs[index]
	first := lineAt(d.data, e.span.Start)
	indent := d.data[first.Start:e.span.Start]
	end := lineAt(d.data, e.span.End).End
	if end > 0 && end < len(d.data) && d.data[end-1] == '\r' {
		end--
	}
	if bytes.HasPrefix(indent, []byte(bom)) {
		indent = indent[len(bom):]
	}
	return splice(d.data, Span{end, end}, d.newline()+string(indent)+written)
}

// appendTable puts a table at an offset that begins a line, or at the end.
func (d *Document) appendTable(head string, pairs []Pair, at int) []byte {
	nl := d.newline()
	var b strings.Builder
	above, below := d.data[:at], d.data[at:]
	if len(bytes.Trim(above, " \t"+bom)) > 0 {
		if above[len(above)-1] != '\n' {
			b.WriteString(nl)
		}
		if line := bytes.TrimRight(above, "\r\n"); len(above)-len(line) < 2*len(nl) {
			b.WriteString(nl)
		}
	}
	b.WriteString(head + nl)
	for _, p := range pairs {
		b.WriteString(writeKey(p.Key) + " = " + p.Value.source + nl)
	}
	if len(below) > 0 && below[0] != '\n' && below[0] != '\r' {
		b.WriteString(nl)
	}
	return splice(d.data, Span{at, at}, b.String())
}

// lastOf is the index of the last expression that belongs to a table with a
// header.
func (d *Document) lastOf(n *Node) int {
	path := d.exprs[n.head].key
	last := n.head
	for i := n.head + 1; i < len(d.exprs); i++ {
		if e := d.exprs[i]; e.kind != keyValue && !below(path, e.key) {
			break
		}
		last = i
	}
	return last
}

// scattered tells whether parts of the table stand behind other tables.
func (d *Document) scattered(n *Node) bool {
	path := d.exprs[n.head].key
	for _, e := range d.exprs[d.lastOf(n)+1:] {
		if e.kind == arrayHeader && len(e.key) == len(path) && samePath(path, e.key) {
			return false // what follows belongs to that one
		}
		if e.kind != keyValue && below(path, e.key) {
			return true
		}
	}
	return false
}

// blockEnd is where the lines of a table with a header end: behind its last
// expression and the comments directly below, unless they lead over to the next
// expression.
func (d *Document) blockEnd(n *Node) int {
	end := d.nextLine(d.exprs[d.lastOf(n)].span.End)
	after := end
	for after < len(d.data) {
		line := bytes.TrimSpace(d.data[after:d.nextLine(after)])
		if len(line) == 0 {
			break
		}
		if line[0] != '#' {
			return end
		}
		after = d.nextLine(after)
	}
	return after
}

func (d *Document) nextLine(off int) int {
	return min(lineAt(d.data, off).End+1, len(d.data))
}

func (d *Document) newline() string {
	if i := bytes.IndexByte(d.data, '\n'); i > 0 && d.data[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// cut takes a pair out of an inline table.
func (n *Node) cut(data []byte, key string) ([]byte, error) {
	i := slices.IndexFunc(n.pairs, func(e expr) bool { return len(e.key) == 1 && e.key[0].name == key })
	switch {
	case i < 0:
		return nil, ErrForm
	case i > 0:
		return splice(data, Span{n.pairs[i-1].span.End, n.pairs[i].span.End}, ""), nil
	case len(n.pairs) > 1:
		return splice(data, Span{n.pairs[0].span.Start, n.pairs[1].span.Start}, ""), nil
	}
	return splice(data, n.pairs[0].span, ""), nil
}

func below(path, key []part) bool { return len(key) > len(path) && samePath(path, key) }

func samePath(path, key []part) bool {
	for i, p := range path {
		if key[i].name != p.name {
			return false
		}
	}
	return true
}

func splice(data []byte, s Span, with string) []byte {
	return slices.Concat(data[:s.Start], []byte(with), data[s.End:])
}
