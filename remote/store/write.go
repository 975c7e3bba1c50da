package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"gantry/remote"
)

const (
	lockWait  = 10 * time.Second      // for another gantry that is writing
	lockRetry = 20 * time.Millisecond // between two tries
	maxRaces  = 10                    // editors that save while we write
)

// Apply makes a change in the file: whole or not at all. It starts from what
// the file says now, so that nothing that an editor or another gantry wrote is
// lost, and the Store then holds what the file says.
//
// A file that is not as it must be is a *Refused, a change that would make it
// wrong a *Rejected, one of something that is not there a *remote.Error of kind
// NotExist; in each case nothing was written.
func (s *Store) Apply(ctx context.Context, c Change) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	root, err := s.openFolder()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	s.sweep(root)
	for range maxRaces {
		done, err := s.try(ctx, root, c)
		if done || err != nil {
			return err
		}
	}
	return &remote.Error{
		Op: "change the store", Kind: remote.Changed,
		Hint: "Another program keeps writing to " + s.path + ". Nothing was changed; try again when it is done.",
	}
}

// try makes the change once. It is not done when somebody else wrote to the
// file meanwhile.
func (s *Store) try(ctx context.Context, root *os.Root, c Change) (done bool, err error) {
	base := filepath.Base(s.path)
	before, err := s.readIn(root, base)
	if err != nil {
		return false, err
	}
	data, problems := parse(before, s.extra)
	if len(problems) > 0 {
		return false, &Refused{Path: s.path, Problems: problems}
	}
	e := &edit{raw: before, data: data}
	if err := e.run(c); err != nil {
		return false, s.byHand(err)
	}
	after, problems := parse(e.raw, s.extra)
	if len(problems) > 0 {
		return false, &Rejected{Path: s.path, Problems: problems}
	}
	if !bytes.Equal(before, e.raw) {
		published, err := s.replace(ctx, root, base, before, e.raw)
		if !published {
			return false, err
		}
		s.keep(e.raw, after)
		return true, err
	}
	s.keep(before, after)
	return true, nil
}

// byHand says what to do about an edit that this package cannot make. The
// errors of tomldoc hold no content.
func (s *Store) byHand(err error) error {
	var told *remote.Error
	if errors.As(err, &told) {
		return err
	}
	return &remote.Error{
		Op: "change the store", Kind: remote.Invalid, Err: err,
		Hint: "Nothing was changed: this part of " + s.path + " is in a form that only an editor can change. Edit it by hand.",
	}
}

func (s *Store) keep(raw []byte, data Data) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw, s.data = raw, data
}

// replace puts new content in the place of the old. The order guards the data:
// write beside the target, make that durable, look whether the old content is
// still what the new one was made from, rename, make the rename durable. A kill
// at any point leaves the old content or the new one.
//
// published tells that the new content is in place, even if err says that it
// may not survive a loss of power.
func (s *Store) replace(ctx context.Context, root *os.Root, base string, before, after []byte) (published bool, err error) {
	temp := tempPrefix(base) + rand.Text()[:8]
	if err := writeDurably(root, temp, after); err != nil {
		_ = root.Remove(temp)
		return false, s.writeError(err)
	}
	now, err := s.readIn(root, base)
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil || !bytes.Equal(now, before) {
		_ = root.Remove(temp)
		return false, err
	}
	if err := root.Rename(temp, base); err != nil {
		_ = root.Remove(temp)
		return false, s.writeError(err)
	}
	if err := syncFolder(root); err != nil {
		return true, &remote.Error{
			Op: "write", Path: remote.Path(s.path), Kind: remote.KindOf(err), Err: err,
			Hint: "The store " + s.path + " was changed, but the change may not survive a loss of power.",
		}
	}
	return true, nil
}

func writeDurably(root *os.Root, name string, content []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	// Whatever the umask is, the owner must be able to read it.
	err = f.Chmod(0o600)
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

func tempPrefix(base string) string { return "." + base + ".gantry-" }

// sweep removes what a gantry that was killed while writing left behind, since
// it holds secrets. The lock is held, so none of it is in use.
func (s *Store) sweep(root *os.Root) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix(filepath.Base(s.path))) {
			_ = root.Remove(e.Name())
		}
	}
}

// openFolder opens the folder of the store, which is made 0700 if it is
// missing.
func (s *Store) openFolder() (*os.Root, error) {
	dir := filepath.Dir(s.path)
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeFolder(dir); err == nil {
			root, err = os.OpenRoot(dir)
		}
	}
	if err != nil {
		return nil, s.writeError(err)
	}
	if err := s.refuseIf(s.checkFolder(root)); err != nil {
		_ = root.Close()
		return nil, err
	}
	return root, nil
}

// makeFolder makes dir and what is missing above it, below the nearest folder
// that is there.
func makeFolder(dir string) error {
	top := dir
	for {
		parent := filepath.Dir(top)
		if parent == top {
			return fs.ErrNotExist
		}
		top = parent
		root, err := os.OpenRoot(top)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, dir)
		if err == nil {
			err = root.MkdirAll(rel, 0o700)
		}
		if err == nil { // whatever the umask is
			err = root.Chmod(rel, 0o700)
		}
		if closed := root.Close(); err == nil {
			err = closed
		}
		return err
	}
}

// lock keeps other gantries from writing until the returned function is called.
// The lock file stays: removing it would let two of them hold "the" lock.
func (s *Store) lock(ctx context.Context) (func(), error) {
	dir, base := filepath.Split(s.path)
	l := flock.New(filepath.Join(dir, "."+base+".lock"), flock.SetPermissions(0o600))
	limited, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	ok, err := l.TryLockContext(limited, lockRetry)
	switch {
	case ctx.Err() != nil:
		_ = l.Close()
		return nil, context.Cause(ctx)
	case ok && err == nil:
		return func() { _ = l.Close() }, nil
	case errors.Is(err, context.DeadlineExceeded):
		return nil, &remote.Error{
			Op: "change the store", Kind: remote.Unreachable, Err: err,
			Hint: fmt.Sprintf("Another gantry has been writing to %s for %s. Try again when it is done.", s.path, lockWait),
		}
	default:
		return nil, s.writeError(err)
	}
}

// writeError is a failure of the disk. The messages of os hold paths, never
// content.
func (s *Store) writeError(err error) error {
	kind := remote.KindOf(err)
	return &remote.Error{
		Op: "write", Path: remote.Path(s.path), Kind: kind, Err: err,
		Hint: fmt.Sprintf("The store %s could not be written; it is as it was before.", s.path),
	}
}
