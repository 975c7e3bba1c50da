package remote

import (
	"context"
	"iter"
	"slices"
	"strings"
)

// All yields the entries directly inside dir, in the order of the tree. After
// an error it stops.
func All(ctx context.Context, t Tree, dir Path) iter.Seq2[Entry, error] {
	if l, ok := As[Leveler](t); ok {
		return l.Level(ctx, dir)
	}
	return Pages(ctx, t, dir)
}

// Pages is All by means of List alone, page after page.
func Pages(ctx context.Context, t Tree, dir Path) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for token := ""; ; {
			page, err := t.List(ctx, dir, token)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, e := range page.Entries {
				if !yield(e, nil) {
					return
				}
			}
			if token = page.Next; token == "" {
				return
			}
		}
	}
}

// Walk yields everything below dir, without dir itself, in byte order of the
// names relative to dir, where a folder's name counts with its trailing slash.
// Entry.Name is that relative name, with slashes between segments and without a
// trailing one. Links are yielded, never followed. In a bucket folders without
// a slash object are not yielded. A folder that cannot be read yields its error
// once, and the walk goes on behind it.
func Walk(ctx context.Context, t Tree, dir Path) iter.Seq2[Entry, error] {
	if w, ok := As[Walker](t); ok {
		return w.Walk(ctx, dir)
	}
	return func(yield func(Entry, error) bool) {
		walk(ctx, t, dir, "", yield)
	}
}

func walk(ctx context.Context, t Tree, dir Path, rel string, yield func(Entry, error) bool) bool {
	var es []Entry
	for e, err := range All(ctx, t, dir) {
		if err != nil {
			if !yield(Entry{Path: dir, Name: strings.TrimSuffix(rel, "/"), Dir: true}, err) || ctx.Err() != nil {
				return false
			}
			break
		}
		es = append(es, e)
	}
	slices.SortFunc(es, func(a, b Entry) int { return strings.Compare(sortName(a), sortName(b)) })
	for _, e := range es {
		name := e.Name
		e.Name = rel + name
		if !yield(e, nil) {
			return false
		}
		if e.Dir && e.Type != Link && !walk(ctx, t, e.Path, rel+name+"/", yield) {
			return false
		}
	}
	return true
}

func sortName(e Entry) string {
	if e.Dir {
		return e.Name + "/"
	}
	return e.Name
}

// As finds the ability A in t or, through Unwrap, in the trees that it
// decorates.
func As[A any](t Tree) (A, bool) {
	for t != nil {
		if a, ok := t.(A); ok {
			return a, true
		}
		w, ok := t.(Wrapper)
		if !ok {
			break
		}
		t = w.Unwrap()
	}
	var none A
	return none, false
}
