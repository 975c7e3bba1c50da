package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
)

// Options are how a journal is opened. Zero values mean the defaults.
type Options struct {
	Log *slog.Logger     // nil discards
	Now func() time.Time // for leases and notes; nil means time.Now
}

// setup is what tests change.
type setup struct {
	steps     []string // of the schema
	network   *bool    // instead of asking the system
	noLocks   bool     // as if locks did not work
	checkMost int64    // bytes
}

// Journal is the journal in a state folder. Its methods may be called from
// several goroutines; errors are *remote.Error with a sentence for the user, or
// wrap journal.ErrLeased, or are the cause of the context.
type Journal struct {
	f    *folder
	use  *usage
	w    *writer
	read *sql.DB
	me   *owner
	held map[int64]string // leases by job; the writer's
	told bool             // a notice was given out

	closing sync.Once
	closed  error
}

var _ journal.Journal = (*Journal)(nil)

// Open opens the journal in the folder dir, which it makes if need be. The
// Recovered is not nil if something of an earlier journal is damaged or gone:
// the journal is usable, and the user has to be told. Until a process that was
// given it has called Close, the next ones get it as well.
//
// Errors are *remote.Error: Denied if the folder cannot be written to or
// belongs to somebody else, Unsupported if the journal is of a newer version
// (it is left as it is), Full if there is no room for a repair, Unreachable if
// the disk fails or another gantry is in the way.
func Open(ctx context.Context, dir string, o Options) (*Journal, *Recovered, error) {
	return open(ctx, dir, o, setup{steps: steps, checkMost: checkMost})
}

// openTries is how often a start is begun anew because another process was in
// the middle of something.
const openTries = 5

func open(ctx context.Context, dir string, o Options, s setup) (*Journal, *Recovered, error) {
	f, err := openFolder(dir, o, s)
	if err != nil {
		return nil, nil, err
	}
	for try := 1; ; try++ {
		j, told, err := f.start(ctx)
		if errors.Is(err, errAgain) && try < openTries {
			continue
		}
		if err != nil {
			_ = f.root.Close() // only opened
			return nil, nil, err
		}
		return j, told, nil
	}
}

// errAgain says that another process changed the journal between two steps of
// ours.
var errAgain = errors.New("the journal is being changed by another process")

// start takes the lock, brings the journal in order if nobody else uses it, and
// opens it.
func (f *folder) start(ctx context.Context) (j *Journal, told *Recovered, err error) {
	use := newUsage(f)
	defer func() {
		if err != nil {
			err = errors.Join(err, use.release())
		}
	}()
	alone, err := use.take(ctx)
	if err != nil {
		return nil, nil, err
	}
	if alone {
		f.locks = use.works
		if told, err = f.prepare(ctx); err != nil {
			return nil, nil, err
		}
		if err = use.share(ctx); err != nil {
			return nil, nil, err
		}
	}
	j = &Journal{f: f, use: use, held: map[int64]string{}, told: told != nil}
	j.me = newOwner(j)
	if err := j.connect(ctx); err != nil {
		return nil, nil, f.fail("open", err)
	}
	return j, told, nil
}

// connect opens the file for one writer and several readers.
func (j *Journal) connect(ctx context.Context) (err error) {
	if _, ok, err := j.f.there(fileName); err != nil || !ok {
		return errors.Join(err, errAgain)
	}
	w := &writer{j: j, stmts: map[string]*sql.Stmt{}, wake: make(chan struct{}, 1), stopped: make(chan struct{})}
	defer func() {
		if err == nil {
			return
		}
		if j.read != nil {
			err = errors.Join(err, j.read.Close())
		}
		err = errors.Join(err, w.disconnect())
	}()
	mode := "journal_mode(WAL)"
	if j.f.network {
		mode = "journal_mode(TRUNCATE)"
	}
	// On a Mac only fullfsync reaches the disk; elsewhere it means nothing.
	w.db, err = sql.Open("sqlite", j.f.dsn(fileName, "mode", "rw", "_pragma", "busy_timeout(60000)", "_pragma", "synchronous(FULL)",
		"_pragma", "fullfsync(1)", "_pragma", "checkpoint_fullfsync(1)", "_pragma", "wal_autocheckpoint(500)", "_pragma", "journal_size_limit(4194304)",
		"_pragma", mode))
	if err != nil {
		return err
	}
	w.db.SetMaxOpenConns(1)
	if w.conn, err = w.db.Conn(ctx); err != nil {
		return err
	}
	version, err := versionOf(ctx, w.conn)
	switch {
	case err != nil:
		return err
	case version > len(j.f.steps):
		return j.f.tooNew(version)
	case version < len(j.f.steps):
		return j.f.inUse(version)
	}
	j.read, err = sql.Open("sqlite", j.f.dsn(fileName, "mode", "rw", "_pragma", "busy_timeout(10000)", "_pragma", "query_only(1)"))
	if err != nil {
		return err
	}
	j.read.SetMaxOpenConns(4)
	j.w = w
	if err := w.leftover(ctx); err != nil {
		return err
	}
	go w.loop() // ends with Close
	return nil
}

// inUse says that an older gantry keeps us from bringing the journal up to
// date.
func (f *folder) inUse(version int) error {
	return &remote.Error{
		Op: "open the journal", Path: remote.Path(f.dir), Kind: remote.Unsupported,
		Hint: fmt.Sprintf("An older gantry has the journal in %s open, of version %d; this gantry needs version %d. Close the older one first.", f.dir, version, len(f.steps)),
	}
}

// failed is fail, and remembers damage for the next start.
func (j *Journal) failed(op string, err error) error {
	if err != nil && j.w.isClosed() {
		return j.f.fail(op, errors.Join(errClosed, err))
	}
	if isDamage(err) {
		j.f.mark()
	}
	return j.f.fail(op, err)
}

// Owner is the name under which this process leases jobs.
func (j *Journal) Owner() string { return j.me.id }

// Trouble is why the last record could not be made, for a banner; nil while all
// is well. Reading goes on in any case, and the next record is tried anew.
func (j *Journal) Trouble() error {
	j.w.mu.Lock()
	defer j.w.mu.Unlock()
	return j.w.trouble
}

// Durable tells that what is recorded outlives the process.
func (j *Journal) Durable() bool { return true }

// Close writes what still waits and ends the use of the journal. Jobs of this
// process that have not ended are offered to the next one. Later calls return
// the same.
func (j *Journal) Close() error {
	j.closing.Do(func() {
		j.me.quiet()
		j.w.stop()
		if j.me.registered || j.told {
			if err := j.w.transact(context.Background(), []*request{{run: j.me.leave}}, make([]error, 1)); err != nil {
				j.f.log.Warn("leave the journal", "err", err) // others find out by the lock
			}
		}
		j.me.notes.close()
		err := errors.Join(j.read.Close(), j.w.disconnect(), j.me.vanish(), j.use.release(), j.f.root.Close())
		j.closed = j.f.fail("close", err)
	})
	return j.closed
}
