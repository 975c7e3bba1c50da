package ui

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
)

func TestTargetIsAFolderOrANewName(t *testing.T) {
	t.Parallel()
	disk, acme := mem.NewDisk(""), mem.New("acme:")
	disk.PutAt("/home/dir/", "", stamp())
	disk.Put("/home/file", "x")
	acme.Put("inbox/a", "x")
	for _, c := range []struct {
		location string
		count    int
		dir      remote.Path
		as       string
		kind     remote.Kind
	}{
		{"/home/dir", 1, "/home/dir", "", 0},
		{"/home/dir/", 3, "/home/dir/", "", 0},
		{"/home/new", 1, "/home", "new", 0},
		{"/home/new", 2, "", "", remote.NotExist},
		{"/home/file", 1, "/home", "file", 0}, // a conflict, later
		{"acme:", 2, "", "", 0},
		{"acme:inbox", 2, "inbox/", "", 0},
		{"acme:inbox/", 2, "inbox/", "", 0},
		{"acme:new/", 2, "new/", "", 0},
		{"acme:inbox/b", 1, "inbox/", "b", 0},
		{"acme:new", 2, "", "", remote.NotExist},
	} {
		place := remote.Place{Tree: disk, Path: remote.Path(c.location)}
		if c.location[0] == 'a' {
			place = remote.Place{Tree: acme, Path: remote.Path(c.location[5:]), Server: "acme"}
		}
		got, as, err := target(t.Context(), place, c.location, c.count)
		if remote.KindOf(err) != c.kind {
			t.Errorf("%s for %d: %v", c.location, c.count, err)
			continue
		}
		if err == nil && (got.Path != c.dir || as != c.as) {
			t.Errorf("%s for %d: %q as %q", c.location, c.count, got.Path, as)
		}
	}
}

func TestNearestIsTheClosestFolderThatExists(t *testing.T) {
	t.Parallel()
	disk := mem.NewDisk("")
	disk.PutAt("/a/b/", "", stamp())
	for from, want := range map[remote.Path]remote.Path{"/a/b/c/d": "/a/b", "/x/y": "/", "/a/b/c": "/a/b"} {
		if got := nearest(t.Context(), remote.Place{Tree: disk, Path: from}); got.Path != want {
			t.Errorf("from %s to %s", from, got.Path)
		}
	}
}

func TestHistoryGoesBackAndForwardAndForgetsTheOldest(t *testing.T) {
	t.Parallel()
	at := func(i int) spot { return spot{Cursor: strconv.Itoa(i)} }
	var h history
	for i := range historyMax + 20 {
		h.leave(at(i))
	}
	if len(h.back) != historyMax {
		t.Errorf("%d places are remembered", len(h.back))
	}
	s, _ := h.goBack(at(999))
	if s.Cursor != strconv.Itoa(historyMax+19) {
		t.Errorf("back led to %s", s.Cursor)
	}
	if s, ok := h.goForward(s); !ok || s.Cursor != "999" {
		t.Errorf("forward led to %s, %v", s.Cursor, ok)
	}
	h.goBack(at(999))
	h.leave(at(5))
	if _, ok := h.goForward(at(6)); ok {
		t.Error("there is a way forward after a new turn")
	}
}

func TestPanesBelowWhatWasTouchedReload(t *testing.T) {
	t.Parallel()
	acme, other := mem.New("acme:"), mem.New("other:")
	touched := []remote.Place{{Tree: acme, Path: "inbox/"}}
	for _, c := range []struct {
		place remote.Place
		want  bool
	}{
		{remote.Place{Tree: acme, Path: "inbox/"}, true},
		{remote.Place{Tree: acme, Path: "inbox/deeper/"}, true},
		{remote.Place{Tree: acme, Path: "outbox/"}, false},
		{remote.Place{Tree: other, Path: "inbox/"}, false},
		{remote.Place{}, false},
	} {
		if got := shows(c.place, touched); got != c.want {
			t.Errorf("%+v: %v", c.place, got)
		}
	}
}

// numbers is a folder with n entries below it.
type numbers struct {
	remote.Tree
	n int
}

func (t numbers) Walk(_ context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		for i := range t.n {
			if !yield(remote.Entry{Path: dir, Name: "x", Size: 1, Dir: i%2 == 1}, nil) {
				return
			}
		}
	}
}

func TestTallyCountsFoldersObjectsAndBytes(t *testing.T) {
	t.Parallel()
	dir := remote.Entry{Path: "d/", Name: "d", Dir: true}
	link := remote.Entry{Path: "l", Name: "l", Dir: true, Type: remote.Link, Size: 7}
	count := func(tree remote.Tree) blast {
		c := newTally(t.Context(), 1, tree, entries(dir, link))
		msg, ok := c.count()().(tallyMsg)
		if !ok {
			t.Fatal("no message")
		}
		return msg.Sum
	}
	if got, want := count(numbers{nil, 10}), (blast{Objects: 6, Folders: 6, Bytes: 12, Done: true}); got != want {
		t.Errorf("got %+v", got)
	}
	if got := count(numbers{nil, 3 * tallyMost}); !got.Bounded || got.Done || got.Objects+got.Folders != tallyMost {
		t.Errorf("a huge folder: %+v", got)
	}
}

func TestTallyEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	c := newTally(ctx, 1, nil, entries())
	stop()
	if msg := c.watch()(); msg != nil {
		t.Errorf("got %v", msg)
	}
	if c.take(remote.Entry{}, errors.New("called off")) {
		t.Error("it would go on")
	}
}

func entries(es ...remote.Entry) iter.Seq[remote.Entry] { return slices.Values(es) }

func stamp() time.Time { return time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC) }
