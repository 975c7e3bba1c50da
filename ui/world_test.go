package ui_test

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/ui"
	"gantry/ui/config"
	"gantry/ui/uitest"
)

// epoch is now in every test: the screen shows the same wherever and whenever
// it is drawn.
func epoch() time.Time { return time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC) }

// world is a disk, two servers and a queue with the screen in front of them.
// /home is on the left, acme:inbox/ on the right.
type world struct {
	*uitest.UI
	disk  *mem.Disk
	acme  *mem.Tree
	vault *mem.Tree // behind the read-only server
	queue *transfer.Queue
	admin *admin
	deps  ui.Deps
	model *ui.Model
}

// build makes the world without its screen, so that a test can change deps.
func build(t testing.TB) *world {
	t.Helper()
	w := &world{disk: mem.NewDisk(""), acme: mem.New("acme:"), vault: mem.New("vault:"), admin: newAdmin()}
	day := epoch().AddDate(0, 0, -3)
	w.disk.PutAt("/home/drafts/one.txt", "first draft", day)
	w.disk.PutAt("/home/drafts/two.txt", "second draft", day)
	w.disk.PutAt("/home/notes.txt", "some notes\n", day)
	w.disk.PutAt("/home/q1.parquet", strings.Repeat("q", 3000), day)
	w.disk.PutAt("/home/.hidden", "psst", day)
	w.acme.PutAt("inbox/march/a.csv", "1,2,3", day)
	w.acme.PutAt("inbox/report.pdf", "%PDF", day)
	w.acme.PutAt("other/x", "x", day)
	w.vault.PutAt("sealed.txt", "look, do not touch", day)

	w.queue = transfer.New(t.Context(), transfer.Options{})
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), uitest.Watchdog)
		defer stop()
		if err := w.queue.Close(ctx); err != nil {
			t.Errorf("the queue did not close: %v", err)
		}
	})
	settings := config.Defaults().UI
	w.deps = ui.Deps{
		Queue: w.queue, Open: w.open, Left: "/home", Right: "acme:inbox/", Home: "/home",
		UI: settings, Now: epoch,
		Servers: w.admin.Servers, Admin: w.admin, Mounts: w.admin.Mounts,
	}
	return w
}

// start shows the screen.
func (w *world) start(t *testing.T, width, height int) *world {
	t.Helper()
	w.model = ui.New(t.Context(), w.deps)
	w.UI = uitest.New(t, w.model, width, height)
	return w
}

// newWorld is a world on a screen of 100 by 30.
func newWorld(t *testing.T) *world {
	t.Helper()
	return build(t).start(t, 100, 30)
}

func (w *world) open(_ context.Context, location string) (remote.Place, error) {
	switch {
	case strings.HasPrefix(location, "acme:"):
		return remote.Place{Tree: w.acme, Path: remote.Path(location[5:]), Server: "acme", Region: "eu-central-1"}, nil
	case strings.HasPrefix(location, "vault:"):
		ro := wrap.ReadOnly(w.vault, "The server vault is read-only.")
		return remote.Place{Tree: ro, Path: remote.Path(location[6:]), Server: "vault"}, nil
	case strings.Contains(location, ":"):
		return remote.Place{}, &remote.Error{Op: "open", Kind: remote.NotExist, Hint: "There is no such server."}
	}
	return remote.Place{Tree: w.disk, Path: remote.Path(location)}, nil
}

// sees fails the test unless the screen contains every text.
func (w *world) sees(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(w.Screen(), s) {
			t.Fatalf("no %q on\n%s", s, w.Screen())
		}
	}
}

// lacks fails the test if the screen contains a text.
func (w *world) lacks(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if strings.Contains(w.Screen(), s) {
			t.Fatalf("%q is on\n%s", s, w.Screen())
		}
	}
}

// at is the cell where s first stands.
func (w *world) at(t *testing.T, s string) (x, y int) {
	t.Helper()
	x, y, ok := w.Find(s)
	if !ok {
		t.Fatalf("no %q on\n%s", s, w.Screen())
	}
	return x, y
}

// has waits until a tree has content at a path.
func (w *world) has(t *testing.T, tree *mem.Tree, p remote.Path, content string) {
	t.Helper()
	w.WaitFor(func(string) bool { got, ok := tree.Get(p); return ok && got == content })
}

// gone waits until a tree has nothing at a path.
func (w *world) gone(t *testing.T, tree *mem.Tree, p remote.Path) {
	t.Helper()
	w.WaitFor(func(string) bool { _, ok := tree.Get(p); return !ok })
}

// to moves the cursor of the active pane to the row with that name.
func (w *world) to(t *testing.T, name string) {
	t.Helper()
	w.Keys("g", "g")
	for range 50 {
		if e, ok := ui.Current(w.model); ok && e == name {
			return
		}
		w.Keys("j")
	}
	t.Fatalf("no row %q on\n%s", name, w.Screen())
}

var _ tea.Model = (*ui.Model)(nil)
