package local

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"gantry/remote"
)

// appear renames temp to the spot's name unless something is there, in one
// step, also against other programs.
func (s *spot) appear(folder *os.File, temp string) error {
	err := renameNoReplace(folder, temp, folder, s.name)
	if err == nil || !unsupported(err) {
		return err
	}
	return s.appearByLink(temp)
}

// appearByLink is for a disk without that step. A second name fails if it
// exists; the first one goes afterwards, and if that is cut off, a temporary
// file remains beside the whole target.
func (s *spot) appearByLink(temp string) error {
	err := s.root.Link(temp, s.name)
	switch {
	case err == nil:
		_ = s.root.Remove(temp) // published all the same
		return nil
	case errors.Is(err, fs.ErrExist):
		return err
	}
	return s.appearByPlace(temp)
}

// appearByPlace is for a disk without second names either, such as FAT. An
// empty file takes the name, which only one can do, and is replaced at once.
func (s *spot) appearByPlace(temp string) error {
	f, err := s.root.OpenFile(s.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_ = f.Close() // it is empty
	if err := s.root.Rename(temp, s.name); err != nil {
		_ = s.root.Remove(s.name) // still ours and empty
		return err
	}
	return nil
}

// Rename gives an entry another name or folder on the same volume, in one step
// and never over something that exists. A name that differs from the old one
// in case only is given also where both mean the same entry.
func (t *Tree) Rename(ctx context.Context, from, to remote.Path) error {
	if err := ctx.Err(); err != nil {
		return stopped("rename", from, err)
	}
	a, err := t.at.find("rename", from, false)
	if err != nil {
		return err
	}
	defer a.close()
	if fi, err := a.root.Lstat(a.name); err == nil && fi.IsDir() && within(native(from), native(to)) {
		return &remote.Error{
			Op: "rename", Path: from, Kind: remote.Invalid, Err: syscall.EINVAL,
			Hint: "A folder cannot be moved into itself.",
		}
	}
	b, err := t.at.find("rename", to, false)
	if err != nil {
		return err
	}
	defer b.close()
	if why := badName(b.name); why != "" {
		return &remote.Error{Op: "rename", Path: to, Kind: remote.Invalid, Err: errors.New(why), Hint: "This name cannot be kept on this disk: " + why + "."}
	}
	if err := a.move(b); err != nil {
		at := from
		if errors.Is(err, fs.ErrExist) {
			at = to
		}
		return fail("rename", at, err)
	}
	return nil
}

// within tells whether p lies below the folder dir.
func within(dir, p string) bool {
	return len(p) > len(dir) && p[:len(dir)] == dir && os.IsPathSeparator(p[len(dir)])
}

// move renames the entry at a to b and makes both folders durable, the new one
// first, so that a power cut leaves the entry in at least one.
func (s *spot) move(b *spot) error {
	from, err := s.in.file()
	if err != nil {
		return err
	}
	to, err := b.in.file()
	if err != nil {
		return err
	}

	err = renameNoReplace(from, s.name, to, b.name)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrExist):
		if !s.sameEntry(b) {
			return err
		}
		err = renameOver(from, s.name, to, b.name)
	case unsupported(err):
		// A disk without that step: look, then rename. Between the two another
		// program could put something there, which such a disk cannot prevent.
		if _, serr := b.root.Lstat(b.name); serr == nil && !s.sameEntry(b) {
			return &fs.PathError{Op: "rename", Path: b.name, Err: syscall.EEXIST}
		}
		err = renameOver(from, s.name, to, b.name)
	}
	if err != nil {
		return err
	}
	if err := syncFolder(to); err != nil {
		return err
	}
	return syncFolder(from)
}

// sameEntry tells whether both names are one entry of a volume that folds case.
// A file with several names could be two of them, so it is not taken for one.
func (s *spot) sameEntry(b *spot) bool {
	if s.name == b.name || !strings.EqualFold(s.name, b.name) {
		return false
	}
	x, err := s.root.Lstat(s.name)
	if err != nil {
		return false
	}
	y, err := b.root.Lstat(b.name)
	return err == nil && os.SameFile(x, y) && (x.IsDir() || singleName(x))
}
