package app

import (
	"context"

	"gantry/remote"
	"gantry/remote/s3"
)

// bucket gives the bucket behind a server of the store: what only S3 can do is
// asked of it. Nothing that writes goes through it but what refuses on a
// read-only server by itself.
func (a *App) bucket(name string) (*s3.Tree, remote.Server, error) {
	if _, _, err := a.server(name); err != nil {
		return nil, remote.Server{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	open := a.trees[name]
	if open == nil { // the store changed in between
		return nil, remote.Server{}, &remote.Error{Op: "open", Kind: remote.Changed, Hint: "The server " + name + " has just been changed. Try again."}
	}
	return open.bucket, open.server, nil
}

// Uncompleted tells what becomes of unfinished uploads on a server, and how many
// there are.
func (a *App) Uncompleted(ctx context.Context, server string) (remote.Uncompleted, error) {
	t, _, err := a.bucket(server)
	if err != nil {
		return remote.Uncompleted{}, err
	}
	return t.Uncompleted(ctx)
}

// SetUncompleted makes the bucket abort unfinished uploads after so many days; 0
// takes the rule away. Its other rules stay.
func (a *App) SetUncompleted(ctx context.Context, server string, days int) error {
	t, _, err := a.bucket(server)
	if err != nil {
		return err
	}
	return t.SetUncompleted(ctx, days)
}
