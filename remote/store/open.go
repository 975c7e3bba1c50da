package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gantry/remote"
)

// maxSize is more than any store needs, in bytes.
const maxSize = 8 << 20

// Open reads the store at path. A missing file is an empty store. Anything else
// that is not as it must be is a *Refused.
func Open(path string) (*Store, error) { return OpenWith(path, nil) }

// OpenWith is Open for a file in which somebody else keeps tables too: extra
// checks them, at every reading and before every writing.
func OpenWith(path string, extra Extra) (*Store, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, &Refused{Path: path, Err: err, Problems: []remote.Problem{{Message: "its folder cannot be found"}}}
	}
	s := &Store{path: full, extra: extra}
	if err := s.Reload(); err != nil {
		return nil, err
	}
	return s, nil
}

// Reload reads the file again. When it is refused the store keeps what it had.
func (s *Store) Reload() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, err := s.read()
	if err != nil {
		return err
	}
	data, problems := parse(raw, s.extra)
	if len(problems) > 0 {
		return &Refused{Path: s.path, Problems: problems}
	}
	s.raw, s.data = raw, data
	return nil
}

// read gives the content of the file, nil if there is none, after a look at who
// else can read or replace it.
func (s *Store) read() ([]byte, error) {
	dir, base := filepath.Split(s.path)
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, s.refuse(err, "its folder cannot be opened", "")
	}
	defer func() { _ = root.Close() }()
	return s.readIn(root, base)
}

// replacements bounds how often readIn starts over because another writer put a
// new file in place between its look and its opening: a window of microseconds,
// so that ten in a row are somebody playing tricks.
const replacements = 10

func (s *Store) readIn(root *os.Root, base string) ([]byte, error) {
	for range replacements {
		raw, err := s.readOnce(root, base)
		if !errors.Is(err, errReplaced) {
			return raw, err
		}
	}
	return nil, s.refuse(errReplaced, "was replaced while it was being opened; try again", "")
}

var errReplaced = errors.New("the file opened is not the one looked at")

// readOnce gives errReplaced when the name got another file meanwhile.
func (s *Store) readOnce(root *os.Root, base string) ([]byte, error) {
	before, err := root.Lstat(base)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, s.refuse(err, "cannot be looked at", "")
	}
	if err := s.refuseIf(s.checkFile(before), s.checkFolder(root)); err != nil {
		return nil, err
	}
	f, err := root.Open(base)
	if err != nil {
		return nil, s.refuse(err, "cannot be read", fixMode("600", s.path))
	}
	defer func() { _ = f.Close() }()
	// What was looked at must be what was opened.
	after, err := f.Stat()
	if err != nil {
		return nil, s.refuse(err, "cannot be looked at", "")
	}
	if !os.SameFile(before, after) {
		return nil, errReplaced
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, s.refuse(err, "cannot be read", "")
	}
	if len(raw) > maxSize {
		return nil, s.refuse(nil, fmt.Sprintf("is larger than %s", remote.FormatBytes(maxSize)), "")
	}
	return raw, nil
}

// fault is what is wrong with a file or folder as such, and the command that
// mends it.
type fault struct{ message, fix string }

// refuseIf makes one Refused of all faults that there are; nil if there is none.
func (s *Store) refuseIf(faults ...fault) error {
	r := &Refused{Path: s.path}
	var fixes []string
	for _, f := range faults {
		if f.message == "" {
			continue
		}
		r.Problems = append(r.Problems, remote.Problem{Message: f.message})
		if f.fix != "" {
			fixes = append(fixes, f.fix)
		}
	}
	if len(r.Problems) == 0 {
		return nil
	}
	r.Fix = strings.Join(fixes, " && ")
	return r
}

func (s *Store) checkFile(info fs.FileInfo) fault {
	path, aside := shellQuote(s.path), shellQuote(s.path+".new")
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return fault{
			"is a symbolic link; the store must be a file of its own",
			fmt.Sprintf("install -m 600 -- %s %s && mv -- %s %s", path, aside, aside, path),
		}
	case !info.Mode().IsRegular():
		return fault{message: "is not a file"}
	case foreign(info):
		return fault{"belongs to another user", fmt.Sprintf(`sudo chown "$(id -u)" -- %s`, path)}
	case loose(info):
		return fault{
			fmt.Sprintf("others may read or write it (mode %04o); it holds secrets and must be of mode 0600", info.Mode().Perm()),
			fixMode("600", s.path),
		}
	}
	return fault{}
}

// checkFolder looks at the folder that root is.
func (s *Store) checkFolder(root *os.Root) fault {
	info, err := root.Stat(".")
	dir := filepath.Dir(s.path)
	switch {
	case err != nil:
		return fault{message: "its folder cannot be looked at"}
	case foreign(info):
		return fault{"its folder belongs to another user", fmt.Sprintf(`sudo chown "$(id -u)" -- %s`, shellQuote(dir))}
	case loose(info):
		return fault{
			fmt.Sprintf("others may look into its folder or write there (mode %04o); the folder must be of mode 0700", info.Mode().Perm()),
			fixMode("700", dir),
		}
	}
	return fault{}
}

func fixMode(mode, path string) string { return "chmod " + mode + " -- " + shellQuote(path) }

func (s *Store) refuse(err error, message, fix string) *Refused {
	return &Refused{Path: s.path, Problems: []remote.Problem{{Message: message}}, Fix: fix, Err: err}
}
