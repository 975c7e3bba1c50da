package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"gantry/remote"
)

// A spot is where one entry is, or will be: its folder, held open so that
// nobody can move another one there, and its name in it.
type spot struct {
	root *os.Root
	name string
	in   *folder // of root
	disk *volume // nil where each file is made durable by itself
}

func (f *folder) spot(name string) *spot { return &spot{root: f.root, name: name, in: f} }

func (s *spot) close() {
	if s != nil {
		s.in.release()
	}
}

// A placer decides where writes may go.
type placer interface {
	// find opens the folder of p, which is made if missing and wanted.
	find(op string, p remote.Path, mkdir bool) (*spot, error)
	// mkdir makes the folder p and its parents.
	mkdir(p remote.Path) error
	// enter opens the folder p, which exists.
	enter(p remote.Path) (*os.Root, error)
}

// anywhere writes where the user says, following the links of folders on the
// way as a shell would.
type anywhere struct{}

func (anywhere) find(op string, p remote.Path, mkdir bool) (*spot, error) {
	dir, name, err := split(op, p)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if mkdir && missing(err) {
		if err := (anywhere{}).mkdir(remote.Path(dir)); err != nil {
			return nil, err
		}
		root, err = os.OpenRoot(dir)
	}
	if err != nil {
		if fi, serr := os.Stat(dir); serr == nil && !fi.IsDir() {
			return nil, notFolder(op, p, dir, mkdir)
		}
		return nil, fail(op, p, err)
	}
	return newFolder(root).spot(name), nil
}

// mkdir opens the nearest folder that exists and makes the rest below it.
func (anywhere) mkdir(p remote.Path) error {
	dir := native(p)
	base := dir
	for {
		fi, err := os.Stat(base)
		if err == nil && !fi.IsDir() {
			return notFolder("make folder", p, base, true)
		}
		if err == nil {
			break
		}
		up := filepath.Dir(base)
		if !missing(err) || up == base {
			return fail("make folder", p, err)
		}
		base = up
	}
	if base == dir {
		return nil
	}
	root, err := os.OpenRoot(base)
	if err != nil {
		return fail("make folder", p, err)
	}
	defer root.Close() //nolint:errcheck // nothing is lost with it
	rel, err := filepath.Rel(base, dir)
	if err == nil {
		err = makeFolders(root, rel)
	}
	if err != nil {
		return fail("make folder", p, err)
	}
	return nil
}

func (anywhere) enter(p remote.Path) (*os.Root, error) {
	root, err := os.OpenRoot(native(p))
	if err != nil {
		return nil, fail("open folder", p, err)
	}
	return root, nil
}

// confined writes below one folder only. The root resolves every path itself,
// so that neither dots nor links lead outside, even if they appear meanwhile.
type confined struct {
	dir     string
	root    *os.Root
	folders folders
	barrier barrier
}

func confine(dir string, root *os.Root) *confined {
	return &confined{dir: dir, root: root, folders: folders{byRel: map[string]*folder{}}}
}

func (c *confined) close() error {
	c.folders.close()
	c.barrier.close()
	return c.root.Close()
}

// rel is p relative to the folder, "." for itself.
func (c *confined) rel(op string, p remote.Path) (string, error) {
	rel, err := filepath.Rel(c.dir, native(p))
	if err != nil || !filepath.IsLocal(rel) {
		return "", c.outside(op, p, err)
	}
	return rel, nil
}

func (c *confined) outside(op string, p remote.Path, err error) error {
	if err == nil {
		err = errors.New("path leads outside of the target folder")
	}
	return &remote.Error{
		Op: op, Path: p, Kind: remote.Denied, Err: err,
		Hint: "This path leads outside of " + c.dir + ", so nothing was written. Look for links on the way.",
	}
}

// explain tells an escape, which no operating system reports, from other
// failures.
func (c *confined) explain(op string, p remote.Path, err error) error {
	var no syscall.Errno
	if !errors.As(err, &no) && !errors.Is(err, fs.ErrClosed) {
		return c.outside(op, p, err)
	}
	return fail(op, p, err)
}

