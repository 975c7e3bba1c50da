package ui

import (
	"context"
	"io"
	"iter"

	"gantry/remote"
)

// broken is the tree of a location that could not be opened, so that its pane
// shows why, in the same way as a listing that failed. Nothing can be done in
// it.
type broken struct {
	location string
	err      error
}

var _ remote.Tree = (*broken)(nil)

// Label is the location as it was typed.
func (b *broken) Label() string { return b.location }

// Fault says in a word or two what is wrong, for the title of the pane.
func (b *broken) Fault() string {
	if k := remote.KindOf(b.err); k != remote.Other {
		return k.String()
	}
	return "not opened"
}

// Caps says that nothing can be written.
func (b *broken) Caps() remote.Caps { return remote.Caps{ReadOnly: true} }

// List fails with the reason, as everything else does.
func (b *broken) List(context.Context, remote.Path, string) (remote.Page, error) {
	return remote.Page{}, b.err
}

// Stat fails.
func (b *broken) Stat(context.Context, remote.Path) (remote.Entry, error) {
	return remote.Entry{}, b.err
}

// Open fails.
func (b *broken) Open(context.Context, remote.Entry, int64, int64) (io.ReadCloser, error) {
	return nil, b.err
}

// Create fails.
func (b *broken) Create(context.Context, remote.Path, remote.CreateOptions) (remote.Sink, error) {
	return nil, b.err
}

// Mkdir fails.
func (b *broken) Mkdir(context.Context, remote.Path) error { return b.err }

// Remove fails.
func (b *broken) Remove(context.Context, []remote.Path) error { return b.err }

// Join fails.
func (b *broken) Join(remote.Path, string) (remote.Path, error) { return "", b.err }

// Dir is the root.
func (b *broken) Dir(remote.Path) remote.Path { return "" }

// Walk yields the reason, so that nobody waits for a listing.
func (b *broken) Walk(_ context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		yield(remote.Entry{Path: dir, Dir: true}, b.err)
	}
}

// unwritable says why nothing can be written to a place, "" when something can.
func unwritable(place remote.Place) string {
	_, failed := place.Tree.(*broken)
	switch {
	case failed:
		return placeName(place) + " could not be opened"
	case place.Tree.Caps().ReadOnly:
		return placeName(place) + " is read-only"
	}
	return ""
}
