package ui_test

import (
	"context"
	"iter"
	"strings"
	"testing"

	"gantry/remote"
)

func TestDeleteStartsOnNoAndNamesWhatItStrikes(t *testing.T) {
	w := newWorld(t)
	w.to(t, "drafts")
	w.Keys("f8")
	w.sees(t, "Delete 2 objects in 1 folder, 23 B?", "In /home", "drafts/ and everything below")
	w.Keys("enter") // No
	if _, ok := w.disk.Get("/home/drafts/one.txt"); !ok {
		t.Fatal("Enter deleted it")
	}
	w.Keys("f8", "y")
	w.gone(t, w.disk.Tree, "/home/drafts/one.txt")
	w.WaitFor(func(s string) bool { return !strings.Contains(s, "▸ drafts") })
}

func TestDeletingManyWantsTheNumberTyped(t *testing.T) {
	w := build(t)
	for i := range 1200 {
		w.acme.PutAt(key(i), "x", epoch())
	}
	w.start(t, 100, 30)
	w.Keys("tab")
	w.to(t, "many")
	w.Keys("d")
	w.sees(t, "Delete 1,200 objects", "Type 1,200")
	w.Keys("y", "enter")
	w.sees(t, "That is not it.")
	w.Keys("ctrl+u")
	w.Type("1200")
	w.Keys("enter")
	w.gone(t, w.acme, key(1199))
}

func key(i int) remote.Path { return remote.Path("inbox/many/k" + itoa(i)) }

// endless is a tree whose folders can be listed but never walked to the end.
type endless struct{ remote.Tree }

func (t endless) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		for i := 0; ; i++ {
			if i == 10 {
				<-ctx.Done()
				yield(remote.Entry{Path: dir, Dir: true}, ctx.Err())
				return
			}
			if !yield(remote.Entry{Path: dir + remote.Path(itoa(i)), Name: itoa(i), Size: 1}, nil) {
				return
			}
		}
	}
}

func TestDeleteTakesNoYesBeforeTheCountIsFinal(t *testing.T) {
	w := build(t)
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		p, err := open(ctx, l)
		if strings.HasPrefix(l, "acme:") {
			p.Tree = endless{p.Tree}
		}
		return p, err
	}
	w.start(t, 100, 30)
	w.Keys("tab")
	w.to(t, "march")
	w.Keys("d")
	w.sees(t, "Counting…")
	w.Keys("y", "right", "enter")
	x, y := w.at(t, "Counting…")
	w.Click(x, y)
	w.sees(t, "Counting…")
	w.Keys("esc")
	w.lacks(t, "Counting…")
	if n := len(w.queue.Jobs()); n != 0 {
		t.Errorf("%d jobs were queued", n)
	}
	w.Keys("tab")
	w.to(t, "notes.txt")
	w.Keys("d", "y") // another question is not disturbed by the one before
	w.gone(t, w.disk.Tree, "/home/notes.txt")
}

// unreadable is a tree whose folders cannot be looked into.
type unreadable struct{ remote.Tree }

func (unreadable) Walk(_ context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		yield(remote.Entry{Path: dir, Dir: true}, &remote.Error{Op: "list", Path: dir, Kind: remote.Denied, Hint: "You may not list this."})
	}
}

func TestDeleteSaysWhatCouldNotBeCounted(t *testing.T) {
	w := build(t)
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		p, err := open(ctx, l)
		p.Tree = unreadable{p.Tree}
		return p, err
	}
	w.start(t, 100, 30)
	w.to(t, "drafts")
	w.Keys("d")
	w.sees(t, "Delete at least 0 objects in 1 folder", "Not all could be counted: You may not list this.")
	w.Keys("n")
}