func (c *confined) find(op string, p remote.Path, mkdir bool) (*spot, error) {
	rel, err := c.rel(op, p)
	if err != nil {
		return nil, err
	}
	if rel == "." {
		return nil, c.outside(op, p, nil)
	}
	dir, name := filepath.Dir(rel), filepath.Base(rel)
	if s := c.again(dir, name); s != nil {
		return s, nil
	}
	root, err := c.root.OpenRoot(dir)
	if mkdir && missing(err) {
		if err := c.mkdir(remote.Path(filepath.Join(c.dir, dir))); err != nil {
			return nil, err
		}
		root, err = c.root.OpenRoot(dir)
	}
	if err != nil {
		if at := c.fileOnTheWay(dir); at != "" {
			return nil, notFolder(op, p, at, mkdir)
		}
		return nil, c.explain(op, p, err)
	}
	f := newFolder(root)
	if f.info, err = root.Stat("."); err == nil {
		c.folders.keep(dir, f)
	}
	s := f.spot(name)
	s.disk = c.barrier.volume(f)
	return s, nil
}

// again finds a folder that is still open, if the path still leads to it.
func (c *confined) again(dir, name string) *spot {
	f := c.folders.take(dir)
	if f == nil {
		return nil
	}
	if now, err := c.root.Stat(dir); err != nil || !os.SameFile(now, f.info) {
		f.release()
		return nil
	}
	s := f.spot(name)
	s.disk = c.barrier.volume(f)
	return s
}

// fileOnTheWay is the part of rel that is no folder; "" if there is none.
func (c *confined) fileOnTheWay(rel string) string {
	for ; rel != "."; rel = filepath.Dir(rel) {
		if fi, err := c.root.Stat(rel); err == nil && !fi.IsDir() {
			return filepath.Join(c.dir, rel)
		}
	}
	return ""
}

func (c *confined) mkdir(p remote.Path) error {
	rel, err := c.rel("make folder", p)
	if err != nil {
		return err
	}
	if rel == "." {
		return nil
	}
	if err := makeFolders(c.root, rel); err != nil {
		if at := c.fileOnTheWay(rel); at != "" {
			return notFolder("make folder", p, at, true)
		}
		return c.explain("make folder", p, err)
	}
	return nil
}

func (c *confined) enter(p remote.Path) (*os.Root, error) {
	rel, err := c.rel("open folder", p)
	if err != nil {
		return nil, err
	}
	root, err := c.root.OpenRoot(rel)
	if err != nil {
		return nil, c.explain("open folder", p, err)
	}
	return root, nil
}

// split takes p apart; a root has no name and is never written.
func split(op string, p remote.Path) (dir, name string, err error) {
	full := native(p)
	dir, name = filepath.Dir(full), filepath.Base(full)
	if !filepath.IsAbs(full) || dir == full || strings.ContainsRune(full, 0) {
		return "", "", &remote.Error{
			Op: op, Path: p, Kind: remote.Invalid, Err: errors.New("not an absolute path below a root"),
			Hint: "This needs an absolute path to something inside a folder.",
		}
	}
	return dir, name, nil
}

// makeFolders makes rel and its parents, and makes their names durable, from
// the inside out: what is put into them must not hang in the air after a power
// cut.
func makeFolders(root *os.Root, rel string) error {
	var grow []string // folders that get a new entry
	for at := rel; at != "."; at = filepath.Dir(at) {
		if fi, err := root.Stat(at); err == nil && fi.IsDir() {
			break
		}
		grow = append(grow, filepath.Dir(at))
	}
	if len(grow) == 0 {
		return nil
	}
	if err := root.MkdirAll(rel, 0o777); err != nil {
		return err
	}
	for _, at := range grow {
		f, err := root.Open(at)
		if err != nil {
			return err
		}
		err = syncFolder(f)
		_ = f.Close() // opened for reading
		if err != nil {
			return err
		}
	}
	return nil
}

// missing tells whether there is nothing at a path, be it that a part of it is
// a file.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// notFolder reports a file where a folder has to be: it is in the way of a
// folder to be made, otherwise there just is nothing in it.
func notFolder(op string, p remote.Path, what string, mkdir bool) error {
	if !mkdir {
		return fail(op, p, &fs.PathError{Op: "open", Path: what, Err: syscall.ENOTDIR})
	}
	return &remote.Error{
		Op: op, Path: p, Kind: remote.Exist, Err: syscall.ENOTDIR,
		Hint: what + " exists and is not a folder. Rename it or choose another name.",
	}
}
