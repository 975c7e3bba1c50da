package tomldoc

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"gantry/remote"
)

// maxFaults is how many faults of syntax are searched for.
const maxFaults = 20

const bom = "\xef\xbb\xbf"

// Document is a file that was taken apart.
type Document struct {
	Root  *Node
	Whole bool // all of it could be read; else what is missing may stand in the rest

	data     []byte
	exprs    []expr
	problems []remote.Problem
}

// Parse takes a file apart and tells what is wrong with its syntax. The
// Document is never nil; with faults it holds what could be read. data must not
// be changed while the Document is used.
func Parse(data []byte) (*Document, []remote.Problem) {
	d := &Document{data: data, Whole: true}
	text := bytes.Clone(data)
	if bytes.HasPrefix(text, []byte(bom)) {
		copy(text, "   ")
	}
	for range maxFaults {
		exprs, bad := scan(text)
		d.exprs = exprs
		if bad < 0 {
			break
		}
		d.Whole = false
		d.problem(bad, "", syntaxFault(text, bad))
		// Go on behind the line if the fault began on it; a value of several
		// lines that is broken would only give faults that are none.
		line := lineAt(text, bad)
		if d.failedFrom(text) < line.Start || line.Len() == 0 || bad >= len(text) {
			break
		}
		for i := line.Start; i < line.End; i++ {
			text[i] = ' '
		}
	}
	d.build()
	return d, sorted(d.problems)
}

// failedFrom is where the expression begins that could not be read.
func (d *Document) failedFrom(text []byte) int {
	i := 0
	if len(d.exprs) > 0 {
		i = lineAt(text, d.exprs[len(d.exprs)-1].span.End).End
	}
	for i < len(text) {
		line := lineAt(text, i)
		if rest := bytes.TrimSpace(text[line.Start:line.End]); i == line.Start && len(rest) > 0 && rest[0] != '#' {
			return line.Start
		}
		i = line.End + 1
	}
	return len(text)
}

// syntaxFault is a sentence about the fault at off that holds nothing of the
// file.
func syntaxFault(text []byte, off int) string {
	rest := text[off:]
	if r, n := utf8.DecodeRune(rest); r == utf8.RuneError && n == 1 {
		return "not UTF-8 text"
	}
	before := bytes.TrimSpace(text[lineAt(text, off).Start:off])
	switch {
	case len(rest) > 0 && rest[0] < ' ' && rest[0] != '\n' && rest[0] != '\r' && rest[0] != '\t':
		return `a control character stands here; in "text" write it as \u001b`
	case len(before) > 0 && before[0] == '[' && !bytes.Contains(before, []byte("=")):
		return "not a valid table header; write [name] or [[name]] and nothing else on the line"
	case bytes.Contains(before, []byte("=")):
		return `not a valid value; text stands in "quotes", on one line; numbers, true and false do not`
	default:
		return "expected key = value, a [table] or a # comment"
	}
}

// Problem makes a problem at an offset of the file.
func (d *Document) Problem(off int, field, message string) remote.Problem {
	off = min(off, len(d.data))
	line := lineAt(d.data, off)
	return remote.Problem{
		Line:    bytes.Count(d.data[:line.Start], []byte("\n")) + 1,
		Col:     utf8.RuneCount(bytes.TrimPrefix(d.data[line.Start:off], []byte(bom))) + 1,
		Field:   field,
		Message: message,
	}
}

func (d *Document) problem(off int, field, message string) {
	d.problems = append(d.problems, d.Problem(off, field, message))
}

func (d *Document) lineOf(off int) int { return d.Problem(off, "", "").Line }

// build makes the tree of the expressions and finds what is there twice.
func (d *Document) build() {
	d.Root = newTable(Span{})
	current := d.Root
	for i, e := range d.exprs {
		if e.kind == keyValue {
			d.pair(current, e, i)
			continue
		}
		if current = d.open(e, i); current == nil {
			current = newTable(Span{}) // what follows belongs nowhere
		}
	}
}

