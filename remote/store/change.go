package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gantry/remote"
	"gantry/remote/store/tomldoc"
)

// Change is an edit of the store, for Apply. The functions that make one name
// tables by what makes them unique: a name, or a mount's folder.
type Change struct {
	edit func(*edit) error
}

// edit is a file on its way: bytes, and what they say.
type edit struct {
	raw  []byte
	data Data
}

// All is several changes as one: whole or nothing.
func All(changes ...Change) Change {
	return Change{func(e *edit) error {
		for _, c := range changes {
			if err := e.run(c); err != nil {
				return err
			}
		}
		return nil
	}}
}

// AddServer adds a server; that the name is free is checked with the rest.
func AddServer(s remote.Server) Change {
	if s.Type == "" {
		s.Type = "s3"
	}
	return Change{func(e *edit) error { return e.set("server", -1, nil, serverSettings(s)) }}
}

// AddCredential adds a credential; that the name is free is checked with the
// rest.
func AddCredential(c remote.Credential) Change {
	return Change{func(e *edit) error { return e.set("credential", -1, nil, credentialSettings(c)) }}
}

// SetServer adds a server, or makes the one of its name like s. Values that are
// the defaults are written only where the file has the key already.
func SetServer(s remote.Server) Change {
	if s.Type == "" {
		s.Type = "s3"
	}
	return Change{func(e *edit) error {
		i := slices.IndexFunc(e.data.Servers, func(o remote.Server) bool { return o.Name == s.Name })
		var old []setting
		if i >= 0 {
			old = serverSettings(e.data.Servers[i])
		}
		return e.set("server", i, old, serverSettings(s))
	}}
}

// SetCredential adds a credential, or makes the one of its name like c.
func SetCredential(c remote.Credential) Change {
	return Change{func(e *edit) error {
		i := slices.IndexFunc(e.data.Credentials, func(o remote.Credential) bool { return o.Name == c.Name })
		var old []setting
		if i >= 0 {
			old = credentialSettings(e.data.Credentials[i])
		}
		return e.set("credential", i, old, credentialSettings(c))
	}}
}

// SetMount adds a mount, or makes the one of its folder like m.
func SetMount(m remote.Mount) Change {
	return Change{func(e *edit) error {
		i := mountAt(e.data, m.Folder)
		var old []setting
		if i >= 0 {
			old = mountSettings(e.data.Mounts[i])
			m.Folder = e.data.Mounts[i].Folder // the user's spelling stays
		}
		return e.set("mount", i, old, mountSettings(m))
	}}
}

// SetSync adds a sync, or makes the one of its name like s.
func SetSync(s remote.Sync) Change {
	return Change{func(e *edit) error {
		i := slices.IndexFunc(e.data.Syncs, func(o remote.Sync) bool { return o.Name == s.Name })
		var old []setting
		if i >= 0 {
			old = syncSettings(e.data.Syncs[i])
		}
		return e.set("sync", i, old, syncSettings(s))
	}}
}

// SetAutomation adds an automation, or makes the one of its name like a.
func SetAutomation(a remote.Automation) Change {
	return Change{func(e *edit) error {
		i := slices.IndexFunc(e.data.Automations, func(o remote.Automation) bool { return o.Name == a.Name })
		var old []setting
		if i >= 0 {
			old = automationSettings(e.data.Automations[i])
		}
		return e.set("automation", i, old, automationSettings(a))
	}}
}

// RemoveServer removes a server. One that mounts, syncs or automations use is
// refused as Invalid, naming them.
func RemoveServer(name string) Change {
	return Change{func(e *edit) error {
		if users := e.data.usersOfServer(name); len(users) > 0 {
			return inUse("server", name, users)
		}
		i := slices.IndexFunc(e.data.Servers, func(o remote.Server) bool { return o.Name == name })
		return e.remove("server", i, name)
	}}
}

// RemoveCredential removes a credential. One that servers or other credentials
// use is refused as Invalid, naming them.
func RemoveCredential(name string) Change {
	return Change{func(e *edit) error {
		if users := e.data.usersOfCredential(name); len(users) > 0 {
			return inUse("credential", name, users)
		}
		i := slices.IndexFunc(e.data.Credentials, func(o remote.Credential) bool { return o.Name == name })
		return e.remove("credential", i, name)
	}}
}

// RemoveMount removes the mount of a folder.
func RemoveMount(folder string) Change {
	return Change{func(e *edit) error { return e.remove("mount", mountAt(e.data, folder), folder) }}
}

// RemoveSync removes a sync.
func RemoveSync(name string) Change {
	return Change{func(e *edit) error {
		i := slices.IndexFunc(e.data.Syncs, func(o remote.Sync) bool { return o.Name == name })
		return e.remove("sync", i, name)
	}}
}

// RemoveAutomation removes an automation.
func RemoveAutomation(name string) Change {
	return Change{func(e *edit) error {
		i := slices.IndexFunc(e.data.Automations, func(o remote.Automation) bool { return o.Name == name })
		return e.remove("automation", i, name)
	}}
}

// SetValue sets one key of a plain table, as of [ui]. Whoever keeps that table
// checks the value, through the Extra of OpenWith.
func SetValue(table, key string, v tomldoc.Value) Change {
	return Change{func(e *edit) (err error) {
		e.raw, err = tomldoc.Set(e.raw, tomldoc.Plain(table), key, v)
		return err
	}}
}

// UnsetValue takes a key out of a plain table, so that its default holds.
func UnsetValue(table, key string) Change {
	return Change{func(e *edit) (err error) {
		e.raw, err = tomldoc.Unset(e.raw, tomldoc.Plain(table), key)
		return err
	}}
}

// run makes a change and reads the result again, so that the next one finds it.
func (e *edit) run(c Change) error {
	if c.edit == nil {
		return nil
	}
	if err := c.edit(e); err != nil {
		return err
	}
	data, err := decode(e.raw)
	if err != nil {
		return tomldoc.ErrForm
	}
	e.data = data
	return nil
}

// set makes the i-th table like want, or adds it if i is negative.
func (e *edit) set(table string, i int, old, want []setting) error {
	var err error
	if i < 0 {
		e.raw, err = tomldoc.Add(e.raw, table, pairs(want))
		return err
	}
	at := tomldoc.Target{Table: table, Index: i}
	doc, _ := tomldoc.Parse(e.raw)
	there := doc.Root.Child(table).Items[i]
	for k, s := range want {
		if s.want.Equal(old[k].want) {
			continue
		}
		switch {
		case s.empty:
			e.raw, err = tomldoc.Unset(e.raw, at, s.key)
		case there.Child(s.key) == nil && s.want.Equal(s.standard):
		default:
			e.raw, err = tomldoc.Set(e.raw, at, s.key, s.want)
		}
		if err != nil {
			return fmt.Errorf("%s.%s: %w", tomldoc.Item(table, i), s.key, err)
		}
	}
	return nil
}

func (e *edit) remove(table string, i int, name string) (err error) {
	if i < 0 {
		return missing(table, name, nil)
	}
	e.raw, err = tomldoc.Remove(e.raw, tomldoc.Target{Table: table, Index: i})
	return err
}

func mountAt(d Data, folder string) int {
	return slices.IndexFunc(d.Mounts, func(o remote.Mount) bool {
		return filepath.Clean(o.Folder) == filepath.Clean(folder)
	})
}

func inUse(what, name string, users []string) error {
	return &remote.Error{
		Op: "remove " + what, Path: remote.Path(name), Kind: remote.Invalid,
		Hint: fmt.Sprintf("The %s %q is used by %s. Change or remove those first.", what, name, strings.Join(users, ", ")),
	}
}
