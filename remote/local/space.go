package local

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"gantry/remote"
)

// Space tells the volume of dir, or of the folder above it that exists, and what
// is free there.
func (t *Tree) Space(ctx context.Context, dir remote.Path) (remote.Space, error) {
	return await(ctx, "look at", dir, func() (remote.Space, error) {
		for at := native(dir); ; at = filepath.Dir(at) {
			s, err := space(at)
			if errors.Is(err, fs.ErrNotExist) && filepath.Dir(at) != at {
				continue
			}
			if err != nil {
				return s, fail("look at", dir, err)
			}
			return s, nil
		}
	}, nil)
}
