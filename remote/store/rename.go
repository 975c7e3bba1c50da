package store

import (
	"fmt"
	"slices"
	"strings"

	"gantry/remote"
	"gantry/remote/store/tomldoc"
)

// RenameServer gives a server another name, here and in every mount, sync and
// automation that names it.
func RenameServer(from, to string) Change {
	return Change{func(e *edit) error {
		i := slices.IndexFunc(e.data.Servers, func(o remote.Server) bool { return o.Name == from })
		if i < 0 {
			return missing("server", from, nil)
		}
		if err := e.text("server", i, "name", to); err != nil {
			return err
		}
		for i, m := range e.data.Mounts {
			if m.Server == from {
				if err := e.text("mount", i, "server", to); err != nil {
					return err
				}
			}
		}
		for i, s := range e.data.Syncs {
			was := syncSettings(s)
			s.Source, s.Destination = moved(s.Source, from, to), moved(s.Destination, from, to)
			if err := e.set("sync", i, was, syncSettings(s)); err != nil {
				return err
			}
		}
		return e.renameInAutomations(from, to)
	}}
}

func (e *edit) renameInAutomations(from, to string) error {
	for i, a := range e.data.Automations {
		was := automationSettings(a)
		a.Trigger.Watch = moved(a.Trigger.Watch, from, to)
		a.Action.Destination = moved(a.Action.Destination, from, to)
		a.Action.Source = slices.Clone(a.Action.Source)
		for k, l := range a.Action.Source {
			a.Action.Source[k] = moved(l, from, to)
		}
		if err := e.set("automation", i, was, automationSettings(a)); err != nil {
			return err
		}
	}
	return nil
}

// RenameCredential gives a credential another name, here and in every server
// and role that names it.
func RenameCredential(from, to string) Change {
	return Change{func(e *edit) error {
		i := slices.IndexFunc(e.data.Credentials, func(o remote.Credential) bool { return o.Name == from })
		if i < 0 {
			return missing("credential", from, nil)
		}
		if err := e.text("credential", i, "name", to); err != nil {
			return err
		}
		for i, c := range e.data.Credentials {
			if c.Source == from {
				if err := e.text("credential", i, "source", to); err != nil {
					return err
				}
			}
		}
		for i, s := range e.data.Servers {
			if s.Credential == from {
				if err := e.text("server", i, "credential", to); err != nil {
					return err
				}
			}
		}
		return nil
	}}
}

func (e *edit) text(table string, i int, key, value string) (err error) {
	e.raw, err = tomldoc.Set(e.raw, tomldoc.Target{Table: table, Index: i}, key, tomldoc.TextValue(value))
	return err
}

// on tells whether a location is on the server of that name.
func on(location, server string) bool { return strings.HasPrefix(location, server+":") }

// moved is the same place on a server under its new name.
func moved(location, from, to string) string {
	if !on(location, from) {
		return location
	}
	return to + strings.TrimPrefix(location, from)
}

func (d Data) usersOfServer(name string) []string {
	var users []string
	for _, m := range d.Mounts {
		if m.Server == name {
			users = append(users, fmt.Sprintf("the mount of %s", m.Folder))
		}
	}
	for _, s := range d.Syncs {
		if on(s.Source, name) || on(s.Destination, name) {
			users = append(users, fmt.Sprintf("the sync %q", s.Name))
		}
	}
	for _, a := range d.Automations {
		uses := func(l string) bool { return on(l, name) }
		if uses(a.Trigger.Watch) || uses(a.Action.Destination) || slices.ContainsFunc(a.Action.Source, uses) {
			users = append(users, fmt.Sprintf("the automation %q", a.Name))
		}
	}
	return users
}

func (d Data) usersOfCredential(name string) []string {
	var users []string
	for _, s := range d.Servers {
		if s.Credential == name {
			users = append(users, fmt.Sprintf("the server %q", s.Name))
		}
	}
	for _, c := range d.Credentials {
		if c.Source == name {
			users = append(users, fmt.Sprintf("the credential %q", c.Name))
		}
	}
	return users
}
