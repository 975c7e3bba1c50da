package ui

import (
	"path/filepath"
	"strings"
	"sync"

	"gantry/remote"
	"gantry/transfer"
)

// footprints are what jobs have changed in the folders that panes show, since these
// were last listed. Jobs write them, from any goroutine; Update reads them.
type footprints struct {
	mu    sync.Mutex
	panes map[int]*footprint // by the pane's id
}

// footprint is what has changed in the folder of one pane.
type footprint struct {
	folder  string // its location
	seps    string // what may stand between names there
	changed bool
	below   map[string]bool // folders in it in which something has changed before
}

// belowMost is how many folders a footprint remembers.
const belowMost = 10_000

func newFootprints() *footprints { return &footprints{panes: map[int]*footprint{}} }

// of is the transfer.Request.OnItem, or OnHeld, of a job.
func (f *footprints) of(op transfer.Op) func(transfer.ItemSnapshot) {
	return func(it transfer.ItemSnapshot) {
		if it.Skipped || it.State == transfer.Failed || it.State == transfer.Cancelled {
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, p := range f.panes {
			if it.Target != "" {
				p.step(it.Target)
			}
			if op != transfer.Copy {
				p.step(it.Source)
			}
		}
	}
}

// step notes that there is something new, or nothing any more, at a location. What
// is deeper than in the folder itself shows there only by the folder in between.
func (p *footprint) step(location string) {
	rest, ok := strings.CutPrefix(location, p.folder)
	if p.changed || !ok {
		return
	}
	name := strings.TrimLeft(rest, p.seps)
	if name == rest && rest != "" && p.folder != "" && !strings.ContainsAny(p.folder[max(0, len(p.folder)-1):], p.seps+":") {
		return // of a sibling whose name begins as that of the folder does
	}
	i := strings.IndexAny(name, p.seps)
	if i < 0 || i == len(name)-1 {
		p.changed = true
		return
	}
	if p.below[name[:i]] {
		return
	}
	if len(p.below) >= belowMost {
		clear(p.below)
	}
	p.below[name[:i]] = true
	p.changed = true
}

// look notes that a pane is being listed. It is called before the listing begins,
// so that what changes meanwhile counts as new.
func (f *footprints) look(pane int, at remote.Place) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at.Tree == nil {
		delete(f.panes, pane)
		return
	}
	seps := "/"
	if isDisk(at) && filepath.Separator != '/' {
		seps += string(filepath.Separator)
	}
	folder := at.Location()
	if p := f.panes[pane]; p != nil && p.folder == folder {
		p.changed = false
		return
	}
	f.panes[pane] = &footprint{folder: folder, seps: seps, below: map[string]bool{}}
}

// drop forgets a pane.
func (f *footprints) drop(pane int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.panes, pane)
}

// changed tells whether the folder of a pane is another one than was listed.
func (f *footprints) changed(pane int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.panes[pane]
	return p != nil && p.changed
}
