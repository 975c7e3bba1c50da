package mem_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/treetest"
)

// plantedEnv names the bug that a child process runs the suite with.
const plantedEnv = "GANTRY_TREETEST_BUG"

// planted are trees with one bug each, of the kinds that real ones have had.
// The suite must find every one of them.
var planted = map[string]func(remote.Tree) remote.Tree{
	"visible before commit": func(t remote.Tree) remote.Tree { return early{t} },
	"open ignores version":  func(t remote.Tree) remote.Tree { return unpinned{t} },
	"ignores IfAbsent": func(t remote.Tree) remote.Tree {
		return careless{t, func(o *remote.CreateOptions) { o.IfAbsent = false }}
	},
	"ignores IfVersion": func(t remote.Tree) remote.Tree {
		return careless{t, func(o *remote.CreateOptions) { o.IfVersion = "" }}
	},
	"forgets the time": func(t remote.Tree) remote.Tree {
		return careless{t, func(o *remote.CreateOptions) { o.ModTime = o.ModTime.Truncate(0).AddDate(0, 0, 1) }}
	},
	"accepts any size": func(t remote.Tree) remote.Tree {
		return careless{t, func(o *remote.CreateOptions) { o.Size = -1 }}
	},
	"cleans names":         func(t remote.Tree) remote.Tree { return cleaner{t} },
	"removes below":        func(t remote.Tree) remote.Tree { return greedy{t} },
	"loses a page":         func(t remote.Tree) remote.Tree { return lossy{t} },
	"range is off by one":  func(t remote.Tree) remote.Tree { return shifted{t} },
	"abort does nothing":   func(t remote.Tree) remote.Tree { return stubborn{t} },
	"errors have no kind":  func(t remote.Tree) remote.Tree { return mute{t} },
	"reads ignore context": func(t remote.Tree) remote.Tree { return deaf{t} },
}

type (
	early    struct{ remote.Tree }
	unpinned struct{ remote.Tree }
	careless struct {
		remote.Tree
		spoil func(*remote.CreateOptions)
	}
	cleaner  struct{ remote.Tree }
	greedy   struct{ remote.Tree }
	lossy    struct{ remote.Tree }
	shifted  struct{ remote.Tree }
	stubborn struct{ remote.Tree }
	mute     struct{ remote.Tree }
	deaf     struct{ remote.Tree }
)

func (t early) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	if e, err := t.Stat(ctx, p); err != nil || e.Dir {
		t.Tree.(*mem.Tree).Put(p, "") //nolint:errcheck,forcetypeassert // that is what is planted in
	}
	return t.Tree.Create(ctx, p, o)
}

func (t unpinned) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	e.Version = ""
	return t.Tree.Open(ctx, e, off, n)
}

func (t careless) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	t.spoil(&o)
	return t.Tree.Create(ctx, p, o)
}

func (t cleaner) Join(dir remote.Path, rel string) (remote.Path, error) {
	return t.Tree.Join(dir, strings.TrimSpace(rel))
}

func (t greedy) Remove(ctx context.Context, ps []remote.Path) error {
	for _, p := range ps {
		for e := range remote.Walk(ctx, t.Tree, p) {
			if err := t.Tree.Remove(ctx, []remote.Path{e.Path}); err != nil {
				return err
			}
		}
	}
	return t.Tree.Remove(ctx, ps)
}

func (t lossy) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	page, err := t.Tree.List(ctx, dir, token)
	if token != "" && page.Next != "" {
		page.Entries = page.Entries[1:]
	}
	return page, err
}

func (t shifted) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	if off > 0 && n > 1 {
		n--
	}
	return t.Tree.Open(ctx, e, off, n)
}

func (t stubborn) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	s, err := t.Tree.Create(ctx, p, o)
	return immortal{s}, err
}

type immortal struct{ remote.Sink }

func (immortal) Abort(context.Context) error { return fmt.Errorf("cannot") }

func (t mute) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	e, err := t.Tree.Stat(ctx, p)
	if err != nil {
		err = fmt.Errorf("%v", err) //nolint:errorlint // planted
	}
	return e, err
}

func (t deaf) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	return t.Tree.Open(context.WithoutCancel(ctx), e, off, n)
}

// TestSuiteOfBug is run in a child process, where it has to fail.
func TestSuiteOfBug(t *testing.T) {
	bug, ok := planted[os.Getenv(plantedEnv)]
	if !ok {
		t.Skip("run by TestSuiteFindsPlantedBugs")
	}
	treetest.Run(t, treetest.Options{
		Hostile: true, Entries: 3500,
		New: func(*testing.T) remote.Tree { return bug(mem.New("mem:")) },
	})
}

func TestSuiteFindsPlantedBugs(t *testing.T) {
	for name := range planted {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSuiteOfBug$")
			cmd.Env = append(os.Environ(), plantedEnv+"="+name)
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Errorf("the suite passed:\n%s", out)
			} else if !strings.Contains(string(out), "--- FAIL: TestSuiteOfBug/") || strings.Contains(string(out), "panic:") {
				t.Errorf("the suite did not fail by itself: %v\n%s", err, out)
			}
		})
	}
}
