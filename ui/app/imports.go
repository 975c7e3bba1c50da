package app

import (
	"context"
	"fmt"
	"os"

	"gantry/remote"
	"gantry/remote/foreign"
	"gantry/remote/store"
)

func places() foreign.Places { return foreign.Places{Home: Home(), Getenv: os.Getenv} }

// Imports are the remotes that other programs on this machine know, without
// their secrets.
func (a *App) Imports(context.Context) ([]remote.Found, error) { return foreign.Find(places()), nil }

// Import adds one of them to the store: its credential, with its secret in the
// store if the file holds one, and its server if that has a bucket by now. Both
// get the name. Nothing of it is asked of a network.
func (a *App) Import(ctx context.Context, f remote.Found, name string) error {
	taken, ok := foreign.Take(places(), f)
	if !ok {
		return &remote.Error{Op: "import", Kind: remote.NotExist, Hint: fmt.Sprintf("There is no %s in %s any more.", f.Name, f.File)}
	}
	c := *taken.Credential
	c.Name = name
	change := store.AddCredential(c)
	if s := f.Server; s != nil && s.Bucket != "" {
		server := *s
		server.Name, server.Credential = name, name
		change = store.All(change, store.AddServer(server))
	}
	if problems := a.store.Preview(change); len(problems) > 0 {
		return &remote.Error{Op: "import", Kind: remote.Invalid, Hint: f.Name + " was not imported: " + say(problems) + "."}
	}
	return a.apply(ctx, change)
}
