package demo

import (
	"context"
	"errors"
	"io"
)

// Options configure Start. The zero value is right for gantry --demo.
type Options struct {
	Executable string   // "" means this program
	Args       []string // the hidden sub-command; nil means __demo
	TempDir    string   // where the temporary folder is made; "" means the system's
}

// Server is the demo: a gateway in a child process, with sample data, a store
// that knows it, and a scratch folder.
type Server struct{}

// Start runs the child and waits until it serves.
func Start(ctx context.Context, o Options) (*Server, error) { return nil, errors.New("skeleton") }

// ConfigFile is the store.
func (s *Server) ConfigFile() string { return "" }

// Scratch is the folder with files to upload.
func (s *Server) Scratch() string { return "" }

// StateDir is the state folder.
func (s *Server) StateDir() string { return "" }

// Close ends the child and removes the temporary folder.
func (s *Server) Close() error { return nil }

// Child is what the hidden sub-command runs.
func Child(ctx context.Context, stdin io.Reader, stdout io.Writer, args []string) error { return nil }
