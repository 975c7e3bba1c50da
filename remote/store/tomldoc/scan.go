package tomldoc

import (
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"
)

// This is the only file that knows go-toml's syntax tree, whose package is
// named unstable and pinned in go.mod.

// part is one part of a dotted key.
type part struct {
	name string
	span Span
}

type exprKind uint8

const (
	keyValue    exprKind = iota
	header               // [a.b]
	arrayHeader          // [[a.b]]
)

// expr is one top-level expression of the file, in its order.
type expr struct {
	kind  exprKind
	key   []part
	value *Node // of keyValue
	span  Span  // without the comment and the line end behind it
}

// scan takes data apart. When the syntax is wrong, bad is the offset of the
// fault and exprs holds what stands before it; else bad is -1.
func scan(data []byte) (exprs []expr, bad int) {
	// The parser computes offsets from capacities, so nothing may lie behind.
	data = data[:len(data):len(data)]
	var p unstable.Parser
	p.Reset(data)
	s := scanner{p: &p, data: data}
	for p.NextExpression() {
		exprs = append(exprs, s.expression(p.Expression()))
	}
	if p.Error() == nil {
		return exprs, -1
	}
	var fault *unstable.ParserError
	if errors.As(p.Error(), &fault) && cap(fault.Highlight) <= cap(data) {
		return exprs, cap(data) - cap(fault.Highlight)
	}
	return exprs, len(data)
}

type scanner struct {
	p    *unstable.Parser
	data []byte
}

func (s *scanner) expression(n *unstable.Node) expr {
	e := expr{key: s.parts(n.Key())}
	first, last := e.key[0].span, e.key[len(e.key)-1].span
	switch n.Kind {
	case unstable.KeyValue:
		e.kind, e.span = keyValue, span(n.Raw)
		e.value = s.value(n.Value(), Span{s.valueStart(last.End), e.span.End})
		return e
	case unstable.ArrayTable:
		e.kind = arrayHeader
	default:
		e.kind = header
	}
	e.span = Span{first.Start, last.End}
	for e.span.Start > 0 && s.data[e.span.Start-1] != '\n' {
		e.span.Start-- // back over spaces and brackets to the line's start
	}
	for isSpace(s.data[e.span.Start]) {
		e.span.Start++
	}
	for brackets := int(e.kind); brackets > 0; e.span.End++ {
		if s.data[e.span.End] == ']' {
			brackets--
		}
	}
	return e
}

func (s *scanner) parts(it unstable.Iterator) []part {
	var key []part
	for it.Next() {
		key = append(key, part{string(it.Node().Data), span(it.Node().Raw)})
	}
	return key
}

// valueStart finds the value behind a key that ends at i.
func (s *scanner) valueStart(i int) int {
	for s.data[i] != '=' {
		i++
	}
	for i++; isSpace(s.data[i]); i++ {
	}
	return i
}

// value makes the node of a value; at is where it stands, as far as the caller
// knows.
func (s *scanner) value(n *unstable.Node, at Span) *Node {
	if n.Raw.Length > 0 && n.Kind != unstable.InlineTable {
		at = span(n.Raw)
	}
	node := &Node{Span: at, expr: -1, head: -1}
	switch n.Kind {
	case unstable.String:
		node.Kind, node.Text = Text, string(n.Data)
	case unstable.Integer:
		node.Kind, node.Text = Whole, string(n.Data)
	case unstable.Float:
		node.Kind, node.Text = Real, string(n.Data)
	case unstable.Bool:
		node.Kind, node.Text = Flag, string(n.Data)
	case unstable.Array:
		node.Kind = List
		for it := n.Children(); it.Next(); {
			if it.Node().Kind != unstable.Comment {
				node.Items = append(node.Items, s.value(it.Node(), Span{at.Start, at.Start}))
			}
		}
	case unstable.InlineTable:
		s.inlineTable(node, n)
	default:
		node.Kind = Time
	}
	return node
}

func (s *scanner) inlineTable(node *Node, n *unstable.Node) {
	node.Kind, node.inline = Table, true
	if node.Span.Len() == 0 {
		node.Span = span(n.Raw) // its opening brace at least
	}
	for it := n.Children(); it.Next(); {
		kv := it.Node()
		if kv.Kind != unstable.KeyValue {
			continue
		}
		key, whole := s.parts(kv.Key()), span(kv.Raw)
		v := s.value(kv.Value(), Span{s.valueStart(key[len(key)-1].span.End), whole.End})
		v.whole = whole
		node.pairs = append(node.pairs, expr{kind: keyValue, key: key, value: v, span: whole})
	}
}

func span(r unstable.Range) Span {
	return Span{int(r.Offset), int(r.Offset + r.Length)}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }
