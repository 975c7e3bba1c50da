package local

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"gantry/remote"
)

var _ remote.Settler = (*Tree)(nil)

// Settle makes the content of the file p durable, or the names in the folder p,
// and every name that leads there: another process may have made them and ended
// before they were on the disk. What may not be opened was not made by us.
func (t *Tree) Settle(ctx context.Context, p remote.Path) error {
	_, err := await(ctx, "write", p, func() (struct{}, error) { return struct{}{}, settleAll(native(p)) }, nil)
	if err != nil {
		return fail("write", p, err)
	}
	return nil
}

func settleAll(name string) error {
	fi, err := os.Lstat(name)
	if err != nil {
		return err
	}
	if fi.Mode().IsRegular() {
		if err := syncAt(name, (*os.File).Sync); err != nil {
			return err
		}
		name = filepath.Dir(name)
	}
	for {
		if err := syncAt(name, syncFolder); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
		up := filepath.Dir(name)
		if up == name {
			return nil
		}
		name = up
	}
}

func syncAt(name string, sync func(*os.File) error) error {
	f, err := openFile(name)
	if err != nil {
		return err
	}
	err = sync(f)
	_ = f.Close() // opened for reading
	return err
}
