package tomldoc

// Kind is the type of a value in the file.
type Kind uint8

// The kinds of values.
const (
	Text   Kind = iota // "a string"
	Whole              // 42
	Real               // 4.2
	Flag               // true
	Time               // a date, a time, or both
	List               // [1, 2]
	Table              // [a], {b = 1}, or a.b = 1
	Tables             // [[a]]
)

// Span is a range of bytes of the file.
type Span struct{ Start, End int }

// Len is the number of bytes.
func (s Span) Len() int { return s.End - s.Start }

// Node is a value of the file and where it stands.
type Node struct {
	Kind  Kind
	Key   Span    // its name; of the first header for Tables; zero in a List
	Span  Span    // the value itself; zero for tables that have a header or only dotted keys
	Text  string  // of Text: the text; of Whole, Real and Flag: as it is written
	Items []*Node // of List and Tables

	names  []string
	kids   map[string]*Node
	pairs  []expr // of an inline table, as written
	whole  Span   // of a value in an inline table: key and value
	inline bool   // written in braces
	dotted bool   // made by dotted keys
	expr   int    // index of its expression, -1 if it is inside one
	head   int    // index of its header, -1 if it has none
}

// Names are the keys of a table in the order of the file.
func (n *Node) Names() []string { return n.names }

// Child is the value of a key of a table, nil if there is none.
func (n *Node) Child(name string) *Node {
	if n == nil {
		return nil
	}
	return n.kids[name]
}

// At is where a problem with this value is best pointed at.
func (n *Node) At() int {
	if n.Span.Len() > 0 && !n.inline {
		return n.Span.Start
	}
	if n.Key.Len() > 0 {
		return n.Key.Start
	}
	return n.Span.Start
}

func (n *Node) put(name string, kid *Node) {
	if n.kids == nil {
		n.kids = map[string]*Node{}
	}
	n.names = append(n.names, name)
	n.kids[name] = kid
}

func newTable(key Span) *Node { return &Node{Kind: Table, Key: key, expr: -1, head: -1} }
