package store

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"gantry/remote"
	"gantry/remote/store/tomldoc"
)

// Store is the file config.toml as it was last read or written. Its methods may
// be called from several goroutines; what they return is the caller's own.
type Store struct {
	path  string
	extra Extra

	writing sync.Mutex // held through Apply
	mu      sync.Mutex // guards raw and data
	raw     []byte
	data    Data
}

// Path is the absolute path of the file, which may not exist yet.
func (s *Store) Path() string { return s.path }

// Bytes is the content of the file. It holds secrets.
func (s *Store) Bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.raw)
}

// Servers are the servers in the order of the file.
func (s *Store) Servers() []remote.Server { return slices.Clone(s.view().Servers) }

// Credentials are the credentials in the order of the file.
func (s *Store) Credentials() []remote.Credential {
	cs := slices.Clone(s.view().Credentials)
	for i := range cs {
		cs[i].SecretAccessKeyCommand = slices.Clone(cs[i].SecretAccessKeyCommand)
	}
	return cs
}

// Mounts are the mounts in the order of the file.
func (s *Store) Mounts() []remote.Mount { return slices.Clone(s.view().Mounts) }

// Syncs are the saved syncs in the order of the file.
func (s *Store) Syncs() []remote.Sync {
	out := slices.Clone(s.view().Syncs)
	for i := range out {
		out[i].Include, out[i].Exclude = slices.Clone(out[i].Include), slices.Clone(out[i].Exclude)
	}
	return out
}

// Automations are the automations in the order of the file.
func (s *Store) Automations() []remote.Automation {
	out := slices.Clone(s.view().Automations)
	for i := range out {
		out[i].Action.Source = slices.Clone(out[i].Action.Source)
	}
	return out
}

// Credential finds a credential by its name.
func (s *Store) Credential(name string) (remote.Credential, bool) {
	for _, c := range s.Credentials() {
		if c.Name == name {
			return c, true
		}
	}
	return remote.Credential{}, false
}

// Lookup finds a server by its name, and the credential that it uses. A server
// that is not there is a *remote.Error of kind NotExist with a hint.
func (s *Store) Lookup(server string) (remote.Server, remote.Credential, error) {
	var names []string
	for _, v := range s.view().Servers {
		if v.Name == server {
			c, ok := s.Credential(v.Credential)
			if !ok { // only if the file changed in between
				return remote.Server{}, remote.Credential{}, missing("credential", v.Credential, nil)
			}
			return v, c, nil
		}
		names = append(names, v.Name)
	}
	return remote.Server{}, remote.Credential{}, missing("server", server, names)
}

// view is the data of now. Its slices are never written to.
func (s *Store) view() Data {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data
}

func missing(what, name string, names []string) error {
	hint := fmt.Sprintf("There is no %s called %q", what, name)
	switch near := tomldoc.Nearest(name, names); {
	case near != "":
		hint += fmt.Sprintf("; did you mean %q?", near)
	case len(names) == 0:
		hint += fmt.Sprintf("; add one with: gantry %s add", what)
	default:
		hint += fmt.Sprintf("; see them with: gantry %s list", what)
	}
	return &remote.Error{Op: "find " + what, Path: remote.Path(name), Kind: remote.NotExist, Hint: hint}
}
