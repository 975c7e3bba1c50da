package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"unicode/utf8"
)

// The file of bookmarks in the state folder: a JSON object of letters and
// locations.
const (
	bookmarksFile = "bookmarks.json"
	bookmarksMost = 1 << 20 // bytes
)

// Bookmarks are the locations that are remembered under letters; none when
// there is no file yet.
func (a *App) Bookmarks() (map[string]string, error) {
	a.bookmarks.Lock()
	defer a.bookmarks.Unlock()
	return a.readBookmarks()
}

// SetBookmark remembers a location under a letter. What another gantry has
// remembered meanwhile stays.
func (a *App) SetBookmark(letter, location string) error {
	a.bookmarks.Lock()
	defer a.bookmarks.Unlock()
	if !utf8.ValidString(location) {
		return errors.New("a location whose name is no text cannot be remembered beyond the end of the program")
	}
	marks, err := a.readBookmarks()
	if err != nil {
		return err // what cannot be read must not be written over
	}
	marks[letter] = location
	text, err := json.MarshalIndent(marks, "", "  ")
	if err != nil {
		return fmt.Errorf("write bookmarks: %w", err)
	}
	return writeState(a.options.StateDir, bookmarksFile, append(text, '\n'))
}

func (a *App) readBookmarks() (map[string]string, error) {
	marks := map[string]string{}
	root, err := os.OpenRoot(a.options.StateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return marks, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read bookmarks: %w", err)
	}
	defer root.Close()
	f, err := root.Open(bookmarksFile)
	if errors.Is(err, fs.ErrNotExist) {
		return marks, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read bookmarks: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, bookmarksMost))
	if err == nil {
		err = json.Unmarshal(text, &marks)
	}
	if err != nil {
		return nil, fmt.Errorf("read bookmarks (%s): %w", f.Name(), err)
	}
	return marks, nil
}

// writeState puts a file into the state folder as a whole, for its owner only:
// written beside it, made durable, and only then given its name.
func writeState(dir, name string, content []byte) error {
	if err := makeState(dir); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	defer root.Close()
	fresh := fmt.Sprintf(".%s.%d", name, os.Getpid())
	_ = root.Remove(fresh) // of a process of our number that was killed
	f, err := root.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = root.Rename(fresh, name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Join(err, root.Remove(fresh)))
	}
	return syncDir(root)
}

// syncDir makes the names in a folder durable.
func syncDir(root *os.Root) error {
	d, err := root.Open(".")
	if err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) && runtime.GOOS != "windows" {
		return fmt.Errorf("state folder: %w", err)
	}
	return nil
}
