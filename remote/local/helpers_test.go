package local_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, want remote.Kind) {
	t.Helper()
	var e *remote.Error
	if !errors.As(err, &e) || e.Kind != want {
		t.Errorf("got %v (%v), want kind %q", err, remote.KindOf(err), want)
	} else if e.Hint == "" && want != remote.Other && want != remote.NotExist {
		t.Errorf("%v has no hint", err)
	}
}

func at(elem ...string) remote.Path { return remote.Path(filepath.Join(elem...)) }

func writeFile(t *testing.T, name, data string) {
	t.Helper()
	must(t, os.WriteFile(name, []byte(data), 0o644))
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	must(t, err)
	return string(b)
}

// put writes data at p through a sink.
func put(t *testing.T, tree remote.Tree, p remote.Path, data string, o remote.CreateOptions) (remote.Entry, error) {
	t.Helper()
	o.Size = int64(len(data))
	s, err := tree.Create(t.Context(), p, o)
	if err != nil {
		return remote.Entry{}, err
	}
	defer s.Abort(context.WithoutCancel(t.Context())) //nolint:errcheck // does nothing after Commit
	part, err := s.WritePart(t.Context(), 1, strings.NewReader(data))
	if err != nil {
		return remote.Entry{}, err
	}
	return s.Commit(t.Context(), []remote.Part{part})
}

func get(t *testing.T, tree remote.Tree, e remote.Entry) (string, error) {
	t.Helper()
	r, err := tree.Open(t.Context(), e, 0, -1)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	return string(b), errors.Join(err, r.Close())
}

// onlyNames asks that dir holds exactly names.
func onlyNames(t *testing.T, dir string, names ...string) {
	t.Helper()
	es, err := os.ReadDir(dir)
	must(t, err)
	var got []string
	for _, e := range es {
		got = append(got, e.Name())
	}
	if strings.Join(got, "\n") != strings.Join(names, "\n") {
		t.Errorf("%s holds %q, want %q", dir, got, names)
	}
}
