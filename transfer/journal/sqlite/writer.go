package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// batchCost is how much is done in one transaction: items planned count one
// each, other records as well.
const batchCost = 16 << 10

// request is one call that waits to be recorded.
type request struct {
	run  func(*txn) error
	cost int
	done chan error // receives once
}

// refusal is an error about one request that leaves its transaction as it is.
type refusal struct{ error }

// Unwrap gives the reason.
func (r refusal) Unwrap() error { return r.error }

// writer is the only one in the process that writes. What comes while it is
// busy shares the next transaction.
type writer struct {
	j     *Journal
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	cache cache

	wake    chan struct{} // holds one
	stopped chan struct{} // closed when loop has ended

	mu      sync.Mutex
	waiting []*request
	chores  []chore
	closed  bool
	trouble error // of the last transaction; nil if it went well
}

// chore is work for times when nobody waits, done in steps; more tells that
// there are further ones.
type chore func(context.Context, *writer) (more bool, err error)

// do records what run does, durably. An error means that nothing of it is on
// record. It may be called from any goroutine; run is called by the writer.
func (w *writer) do(ctx context.Context, cost int, run func(*txn) error) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	r := &request{run: run, cost: cost, done: make(chan error, 1)}
	if !w.add(r) {
		return w.j.f.fail("write to", errClosed)
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
	}
	if w.withdraw(r) {
		return context.Cause(ctx)
	}
	return <-r.done // already being written: only the outcome tells whether it is
}

func (w *writer) add(r *request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.waiting = append(w.waiting, r)
	w.signal()
	return true
}

// later queues a chore; false after stop.
func (w *writer) later(c chore) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.chores = append(w.chores, c)
	w.signal()
	return true
}

func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// withdraw takes back what has not been begun.
func (w *writer) withdraw(r *request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, other := range w.waiting {
		if other == r {
			w.waiting = append(w.waiting[:i:i], w.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// loop writes until close. Its context is never called off: a transaction is
// finished or fails.
func (w *writer) loop() {
	defer close(w.stopped)
	ctx := context.Background()
	for {
		batch, c, end := w.next()
		switch {
		case len(batch) > 0:
			w.record(ctx, batch)
		case end:
			return
		case c != nil:
			w.step(ctx, c)
		default:
			<-w.wake
		}
	}
}

// next is what to do now: requests first, then a chore.
func (w *writer) next() (batch []*request, c chore, end bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	cost := 0
	for len(batch) < len(w.waiting) && (cost == 0 || cost+w.waiting[len(batch)].cost <= batchCost) {
		cost += w.waiting[len(batch)].cost
		batch = w.waiting[:len(batch)+1]
	}
	w.waiting = w.waiting[len(batch):]
	if len(batch) == 0 && len(w.chores) > 0 {
		c = w.chores[0]
	}
	return batch, c, w.closed
}

// step does a part of a chore.
func (w *writer) step(ctx context.Context, c chore) {
	more, err := c(ctx, w)
	if err != nil {
		w.j.f.log.Warn("tidy up in the journal", "err", err)
	}
	if more && err == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.chores = w.chores[1:]
}

// record writes a batch in one transaction and tells everybody in it.
func (w *writer) record(ctx context.Context, batch []*request) {
	errs := make([]error, len(batch))
	err := w.transact(ctx, batch, errs)
	if isFull(err) && w.makeRoom(ctx) {
		clear(errs)
		err = w.transact(ctx, batch, errs)
	}
	if err != nil {
		err = w.j.failed("write to", err)
		for i := range errs {
			errs[i] = err
		}
		w.note(err)
	} else {
		w.note(nil)
	}
	for i, r := range batch {
		r.done <- errs[i]
	}
}

// makeRoom brings the log, which says again what is in the file or will be, to
// its beginning; false if that does not help.
func (w *writer) makeRoom(ctx context.Context) bool {
	var busy, pages, done int
	err := scanOne(ctx, w.conn, "PRAGMA wal_checkpoint(TRUNCATE)", &busy, &pages, &done)
	return err == nil && busy == 0
}

// transact runs a batch. Refusals go to errs, everything else fails the whole.
func (w *writer) transact(ctx context.Context, batch []*request, errs []error) (err error) {
	if _, err := w.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	t := newTxn(ctx, w)
	defer func() {
		if v := recover(); v != nil {
			w.j.f.log.Error("panic in the journal", "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", v)
		}
		if err != nil {
			w.cache.clear()
			// It may have been undone already. The connection is free either way.
			_, _ = w.exec(ctx, "ROLLBACK")
		}
	}()
	for i, r := range batch {
		err := r.run(t)
		var no refusal
		if errors.As(err, &no) {
			errs[i] = no.error
		} else if err != nil {
			return err
		}
	}
	if err := t.flush(); err != nil {
		return err
	}
	if _, err := w.exec(ctx, "COMMIT"); err != nil {
		return err
	}
	for _, f := range t.after {
		f()
	}
	w.j.me.note(ctx)
	return nil
}

// note remembers how the last transaction went.
func (w *writer) note(err error) {
	w.mu.Lock()
	was := w.trouble
	w.trouble = err
	w.mu.Unlock()
	switch {
	case err != nil && was == nil:
		w.j.f.log.Error("the journal cannot be written to", "err", err)
	case err == nil && was != nil:
		w.j.f.log.Info("the journal can be written to again")
	}
}

// stmt is a prepared statement, kept for the life of the journal.
func (w *writer) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := w.stmts[query]; s != nil {
		return s, nil
	}
	s, err := w.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	w.stmts[query] = s
	return s, nil
}

func (w *writer) exec(ctx context.Context, query string, args ...any) (int64, error) {
	s, err := w.stmt(ctx, query)
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (w *writer) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := w.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// stop writes what still waits and ends loop.
func (w *writer) stop() {
	w.mu.Lock()
	w.closed = true
	w.signal()
	w.mu.Unlock()
	<-w.stopped
}

func (w *writer) isClosed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

// disconnect lets go of the file, after stop.
func (w *writer) disconnect() error {
	var err error
	for _, s := range w.stmts { // else SQLite would keep the file open
		err = errors.Join(err, s.Close())
	}
	if w.conn != nil {
		err = errors.Join(err, w.conn.Close())
	}
	if w.db != nil {
		err = errors.Join(err, w.db.Close())
	}
	return err
}
