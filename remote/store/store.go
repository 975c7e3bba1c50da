package store

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"gantry/remote"
)

// Data is what the store's own tables say.
type Data struct {
	Credentials []remote.Credential `toml:"credential"`
	Servers     []remote.Server     `toml:"server"`
	Mounts      []remote.Mount      `toml:"mount"`
	Syncs       []remote.Sync       `toml:"sync"`
	Automations []remote.Automation `toml:"automation"`
}

// Store is the file config.toml.
type Store struct {
	path string
	mu   sync.Mutex
	raw  []byte
	data Data
}

// Refused says that the store cannot be used as it is.
type Refused struct {
	Path     string
	Problems []remote.Problem
	Fix      string
}

// Error names every problem on its own line.
func (r *Refused) Error() string {
	var b strings.Builder
	for _, p := range r.Problems {
		b.WriteString(r.Path + ": " + p.String() + "\n")
	}
	return b.String()
}

// Open reads the store.
func Open(path string) (*Store, error) {
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s := &Store{path: path, raw: b}
	if _, err := toml.Decode(string(b), &s.data); err != nil {
		return nil, &Refused{Path: path}
	}
	return s, nil
}

// Path is the file.
func (s *Store) Path() string { return s.path }

// Bytes is the content.
func (s *Store) Bytes() []byte { return s.raw }

// Servers are all servers.
func (s *Store) Servers() []remote.Server { return s.data.Servers }

// Credentials are all credentials.
func (s *Store) Credentials() []remote.Credential { return s.data.Credentials }

// Mounts are all mounts.
func (s *Store) Mounts() []remote.Mount { return s.data.Mounts }

// Credential finds one by name.
func (s *Store) Credential(name string) (remote.Credential, bool) {
	for _, c := range s.data.Credentials {
		if c.Name == name {
			return c, true
		}
	}
	return remote.Credential{}, false
}

// Lookup finds a server and its credential.
func (s *Store) Lookup(server string) (remote.Server, remote.Credential, error) {
	for _, v := range s.data.Servers {
		if v.Name == server {
			c, _ := s.Credential(v.Credential)
			return v, c, nil
		}
	}
	return remote.Server{}, remote.Credential{}, &remote.Error{Op: "open", Kind: remote.NotExist}
}
