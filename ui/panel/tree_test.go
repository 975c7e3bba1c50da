package panel_test

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/panel"
)

// bucket is a tree that only lists: pages of a folder as a bucket gives them.
type bucket struct {
	label    string
	folders  map[remote.Path][]remote.Entry
	pageSize int
	readOnly bool
	fail     map[string]error // by dir + token
}

func (b *bucket) Label() string     { return b.label }
func (b *bucket) Caps() remote.Caps { return remote.Caps{ReadOnly: b.readOnly} }

func (b *bucket) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	if err := ctx.Err(); err != nil {
		return remote.Page{}, &remote.Error{Op: "list", Path: dir, Err: err}
	}
	if err := b.fail[string(dir)+"@"+token]; err != nil {
		return remote.Page{}, err
	}
	all, ok := b.folders[dir]
	if !ok {
		return remote.Page{}, &remote.Error{Op: "list", Path: dir, Kind: remote.NotExist}
	}
	from, _ := strconv.Atoi(token)
	to, next := len(all), ""
	if b.pageSize > 0 && from+b.pageSize < len(all) {
		to = from + b.pageSize
		next = strconv.Itoa(to)
	}
	return remote.Page{Entries: all[from:to], Next: next}, nil
}

func (b *bucket) Dir(p remote.Path) remote.Path {
	s := strings.TrimSuffix(string(p), "/")
	if s == "" {
		return p
	}
	if b.label == "" { // an absolute path
		return remote.Path(s[:max(1, strings.LastIndexByte(s, '/'))])
	}
	return remote.Path(s[:strings.LastIndexByte(s, '/')+1])
}

func (b *bucket) Join(dir remote.Path, rel string) (remote.Path, error) {
	return dir + remote.Path(rel), nil
}

func (b *bucket) Stat(context.Context, remote.Path) (remote.Entry, error) {
	return remote.Entry{}, errNot
}

func (b *bucket) Open(context.Context, remote.Entry, int64, int64) (io.ReadCloser, error) {
	return nil, errNot
}

func (b *bucket) Create(context.Context, remote.Path, remote.CreateOptions) (remote.Sink, error) {
	return nil, errNot
}
func (b *bucket) Mkdir(context.Context, remote.Path) error    { return errNot }
func (b *bucket) Remove(context.Context, []remote.Path) error { return errNot }

var errNot = &remote.Error{Op: "use", Kind: remote.Unsupported}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// object and folder make entries of acme:dir.
func object(dir, name string, size int64) remote.Entry {
	return remote.Entry{
		Path: remote.Path(dir + name), Name: name, Size: size, ModTime: noon.Add(-time.Duration(size%1000) * time.Hour),
		Version: fmt.Sprintf(`"%032x"`, size),
	}
}

func folder(dir, name string) remote.Entry {
	return remote.Entry{Path: remote.Path(dir + name + "/"), Name: name, Dir: true, Size: -1}
}

func acme(entries ...remote.Entry) *bucket {
	return &bucket{label: "acme:", folders: map[remote.Path][]remote.Entry{"in/": entries}}
}

func place(b *bucket, dir string) remote.Place {
	return remote.Place{Tree: b, Path: remote.Path(dir), Server: "acme", Region: "eu-central-1"}
}

// run runs a Cmd and what follows from it until nothing is left to do.
func run(p *panel.Panel, cmd tea.Cmd) {
	queue := []tea.Cmd{cmd}
	for len(queue) > 0 {
		cmd, queue = queue[0], queue[1:]
		if cmd == nil {
			continue
		}
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			queue = append(queue, batch...)
			continue
		}
		_, next := p.Update(msg)
		queue = append(queue, next)
	}
}

// opened is a panel of 60x12 that shows b's folder in/.
func opened(t *testing.T, b *bucket) *panel.Panel {
	t.Helper()
	p := panel.New(panel.Options{ID: 1, Now: func() time.Time { return noon }})
	p.SetSize(60, 12)
	run(p, p.Open(t.Context(), place(b, "in/"), ""))
	return p
}

// names are the names that show, in order.
func names(p *panel.Panel) string {
	var out []string
	for i := range p.Len() {
		if e, ok := p.At(i); ok {
			out = append(out, e.Name)
		}
	}
	return strings.Join(out, " ")
}
