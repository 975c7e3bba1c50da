package s3

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"gantry/remote"
)

// glanceFor is how long a listing may stand in for looking at single keys. It
// does so only where the store offers no condition that would be atomic, so
// that somebody else can come in between in any case.
const glanceFor = time.Second

// glance answers "what is at this key?" for many keys that come in order with
// one listing instead of one HEAD each.
type glance struct {
	turn chan struct{} // of 1: held by who lists

	mu   sync.Mutex
	last time.Time // when somebody wanted to know, so that a single question costs one HEAD
	in   string    // keys that begin so
	from string    // and are greater than from
	to   string    // and not greater than to are known; "" for all that follow
	at   time.Time
	tags map[string]string // ETags by key
	off  bool              // the store does not list from a key on
}

// known is what is at key, if that is known; "" when nothing is.
func (g *glance) known(key string) (tag string, known bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Since(g.at) > glanceFor || !strings.HasPrefix(key, g.in) || key <= g.from || g.to != "" && key > g.to {
		return "", false
	}
	return g.tags[key], true
}

// nothing notes that since a listing that began at start no key begins with
// prefix, unless more is known.
func (g *glance) nothing(prefix string, start time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.off && time.Since(g.at) > glanceFor {
		g.in, g.from, g.to, g.at, g.tags = prefix, "", "", start, map[string]string{}
	}
}

// wrote notes what we did ourselves.
func (g *glance) wrote(key, tag string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.tags != nil {
		g.tags[key] = cmp.Or(tag, noTag)
	}
}

// noTag stands for an object of which the store does not say the ETag.
const noTag = "?"

// forget says that nothing is known any more.
func (g *glance) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at = time.Time{}
}

// busy tells whether there was another question a moment ago.
func (g *glance) busy() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	busy := !g.off && time.Since(g.last) < glanceFor
	g.last = time.Now()
	return busy
}

// find looks with a listing that begins just before key. known is false when
// the caller has to look for itself.
func (g *glance) find(ctx context.Context, t *Tree, key string) (tag string, known bool) {
	if tag, known = g.known(key); known || !g.busy() {
		return tag, known
	}
	select {
	case g.turn <- struct{}{}:
	case <-ctx.Done():
		return "", false
	}
	defer func() { <-g.turn }()
	if tag, known = g.known(key); known {
		return tag, true
	}
	var p page
	start := time.Now() // what is written from now on may not be on the page
	after := key[:len(key)-1]
	if len(after) < len(t.prefix) {
		return "", false
	}
	_, err := t.fetch(ctx, remote.Path(t.within), cursor{after: after}, "", maxPerPage, &p)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil { // who may not list may still look at single keys
		g.off = ctx.Err() == nil
		return "", false
	}
	g.in, g.from, g.to, g.at, g.tags = "", after, "", start, make(map[string]string, len(p.rows))
	for _, r := range p.rows {
		k := string(p.text[r.key.from:r.key.to])
		if k <= after || !strings.HasPrefix(k, t.prefix) {
			g.off, g.at = true, time.Time{}
			return "", false
		}
		g.tags[k] = cmp.Or(string(p.text[r.tag.from:r.tag.to]), noTag)
	}
	if p.truncated {
		if g.to = p.last(); key > g.to {
			g.at = time.Time{}
			return "", false
		}
	}
	return g.tags[key], true
}
