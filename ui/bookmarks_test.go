package ui_test

import (
	"errors"
	"testing"

	"gantry/ui"
)

func TestBookmarksAreThereNextTime(t *testing.T) {
	kept := map[string]string{"x": "acme:other/"}
	w := build(t)
	w.deps.Bookmarks = func() (map[string]string, error) { return kept, nil }
	w.deps.SetBookmark = func(letter, location string) error { kept[letter] = location; return nil }
	w.start(t, 100, 30)
	w.Keys("m", "h", "'")
	w.sees(t, "h /home · x acme:other/")
	w.Keys("x")
	if got := ui.Reach(w.model); got != "acme:other/" {
		t.Errorf("x led to %s", got)
	}
	w.Keys("'", "h")
	if got := ui.Reach(w.model); got != "/home" || kept["h"] != "/home" {
		t.Errorf("h led to %s; kept are %v", got, kept)
	}
}

func TestBookmarksThatCannotBeKeptSaySo(t *testing.T) {
	w := build(t)
	w.deps.Bookmarks = func() (map[string]string, error) { return nil, errors.New("half a file") }
	w.deps.SetBookmark = func(string, string) error { return errors.New("the disk is full") }
	w.start(t, 100, 30)
	w.sees(t, "The bookmarks cannot be read: half a file")
	w.Keys("m", "h")
	w.sees(t, "The bookmark is for this session only: the disk is full")
	w.Keys("l", "'", "h")
	if got := ui.Reach(w.model); got != "/home" {
		t.Errorf("h led to %s", got)
	}
}
