package config

import (
	"fmt"
	"slices"

	"gantry/remote"
	"gantry/remote/store/tomldoc"
	"gantry/ui/keys"
)

// bound is a binding of an action and where in the file it stands; at is nil
// for a default one.
type bound struct {
	keys.Binding
	at *tomldoc.Node
}

// checkKeys checks [keys]: its actions exist, its keys have names, and no key
// is left with two meanings.
func checkKeys(doc *tomldoc.Document, known []Action) []remote.Problem {
	table := doc.Root.Child("keys")
	if table == nil || table.Kind != tomldoc.Table {
		return nil
	}
	var problems []remote.Problem
	ids := make([]string, len(known))
	for i, a := range known {
		ids[i] = a.ID
	}
	set := map[string][]bound{}
	for _, id := range table.Names() {
		n := table.Child(id)
		field := "keys"
		if show := tomldoc.ShowKey(id); show != "" {
			field += "." + show
		}
		if known != nil && !slices.Contains(ids, id) {
			problems = append(problems, doc.Problem(n.Key.Start, field, "no action has this name"+tomldoc.DidYouMean(id, ids)))
			continue
		}
		bs, wrong := readKeys(doc, id, field, n)
		problems = append(problems, wrong...)
		set[id] = bs
	}
	return append(problems, collisions(doc, known, set)...)
}

// readKeys reads the list of keys of one action.
func readKeys(doc *tomldoc.Document, id, field string, n *tomldoc.Node) ([]bound, []remote.Problem) {
	if n.Kind != tomldoc.List {
		return nil, []remote.Problem{doc.Problem(n.At(), field, `must be a list of keys, as in ["f5", "c"]; [] for none`)}
	}
	var (
		bs       []bound
		problems []remote.Problem
	)
	for _, item := range n.Items {
		if item.Kind != tomldoc.Text {
			problems = append(problems, doc.Problem(item.At(), field, `must be a key in quotes, as in "f5"`))
			continue
		}
		q, err := keys.Parse(item.Text)
		if err != nil {
			problems = append(problems, doc.Problem(item.At(), field, err.Error()))
			continue
		}
		bs = append(bs, bound{keys.Binding{Action: id, Keys: q}, item})
	}
	return bs, problems
}

// collisions finds keys that the file gives two meanings. What collides among
// the defaults alone is not the user's fault and not reported here.
func collisions(doc *tomldoc.Document, known []Action, set map[string][]bound) []remote.Problem {
	var all []bound
	for _, a := range known {
		bs, overridden := set[a.ID]
		if !overridden {
			bs = defaultKeys(a)
		}
		for _, b := range bs {
			b.Scope = a.Scope
			all = append(all, b)
		}
	}
	bindings := make([]keys.Binding, len(all))
	places := map[string]*tomldoc.Node{}
	for i, b := range all {
		bindings[i] = b.Binding
		if b.at != nil {
			places[place(b.Binding)] = b.at
		}
	}
	var problems []remote.Problem
	for _, c := range keys.Conflicts(bindings) {
		mine, other := c.A, c.B
		at, atOther := places[place(mine)], places[place(other)]
		if at == nil || atOther != nil && atOther.Span.Start > at.Span.Start {
			mine, other, at = other, mine, atOther
		}
		if at == nil || standard(known, mine) && standard(known, other) {
			continue
		}
		problems = append(problems, doc.Problem(at.At(), "keys."+mine.Action,
			fmt.Sprintf("%q collides with %q of %s", mine.Keys.String(), other.Keys.String(), other.Action)))
	}
	return problems
}

func place(b keys.Binding) string { return b.Action + "\x00" + b.Keys.String() }

func defaultKeys(a Action) []bound {
	var bs []bound
	for _, k := range a.Keys {
		if q, err := keys.Parse(k); err == nil {
			bs = append(bs, bound{Binding: keys.Binding{Action: a.ID, Keys: q}})
		}
	}
	return bs
}

// standard tells whether a binding is one of the defaults.
func standard(known []Action, b keys.Binding) bool {
	for _, a := range known {
		if a.ID != b.Action {
			continue
		}
		for _, d := range defaultKeys(a) {
			if d.Keys.String() == b.Keys.String() {
				return true
			}
		}
	}
	return false
}
