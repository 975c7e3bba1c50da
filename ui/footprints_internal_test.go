package ui

import (
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

func TestFootprintsAreOfTheFolderThatShowsAndOfEachFolderInItOnce(t *testing.T) {
	t.Parallel()
	acme, disk := mem.New("acme:"), mem.NewDisk("")
	for _, c := range []struct {
		place   remote.Place
		item    transfer.ItemSnapshot
		op      transfer.Op
		changed bool
		again   bool // with another one beside it
	}{
		{remote.Place{Tree: acme, Path: "in/"}, transfer.ItemSnapshot{Source: "/a", Target: "acme:in/a"}, transfer.Copy, true, true},
		{remote.Place{Tree: acme, Path: "in/"}, transfer.ItemSnapshot{Source: "/a", Target: "acme:in/sub/"}, transfer.Copy, true, true},
		{remote.Place{Tree: acme, Path: "in/"}, transfer.ItemSnapshot{Source: "/a", Target: "acme:in/sub/a"}, transfer.Copy, true, false},
		{remote.Place{Tree: acme}, transfer.ItemSnapshot{Source: "/a", Target: "acme:in/a"}, transfer.Copy, true, false},
		{remote.Place{Tree: acme}, transfer.ItemSnapshot{Source: "/a", Target: "acme:a"}, transfer.Copy, true, true},
		{remote.Place{Tree: acme, Path: "in/sub/"}, transfer.ItemSnapshot{Source: "/a", Target: "acme:in/a"}, transfer.Copy, false, false},
		{remote.Place{Tree: acme, Path: "in/"}, transfer.ItemSnapshot{Source: "acme:in/a", Target: "/a"}, transfer.Copy, false, false},
		{remote.Place{Tree: acme, Path: "in/"}, transfer.ItemSnapshot{Source: "acme:in/a", Target: "/a"}, transfer.Move, true, true},
		{remote.Place{Tree: acme, Path: "in/"}, transfer.ItemSnapshot{Source: "acme:in/a"}, transfer.Delete, true, true},
		{remote.Place{Tree: acme, Path: "in/"}, transfer.ItemSnapshot{Target: "acme:in/a", State: transfer.Failed}, transfer.Copy, false, false},
		{remote.Place{Tree: acme, Path: "in/"}, transfer.ItemSnapshot{Target: "acme:in/a", Skipped: true}, transfer.Copy, false, false},
		{remote.Place{Tree: disk, Path: "/home"}, transfer.ItemSnapshot{Source: "acme:a", Target: "/home/a"}, transfer.Copy, true, true},
		{remote.Place{Tree: disk, Path: "/home"}, transfer.ItemSnapshot{Source: "acme:a", Target: "/homely/a"}, transfer.Copy, false, false},
		{remote.Place{Tree: disk, Path: "/"}, transfer.ItemSnapshot{Source: "acme:a", Target: "/home/a"}, transfer.Copy, true, false},
	} {
		f := newFootprints()
		f.look(1, c.place)
		note := f.of(c.op)
		note(c.item)
		if got := f.changed(1); got != c.changed {
			t.Errorf("%s %+v: %t in %s", c.op, c.item, got, c.place.Location())
		}
		f.look(1, c.place)
		if f.changed(1) {
			t.Errorf("%+v: it is new although it was listed", c.item)
		}
		c.item.Source += "b"
		if c.item.Target != "" {
			c.item.Target += "b"
		}
		note(c.item)
		if got := f.changed(1); got != c.again && c.item.Target != "acme:in/sub/b" {
			t.Errorf("another %s %+v: %t in %s", c.op, c.item, got, c.place.Location())
		}
		f.drop(1)
		if note(c.item); f.changed(1) {
			t.Error("a pane that is closed is told of")
		}
	}
}
