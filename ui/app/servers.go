package app

import (
	"context"
	"fmt"
	"time"

	"gantry/remote"
	"gantry/remote/preset"
	"gantry/remote/s3"
	"gantry/remote/store"
)

// Servers are the servers of the store with what is known about them. It asks
// nobody.
func (a *App) Servers() []remote.ServerInfo {
	var out []remote.ServerInfo
	for _, s := range a.store.Servers() {
		i := remote.ServerInfo{
			Server: s, Location: s.Name + ":", Region: s.Region, State: remote.ServerUntested,
			ReadOnly: s.ReadOnly, Credential: s.Credential,
		}
		seen := a.known.server(s)
		i.LastUsed, i.Probed = seen.Used, seen.Report
		i.State, i.Why = a.live(s.Name, seen)
		i.Versioned, i.Locked = a.keeps(s.Name, seen)
		if found := a.Region(s.Name); found != "" {
			i.Region = found
		} else if i.Region == "auto" && seen.Region != "" {
			i.Region = seen.Region
		}
		out = append(out, i)
	}
	return out
}

// live is how an open server stands now, or how another one stood.
func (a *App) live(name string, was seen) (state, why string) {
	a.mu.Lock()
	open := a.trees[name]
	a.mu.Unlock()
	if open != nil {
		if why, known := open.bucket.Health(); known && why != "" {
			return remote.ServerInactive, why
		} else if known {
			return remote.ServerConnected, ""
		}
	}
	return was.state()
}

// keeps tells what is known of versions and locks of a bucket: what a test found,
// and what answers have told since.
func (a *App) keeps(name string, was seen) (versioned, locked bool) {
	a.mu.Lock()
	open := a.trees[name]
	a.mu.Unlock()
	if open != nil {
		versioned, locked = open.bucket.Keeps()
	}
	return versioned || was.Versioned, locked || was.Locked
}

// Presets are the services whose settings gantry knows.
func (a *App) Presets() []remote.Preset { return preset.Services() }

// Regions are the regions of AWS, of all partitions.
func (a *App) Regions() []remote.Region { return preset.Regions() }

// CheckServer tells what is wrong with a server that would take the place of
// old, or be added if old is "". It asks nobody and never repeats a value.
func (a *App) CheckServer(old string, s remote.Server) []remote.Problem {
	return a.store.Preview(setServer(old, s))
}

// SaveServer adds a server, or changes and renames old. What the user wrote
// around it in the file stays. The error says what is wrong with s, a
// *store.Rejected, or with the file, a *store.Refused.
func (a *App) SaveServer(ctx context.Context, old string, s remote.Server) error {
	if err := a.trusts(old, s); err != nil {
		return err
	}
	if err := a.apply(ctx, setServer(old, s)); err != nil {
		return err
	}
	if old != "" && old != s.Name {
		a.known.rename(old, s.Name)
	}
	return nil
}

// trusts checks that a file of certificates that s names anew can be used: the
// store knows nothing of other files.
func (a *App) trusts(old string, s remote.Server) error {
	if was, _, err := a.store.Lookup(old); s.CABundle == "" || err == nil && was.CABundle == s.CABundle {
		return nil
	}
	t, err := s3.New(a.resolved(s), nil, a.s3Options())
	if err != nil {
		return err
	}
	t.Close()
	return nil
}

func setServer(old string, s remote.Server) store.Change {
	return saved(old, s.Name, s, store.AddServer, store.SetServer, store.RenameServer)
}

// saved is the change that adds v, or puts it in the place of old.
func saved[T any](old, name string, v T, add, set func(T) store.Change, rename func(from, to string) store.Change) store.Change {
	switch old {
	case "":
		return add(v)
	case name:
		return set(v)
	}
	return store.All(rename(old, name), set(v))
}

// RemoveServer takes a server out of the store. One that mounts, syncs or
// automations use is refused, naming them. Nothing in the bucket changes.
func (a *App) RemoveServer(ctx context.Context, name string) error {
	if err := a.apply(ctx, store.RemoveServer(name)); err != nil {
		return err
	}
	a.known.forget(name)
	return nil
}

// apply changes the store and lets what is open follow.
func (a *App) apply(ctx context.Context, c store.Change) error {
	if err := a.store.Apply(ctx, c); err != nil {
		return err
	}
	a.changed()
	return nil
}

// Denied tells why an IAM action as "s3:PutObject" cannot work on a server, as
// far as is known; "" if it may. It asks nobody.
func (a *App) Denied(server, action string) string {
	s, _, err := a.store.Lookup(server)
	if err != nil {
		return ""
	}
	if s.ReadOnly && remote.Writes(action) {
		return a.readOnlyWhy(s.Name)
	}
	r, ok := a.known.server(s).Denied[action]
	if !ok || r.over() || time.Since(r.At) > r.keeps() {
		return ""
	}
	return fmt.Sprintf("The credential %q may not do this on %s: it needs the permission %s (found %s). Test the server again when that has changed.",
		s.Credential, s.Name, action, r.At.Local().Format("Jan 2 15:04"))
}

func (a *App) readOnlyWhy(name string) string {
	return fmt.Sprintf("The server %s is read-only (read_only = true in %s).", name, a.store.Path())
}
