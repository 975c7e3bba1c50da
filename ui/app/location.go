package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gantry/remote"
)

const ambientScheme = "s3://"

// Open resolves a location (contract.md, "Locations"): "SERVER:path" where
// SERVER is in the store, "s3://bucket/key", or a local path, which inside a
// mount's folder means the server behind it. A trailing slash of a local path
// is not part of the result. Nothing is asked of a network, but ambient AWS
// settings may be read.
func (a *App) Open(ctx context.Context, location string) (remote.Place, error) {
	if rest, ok := strings.CutPrefix(location, ambientScheme); ok {
		t, err := a.ambient(ctx)
		if err != nil {
			return remote.Place{}, err
		}
		return remote.Place{Tree: t, Path: remote.Path(rest)}, nil
	}
	if name, rest, ok := serverPart(location); ok {
		if _, _, err := a.store.Lookup(name); err == nil {
			return a.serverPlace(name, remote.Path(rest))
		}
		if _, err := os.Lstat(location); err != nil && isServerName(name) {
			return remote.Place{}, &remote.Error{
				Op: "open", Path: remote.Path(location), Kind: remote.NotExist,
				Hint: fmt.Sprintf("There is no server %q in %s. For a local file of that name write ./%s", name, a.store.Path(), location),
			}
		}
	}
	return a.localPlace(location)
}

// Warm begins connections to where locations are, in the background, so that
// what is about to be done there need not wait for them. It fails without a word.
func (a *App) Warm(ctx context.Context, locations ...string) {
	for _, location := range locations {
		place, err := a.Open(ctx, location)
		if err != nil {
			continue
		}
		if w, ok := remote.As[remote.Warmer](place.Tree); ok {
			w.Warm(ctx, place.Path)
		}
	}
}

// serverPart splits "name:rest". A colon after a slash belongs to a local path,
// as does a drive letter.
func serverPart(location string) (name, rest string, ok bool) {
	i := strings.IndexAny(location, `:/\`)
	if i <= 0 || location[i] != ':' || filepath.VolumeName(location) != "" {
		return "", "", false
	}
	return location[:i], location[i+1:], true
}

// isServerName tells whether name could stand in the store; a file such as
// "a b:c" could not.
func isServerName(name string) bool {
	return strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	}) < 0
}

func (a *App) serverPlace(name string, path remote.Path) (remote.Place, error) {
	t, srv, err := a.server(name)
	if err != nil {
		return remote.Place{}, err
	}
	region := a.Region(name) // what the bucket said, where the store says "auto"
	if region == "" {
		region = srv.Region
	}
	return remote.Place{Tree: t, Path: path, Server: name, Region: region}, nil
}

func (a *App) localPlace(location string) (remote.Place, error) {
	path, err := filepath.Abs(ExpandHome(location))
	if err != nil {
		return remote.Place{}, &remote.Error{Op: "open", Path: remote.Path(location), Kind: remote.Invalid, Err: err}
	}
	if place, ok, err := a.mounted(path); ok || err != nil {
		return place, err
	}
	return remote.Place{Tree: a.disk, Path: remote.Path(path)}, nil
}

// Enter tells whether p in t is the folder of a mount, or below one, and then
// opens the place behind it.
func (a *App) Enter(_ context.Context, t remote.Tree, p remote.Path) (remote.Place, bool, error) {
	if t != a.disk {
		return remote.Place{}, false, nil
	}
	return a.mounted(string(p))
}

// mounted finds the innermost mount whose folder holds the local path.
func (a *App) mounted(path string) (remote.Place, bool, error) {
	best, rest := remote.Mount{}, ""
	for _, m := range a.store.Mounts() {
		folder := filepath.Clean(ExpandHome(m.Folder))
		below, ok := strings.CutPrefix(path, folder)
		if !ok || below != "" && below[0] != filepath.Separator && folder != string(filepath.Separator) {
			continue
		}
		if best.Folder == "" || len(folder) > len(best.Folder) {
			best, rest = remote.Mount{Folder: folder, Server: m.Server, Path: m.Path}, below
		}
	}
	if best.Folder == "" {
		return remote.Place{}, false, nil
	}
	place, err := a.serverPlace(best.Server, "")
	if err != nil {
		return remote.Place{}, false, err
	}
	root := best.Path
	if root != "" && !strings.HasSuffix(root, "/") {
		root += "/"
	}
	place.Mount, place.Root = best.Folder, remote.Path(root)
	place.Path = remote.Path(root + strings.TrimPrefix(filepath.ToSlash(rest), "/"))
	return place, true, nil
}