// open finds or makes the table of a header.
func (d *Document) open(e expr, index int) *Node {
	n := d.Root
	for _, p := range e.key[:len(e.key)-1] {
		kid := n.Child(p.name)
		if kid == nil {
			kid = newTable(p.span)
			n.put(p.name, kid)
		}
		if kid.Kind == Tables {
			kid = kid.Items[len(kid.Items)-1]
		}
		if kid.Kind != Table || kid.inline {
			d.problem(p.span.Start, ShowKey(p.name), "this has a value already and cannot be a table as well")
			return nil
		}
		n = kid
	}
	last := e.key[len(e.key)-1]
	kid := n.Child(last.name)
	if e.kind == arrayHeader {
		return d.openItem(n, kid, last, index)
	}
	switch {
	case kid == nil:
		kid = newTable(last.span)
		n.put(last.name, kid)
	case kid.Kind == Tables:
		d.problem(last.span.Start, ShowKey(last.name), "this stands elsewhere in double brackets; write [[...]] here too")
		return nil
	case kid.Kind != Table || kid.inline || kid.dotted:
		d.problem(last.span.Start, ShowKey(last.name), fmt.Sprintf("this has a value already, on line %d", d.lineOf(kid.Key.Start)))
		return nil
	case kid.head >= 0:
		d.problem(last.span.Start, ShowKey(last.name), fmt.Sprintf("this table stands twice, first on line %d", d.lineOf(kid.Key.Start)))
		return nil
	}
	kid.Key, kid.head = last.span, index
	return kid
}

func (d *Document) openItem(n, kid *Node, name part, index int) *Node {
	if kid == nil {
		kid = &Node{Kind: Tables, Key: name.span, expr: -1, head: index}
		n.put(name.name, kid)
	}
	if kid.Kind != Tables {
		d.problem(name.span.Start, ShowKey(name.name), fmt.Sprintf("this stands in another form on line %d; write [[...]] there too", d.lineOf(kid.Key.Start)))
		return nil
	}
	item := newTable(name.span)
	item.head = index
	kid.Items = append(kid.Items, item)
	return item
}

// pair puts a key and its value into the table n.
func (d *Document) pair(n *Node, e expr, index int) {
	for _, p := range e.key[:len(e.key)-1] {
		kid := n.Child(p.name)
		if kid == nil {
			kid = newTable(p.span)
			kid.dotted = true
			n.put(p.name, kid)
		}
		if kid.Kind != Table || kid.inline {
			d.problem(p.span.Start, ShowKey(p.name), "this has a value already and cannot hold keys")
			return
		}
		n = kid
	}
	last := e.key[len(e.key)-1]
	if first := n.Child(last.name); first != nil {
		d.problem(last.span.Start, ShowKey(last.name), fmt.Sprintf("this key stands twice, first on line %d", d.lineOf(first.Key.Start)))
		return
	}
	v := e.value
	v.Key, v.expr = last.span, index
	n.put(last.name, v)
	d.fill(v)
}

// fill puts the pairs of inline tables in v into the tree.
func (d *Document) fill(v *Node) {
	for _, item := range v.Items {
		d.fill(item)
	}
	for _, p := range v.pairs {
		d.pair(v, p, -1)
	}
}

// Sort sorts problems by where they stand.
func Sort(ps []remote.Problem) { sorted(ps) }

func sorted(ps []remote.Problem) []remote.Problem {
	slices.SortStableFunc(ps, func(a, b remote.Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	return ps
}

// lineAt is the line that off is on, without its line end.
func lineAt(text []byte, off int) Span {
	off = min(off, len(text))
	start := bytes.LastIndexByte(text[:off], '\n') + 1
	if n := bytes.IndexByte(text[off:], '\n'); n >= 0 {
		return Span{start, off + n}
	}
	return Span{start, len(text)}
}
