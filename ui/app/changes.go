package app

import (
	"reflect"
	"sync"
)

// watch tells a front end that the store has changed.
type watch struct {
	ch chan struct{} // holds at most one notice: the news is that there is news

	mu      sync.Mutex
	trouble string
}

func newWatch() *watch { return &watch{ch: make(chan struct{}, 1)} }

func (w *watch) notify() {
	select {
	case w.ch <- struct{}{}:
	default: // the last notice was not taken yet; it stands for this one too
	}
}

// Changes gets a value when the store has changed, on disk or by us, or when it
// cannot be read any more. It is for one reader, which then asks again for what
// it shows.
func (a *App) Changes() <-chan struct{} { return a.watch.ch }

// Trouble says what is wrong with the file since somebody edited it, with line
// and column, while the program goes on with what it said before; "" when all
// is well.
func (a *App) Trouble() string {
	a.watch.mu.Lock()
	defer a.watch.mu.Unlock()
	return a.watch.trouble
}

// changed lets what is open follow the store: servers whose settings changed
// are opened anew when they are needed next, credentials give their new keys
// from the next request on.
func (a *App) changed() {
	for _, err := range a.pool.Follow(a.store.Credentials()) {
		a.log.Warn("a changed credential cannot be used", "error", err)
	}
	a.mu.Lock()
	for name, open := range a.trees {
		now, _, err := a.store.Lookup(name)
		if err == nil && reflect.DeepEqual(now, open.server) {
			continue
		}
		// Jobs may still be using it; it is closed with the program.
		a.retired = append(a.retired, open)
		delete(a.trees, name)
	}
	a.mu.Unlock()
	a.watch.notify()
}
