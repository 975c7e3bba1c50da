package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gantry/remote"
	"gantry/remote/local"
	"gantry/remote/store"
)

var errOccupied = errors.New("the folder is not empty")

// SaveMount adds a mount, or changes the one of its folder. The folder must be
// empty; with hide what is in it is hidden by the mount for as long as that
// exists, and stays as it is. A folder that is missing is made. The error is of
// kind Exist when hide would help.
func (a *App) SaveMount(ctx context.Context, m remote.Mount, hide bool) error {
	if problems := a.store.Preview(store.SetMount(m)); len(problems) > 0 {
		return &remote.Error{Op: "add the mount", Kind: remote.Invalid, Hint: "The mount was not saved: " + say(problems) + "."}
	}
	folder := filepath.Clean(ExpandHome(m.Folder))
	if !a.isMount(folder) {
		if err := prepare(ctx, folder, hide); err != nil {
			return err
		}
	}
	return a.apply(ctx, store.SetMount(m))
}

// RemoveMount takes the mount of a folder away. The folder stays, and nothing
// in the bucket changes.
func (a *App) RemoveMount(ctx context.Context, folder string) error {
	for _, m := range a.store.Mounts() {
		if filepath.Clean(ExpandHome(m.Folder)) == filepath.Clean(ExpandHome(folder)) {
			folder = m.Folder
		}
	}
	return a.apply(ctx, store.RemoveMount(folder))
}

func (a *App) isMount(folder string) bool {
	for _, m := range a.store.Mounts() {
		if filepath.Clean(ExpandHome(m.Folder)) == folder {
			return true
		}
	}
	return false
}

// prepare sees to it that the folder is there, and empty unless hide.
func prepare(ctx context.Context, folder string, hide bool) error {
	names, more, err := peek(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return local.New().Mkdir(ctx, remote.Path(folder))
	case err != nil:
		return &remote.Error{
			Op: "add the mount", Path: remote.Path(folder), Kind: remote.Invalid, Err: err,
			Hint: "The folder " + folder + " cannot be a mount: it is no folder, or not yours to read. Choose another one.",
		}
	case len(names) == 0 || hide:
		return nil
	}
	what := strings.Join(names, ", ")
	if more {
		what += " and more"
	}
	return &remote.Error{
		Op: "add the mount", Path: remote.Path(folder), Kind: remote.Exist, Err: errOccupied,
		Hint: fmt.Sprintf("The folder %s is not empty: it holds %s. Choose an empty one, or say that the mount may hide what is in it.", folder, what),
	}
}

// peek gives the first names in a folder.
func peek(folder string) (names []string, more bool, err error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = root.Close() }()
	dir, err := root.Open(".")
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = dir.Close() }()
	names, err = dir.Readdirnames(4)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if len(names) > 3 {
		names, more = names[:3], true
	}
	return names, more, err
}
