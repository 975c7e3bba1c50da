package keys

// Binding ties a sequence to an action within a scope.
type Binding struct {
	Action string
	Scope  string
	Keys   Sequence
}

// Conflict is two bindings of different actions that cannot both be reached:
// their scopes overlap and their keys are the same, or one begins the other.
type Conflict struct{ A, B Binding }

// Overlaps tells whether two scopes can be active at the same time.
func Overlaps(a, b string) bool { return a == b || a == "" || b == "" }

// Conflicts finds all conflicts, in the order of bindings.
func Conflicts(bindings []Binding) []Conflict {
	var found []Conflict
	for i, a := range bindings {
		for _, b := range bindings[i+1:] {
			if a.Action == b.Action || !Overlaps(a.Scope, b.Scope) {
				continue
			}
			if a.Keys.begins(b.Keys) || b.Keys.begins(a.Keys) {
				found = append(found, Conflict{A: a, B: b})
			}
		}
	}
	return found
}
