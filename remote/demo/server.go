package demo

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	startIn = 30 * time.Second
	endIn   = 10 * time.Second
	again   = 50 * time.Millisecond // between two goes at removing the folder
)

// Options configure Start. The zero value is right for gantry --demo.
type Options struct {
	Executable string   // "" means this program
	Args       []string // the hidden sub-command; nil means __demo
	TempDir    string   // where the temporary folder is made; "" means the system's
}

// Server is the demo: a gateway in a child process, with sample data, a store
// that knows it, and a scratch folder. All of it lives in one temporary
// folder.
type Server struct {
	dir   string
	hello hello
	cmd   *exec.Cmd
	pipe  io.Closer     // the child's stdin: it serves while this is open
	ended chan struct{} // closed when the child has
	close func() error

	full    chan struct{} // closed when fullErr is known
	fullErr error
}

// Start makes the temporary folder, runs the child and waits until it serves,
// which takes about half a second. The end of ctx only ends the waiting; a
// started server runs until Close.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Args == nil {
		o.Args = []string{"__demo"}
	}
	if o.Executable == "" {
		exe, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find our own program: %w", err)
		}
		o.Executable = exe
	}
	dir, err := os.MkdirTemp(o.TempDir, "gantry-demo-") // 0700
	if err != nil {
		return nil, fmt.Errorf("make the demo's folder: %w", err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("make the demo's folder: %w", err)
	}
	s := &Server{dir: dir, ended: make(chan struct{}), full: make(chan struct{})}
	s.close = sync.OnceValue(s.end)
	if err := s.run(ctx, o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) run(ctx context.Context, o Options) error {
	gateway := filepath.Join(s.dir, "server")
	if err := os.Mkdir(gateway, 0o700); err != nil {
		close(s.ended)
		return fmt.Errorf("make the demo's folder: %w", err)
	}
	// Not CommandContext: the child must outlive the waiting, and end by itself.
	s.cmd = exec.Command(o.Executable, append(o.Args, s.dir)...) //nolint:noctx // see above
	s.cmd.Dir = s.dir
	in, err1 := s.cmd.StdinPipe()
	out, err2 := s.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, s.cmd.Start()); err != nil {
		s.cmd = nil
		close(s.ended)
		return fmt.Errorf("start the demo's server: %w", err)
	}
	s.pipe = in
	said := make(chan error, 1)
	go func() { // ends with the child
		lines := bufio.NewReader(out)
		said <- s.hear(lines, &s.hello, &s.hello.Error)
		var rest filled
		s.fullErr = s.hear(lines, &rest, &rest.Error)
		close(s.full)
		_, _ = io.Copy(io.Discard, out)
		_ = s.cmd.Wait()
		close(s.ended)
	}()
	return errors.Join(s.scratch(), s.await(ctx, said))
}

// await waits for the child's hello and then writes the store.
func (s *Server) await(ctx context.Context, said <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, startIn)
	defer cancel()
	select {
	case err := <-said:
		if err != nil {
			return err
		}
		return s.writeStore()
	case <-ctx.Done():
		return fmt.Errorf("wait for the demo's server: %w", ctx.Err())
	}
}

// hear reads one line of the child's into v, which holds failed.
func (s *Server) hear(lines *bufio.Reader, v any, failed *string) error {
	line, err := lines.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, v)
	}
	switch {
	case err != nil:
		return fmt.Errorf("the demo's server ended: %w", err)
	case *failed != "":
		return fmt.Errorf("the demo's server failed: %s", strings.TrimSpace(*failed))
	}
	return nil
}

// Filled waits until the last of the sample data is there, which takes a
// second or two more than Start.
func (s *Server) Filled(ctx context.Context) error {
	select {
	case <-s.full:
		return s.fullErr
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ConfigFile is the store: three servers, their credentials, and a mount.
func (s *Server) ConfigFile() string { return filepath.Join(s.dir, "config", "config.toml") }

// Scratch is the folder with files to upload.
func (s *Server) Scratch() string { return filepath.Join(s.dir, "scratch") }

// StateDir is an empty folder for the journal and the logs.
func (s *Server) StateDir() string { return filepath.Join(s.dir, "state") }

// Endpoint is the base URL of S3.
func (s *Server) Endpoint() string { return s.hello.Endpoint }

// Close ends the child and removes the temporary folder with everything in it.
// Further calls return what the first one did.
func (s *Server) Close() error { return s.close() }

func (s *Server) end() error {
	if s.pipe != nil {
		_ = s.pipe.Close()
	}
	late := time.NewTimer(endIn)
	defer late.Stop()
	select {
	case <-s.ended:
	case <-late.C:
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
	return removeAll(s.dir)
}

// removeAll removes a temporary folder. Parent and child may both do so. What the
// gateway is still writing for a request that nobody waits for any more may come
// up behind us, so it takes several goes.
func removeAll(dir string) error {
	late := time.After(endIn)
	for {
		err := os.RemoveAll(dir)
		if err == nil {
			return nil
		}
		select {
		case <-time.After(again):
		case <-late:
			return fmt.Errorf("remove the demo's folder: %w", err)
		}
	}
}
