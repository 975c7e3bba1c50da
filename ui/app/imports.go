package app

import (
	"context"

	"gantry/remote"
)

// Imports are the remotes that other programs on this machine know.
func (a *App) Imports(_ context.Context) ([]remote.Found, error) { return nil, nil }

// Import adds one of them to the store under a name.
func (a *App) Import(_ context.Context, f remote.Found, _ string) error {
	return &remote.Error{Op: "import", Kind: remote.NotExist, Hint: "There is no " + f.Name + " to import any more."}
}
