package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"gantry/remote"
)

const (
	lockRetry = 20 * time.Millisecond
	lockWait  = time.Minute // for another gantry that checks or repairs the journal
)

// usage is the lock on journal.lock: shared by all who have the journal open,
// exclusive for one who checks, repairs or migrates it, so that nobody's file
// is replaced under them.
type usage struct {
	f     *folder
	l     *flock.Flock
	works bool // a lock that one opener holds keeps another one out
}

func newUsage(f *folder) *usage {
	return &usage{f: f, l: flock.New(filepath.Join(f.dir, lockName), flock.SetPermissions(0o600))}
}

// take locks; alone tells that nobody else has the journal open, and that
// nobody can open it before share.
func (u *usage) take(ctx context.Context) (alone bool, err error) {
	alone, err = u.l.TryLock()
	if err != nil {
		return false, u.f.fail("lock", err)
	}
	if !alone {
		err = u.shared(ctx)
	}
	if err == nil {
		err = u.try(alone)
	}
	return alone, err
}

// share lets others in again.
func (u *usage) share(ctx context.Context) error {
	if err := u.l.Unlock(); err != nil {
		return u.f.fail("lock", err)
	}
	return u.shared(ctx)
}

func (u *usage) shared(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, lockWait, errLockWait)
	defer cancel()
	if _, err := u.l.TryRLockContext(ctx, lockRetry); err != nil {
		if errors.Is(context.Cause(ctx), errLockWait) {
			return &remote.Error{
				Op: "open the journal", Path: remote.Path(u.f.dir), Kind: remote.Unreachable, Err: errLockWait,
				Hint: fmt.Sprintf("Another gantry is checking or repairing the journal in %s. Try again when it is done.", u.f.dir),
			}
		}
		return u.f.fail("lock", err)
	}
	return nil
}

var errLockWait = errors.New("waited for a minute")

// try finds out whether locks work in this folder: a second opener must be
// kept out. On some network file systems everybody gets every lock.
func (u *usage) try(alone bool) error {
	second := flock.New(u.l.Path(), flock.SetPermissions(0o600))
	lock := second.TryLock
	if alone {
		lock = second.TryRLock
	}
	got, err := lock()
	if err != nil {
		return u.f.fail("lock", err)
	}
	u.works = !got && !u.f.noLocks
	if !u.works {
		u.f.log.Warn("locks do not work in the state folder; whether a process lives is told by its heartbeat", "dir", u.f.dir)
	}
	if got {
		return u.f.fail("lock", second.Unlock())
	}
	return nil
}

func (u *usage) release() error { return u.f.fail("unlock", u.l.Unlock()) }
