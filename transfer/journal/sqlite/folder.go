package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"gantry/remote"
)

// The files in the state folder. Those of SQLite carry the journal's name and
// an ending: -wal, -shm, -journal.
const (
	fileName   = "journal.db"
	lockName   = "journal.lock"        // shared by all who use the journal, exclusive while it is checked
	freshName  = "journal.db.new"      // being made
	repairName = "journal.db.repair"   // being filled from a damaged one
	readyName  = "journal.db.repaired" // whole and durable: takes the journal's place
	suspect    = "journal.db.suspect"  // damage was met at work: check everything
	ownersName = "owners"
)

// folder is the state folder, opened.
type folder struct {
	setup
	dir     string // absolute
	root    *os.Root
	network bool // shared memory cannot be relied on, locks not across machines
	locks   bool // a lock keeps others out
	log     *slog.Logger
	now     func() time.Time
}

// openFolder makes the folder if it is missing and sees to it that it is ours
// and nobody else's.
func openFolder(dir string, o Options, s setup) (*folder, error) {
	f := &folder{setup: s, dir: dir, log: o.Log, now: o.Now}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	if f.now == nil {
		f.now = time.Now
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, f.fail("open", err)
	}
	f.dir = abs
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, f.fail("open", err)
	}
	if f.root, err = os.OpenRoot(abs); err != nil {
		return nil, f.fail("open", err)
	}
	if err := f.keepPrivate(); err != nil {
		_ = f.root.Close() // only opened
		return nil, err
	}
	f.network = isNetwork(abs)
	if s.network != nil {
		f.network = *s.network
	}
	return f, nil
}

// keepPrivate refuses what belongs to somebody else and takes away what others
// may do with what is ours.
func (f *folder) keepPrivate() error {
	if err := f.private(".", 0o700); err != nil {
		return err
	}
	for _, name := range []string{ownersName} {
		if err := f.private(name, 0o700); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range []string{fileName, fileName + "-wal", fileName + "-shm", fileName + "-journal", lockName} {
		if err := f.private(name, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (f *folder) private(name string, mode fs.FileMode) error {
	st, err := f.root.Lstat(name)
	if err != nil {
		return f.fail("open", err)
	}
	path := filepath.Join(f.dir, name)
	if name != "." && !st.IsDir() && !st.Mode().IsRegular() || st.IsDir() != (mode == 0o700) {
		return &remote.Error{
			Op: "open the journal", Path: remote.Path(path), Kind: remote.Invalid,
			Hint: fmt.Sprintf("%s is neither a file nor a folder of gantry's own. Move it away, or choose another state folder with --state.", path),
		}
	}
	if !ours(st) {
		return &remote.Error{
			Op: "open the journal", Path: remote.Path(path), Kind: remote.Denied,
			Hint: fmt.Sprintf("%s belongs to another user. Run gantry as that user, or choose another state folder with --state.", path),
		}
	}
	if canChmod && st.Mode().Perm()&^mode != 0 {
		if err := f.root.Chmod(name, mode); err != nil {
			return f.fail("open", err)
		}
	}
	return nil
}

// there tells whether a file of that name exists, and its size in bytes.
func (f *folder) there(name string) (size int64, ok bool, err error) {
	st, err := f.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, false, nil
	case err != nil:
		return 0, false, f.fail("open", err)
	}
	return st.Size(), true, nil
}

// remove deletes files that need not be there.
func (f *folder) remove(names ...string) error {
	for _, name := range names {
		if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return f.fail("tidy", err)
		}
	}
	return nil
}

// move renames a file; what is not there is not moved.
func (f *folder) move(from, to string) error {
	if err := f.root.Rename(from, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f.fail("move", err)
	}
	return nil
}

// touch makes an empty file for nobody but us, unless there is one.
func (f *folder) touch(name string) error {
	file, err := f.root.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return f.fail("create", err)
	}
	return f.fail("create", file.Close())
}

// durable makes the content of a file and the names in the folder survive a
// loss of power.
func (f *folder) durable(name string) error {
	file, err := f.root.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return f.fail("save", err)
	}
	err = file.Sync()
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return f.fail("save", err)
	}
	return f.syncNames()
}

// syncNames makes renames and new names durable.
func (f *folder) syncNames() error {
	if !canSyncDir {
		return nil
	}
	d, err := f.root.Open(".")
	if err != nil {
		return f.fail("save", err)
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return f.fail("save", err)
}

// dsn is how the driver is told to open a file of the folder. params are pairs
// of names and values.
func (f *folder) dsn(name string, params ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(params); i += 2 {
		q.Add(params[i], params[i+1])
	}
	path := filepath.ToSlash(filepath.Join(f.dir, name))
	if path[0] != '/' { // a drive
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	return u.String()
}
