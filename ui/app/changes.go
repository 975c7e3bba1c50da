package app

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"reflect"
	"sync"
	"time"

	"gantry/remote"
	"gantry/remote/store"
)

// lookEvery is how often the file is looked at. Two looks must agree before it
// is read: an editor that is still writing would show half of a file. A look is
// one question to the disk; notices of the kernel would miss files on network
// disks, and folders that come later.
const lookEvery = 400 * time.Millisecond

// watch tells a front end that the store has changed.
type watch struct {
	ch    chan struct{} // holds at most one notice: the news is that there is news
	start sync.Once
	stop  context.CancelFunc
	wg    sync.WaitGroup

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

func (w *watch) close() {
	w.start.Do(func() {}) // none is started any more
	if w.stop != nil {
		w.stop()
	}
	w.wg.Wait()
}

// look is what a file looks like from outside.
type look struct {
	there bool
	size  int64
	time  time.Time
	info  fs.FileInfo
}

func lookAt(path string) look {
	info, err := os.Lstat(path)
	if err != nil {
		return look{}
	}
	return look{true, info.Size(), info.ModTime(), info}
}

func (l look) same(o look) bool {
	return l.there == o.there && l.size == o.size && l.time.Equal(o.time) && (!l.there || os.SameFile(l.info, o.info))
}

// follow reads the file whenever it has changed and come to rest, until ctx
// ends.
func (a *App) follow(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	// What changed between the start of the program and now is read too.
	var read, last look
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := lookAt(a.store.Path())
		if rests := now.same(last); rests && !now.same(read) {
			a.reread()
			read = now
		}
		last = now
	}
}

// reread takes over what the file says now. One that is not right leaves the
// program with what it had.
func (a *App) reread() {
	before := a.store.Bytes()
	err := a.store.Reload()
	trouble := ""
	if err != nil {
		trouble = err.Error()
		var refused *store.Refused
		if !errors.As(err, &refused) {
			trouble = a.store.Path() + " cannot be read"
		}
	}
	a.watch.mu.Lock()
	news := a.watch.trouble != trouble
	a.watch.trouble = trouble
	a.watch.mu.Unlock()
	switch {
	case err == nil && !bytes.Equal(before, a.store.Bytes()):
		a.log.Info("the store was changed on disk")
		a.changed()
	case news:
		a.watch.notify()
	}
}

// Changes gets a value when the store has changed, on disk or by us, or when it
// cannot be read any more. It is for one reader, which then asks again for what
// it shows. The file is watched from the first call on.
func (a *App) Changes() <-chan struct{} {
	a.watch.start.Do(func() {
		ctx, stop := context.WithCancel(a.ctx)
		a.watch.stop = stop
		a.watch.wg.Go(func() { a.follow(ctx) }) // ended by Close
	})
	return a.watch.ch
}

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
// from the next request on, and jobs that wait for an obstacle go on at once if they can.
func (a *App) changed() {
	for _, err := range a.pool.Follow(a.store.Credentials()) {
		a.log.Warn("a changed credential cannot be used", "error", err)
	}
	a.mu.Lock()
	for name, open := range a.trees {
		now, _, err := a.store.Lookup(name)
		if err == nil && sameButLimit(now, open.server) {
			continue
		}
		// Jobs may still be using it; it is closed with the program.
		a.retired = append(a.retired, open)
		delete(a.trees, name)
	}
	for _, old := range a.retired {
		// What is still at work obeys the setting of today, all else is as it began.
		if now, _, err := a.store.Lookup(old.server.Name); err == nil {
			old.bucket.SetReadOnly(now.ReadOnly)
		}
	}
	a.mu.Unlock()
	a.followLimits()
	if q := a.queue.Load(); q != nil {
		// Whatever has changed: a role that is refused may have a source that was
		// mended, and a credential another name.
		for _, s := range q.Jobs() {
			q.TryAgain(s.Obstacle)
		}
	}
	a.watch.notify()
}

// sameButLimit tells whether two settings differ in nothing that takes another
// connection.
func sameButLimit(a, b remote.Server) bool {
	a.Bandwidth = b.Bandwidth
	return reflect.DeepEqual(a, b)
}
