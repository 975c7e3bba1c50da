package keys

import "slices"

// State is what a key press came to.
type State uint8

// The states of a Result.
const (
	None    State = iota // no binding; a sequence that was begun is given up
	Pending              // the beginning of a binding: more keys are needed
	Matched              // a binding is complete
)

// Result is what a key press came to.
type Result struct {
	State  State
	Action string   // of Matched
	Letter string   // the key that stood for Letter, of Matched; else ""
	Keys   Sequence // all keys of the sequence up to now
}

// Matcher follows key presses until they are a binding. It never waits for
// time to pass: a complete binding matches at once. It is not safe for
// concurrent use; the screen has one.
type Matcher struct {
	bindings []Binding
	pending  Sequence
}

// NewMatcher makes a Matcher of these bindings. Of two that match the same keys
// in the same scope the first wins.
func NewMatcher(bindings []Binding) *Matcher {
	return &Matcher{bindings: slices.Clone(bindings)}
}

// Press takes a key as Bubble Tea prints it. The scopes are those that are in
// front of the user, the most important first; the empty scope is always
// active and comes last. A binding of an earlier scope hides those of later
// ones, also while it is incomplete.
func (m *Matcher) Press(key string, scopes ...string) Result {
	keys := append(slices.Clone(m.pending), Normalise(key))
	m.pending = nil
	if key == Letter { // no key prints so; it must not act as the wildcard
		return Result{State: None, Keys: keys}
	}
	for _, scope := range withGlobal(scopes) {
		begun := false
		for _, b := range m.bindings {
			if b.Scope != scope || !keys.begins(b.Keys) {
				continue
			}
			if len(b.Keys) > len(keys) {
				begun = true
				continue
			}
			r := Result{State: Matched, Action: b.Action, Keys: keys}
			if b.Keys[len(b.Keys)-1] == Letter {
				r.Letter = keys[len(keys)-1]
			}
			return r
		}
		if begun {
			m.pending = keys
			return Result{State: Pending, Keys: slices.Clone(keys)}
		}
	}
	return Result{State: None, Keys: keys}
}

// Pending is what was pressed of a sequence that is not complete.
func (m *Matcher) Pending() Sequence { return slices.Clone(m.pending) }

// Next lists the bindings that can still be completed, in the order of the
// bindings; nothing if no sequence was begun.
func (m *Matcher) Next(scopes ...string) []Binding {
	if len(m.pending) == 0 {
		return nil
	}
	active := withGlobal(scopes)
	var next []Binding
	for _, b := range m.bindings {
		if slices.Contains(active, b.Scope) && len(b.Keys) > len(m.pending) && m.pending.begins(b.Keys) {
			next = append(next, b)
		}
	}
	return next
}

// Reset forgets a sequence that was begun.
func (m *Matcher) Reset() { m.pending = nil }

func withGlobal(scopes []string) []string {
	if slices.Contains(scopes, "") {
		return scopes
	}
	return append(slices.Clone(scopes), "")
}
