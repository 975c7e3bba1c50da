package remote

import "fmt"

// Problem is one thing that is wrong in a file that the user wrote. It never
// holds the offending value, which may be a secret.
type Problem struct {
	Line, Col int    // counted from 1; 0 when unknown
	Field     string // "server[2].region"
	Message   string // "unknown key; did you mean \"region\"?"

	// Key is the last part of Field, "region", so that a form knows which of its
	// fields is meant; "" when it is the table as a whole.
	Key string
}

// String is "line 3, column 5: server[2].regio: unknown key".
func (p Problem) String() string {
	s := p.Message
	if p.Field != "" {
		s = p.Field + ": " + s
	}
	if p.Line > 0 {
		s = fmt.Sprintf("line %d, column %d: %s", p.Line, p.Col, s)
	}
	return s
}
