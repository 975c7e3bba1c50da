package wrap_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/local"
	"gantry/remote/mem"
	"gantry/remote/treetest"
	"gantry/remote/wrap"
)

const why = "acme is read-only."

type free struct{ n atomic.Int64 }

func (f *free) Wait(ctx context.Context, n int) error {
	f.n.Add(int64(n))
	return ctx.Err()
}

func (f *free) Limited() bool { return true }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDecoratedTreesAreTrees(t *testing.T) {
	for name, deco := range map[string]func(remote.Tree) remote.Tree{
		"Logged":  func(t remote.Tree) remote.Tree { return wrap.Logged(t, quiet()) },
		"Limited": func(t remote.Tree) remote.Tree { return wrap.Limited(t, &free{}) },
		"Faulty":  func(t remote.Tree) remote.Tree { return wrap.NewFaulty(t) },
		"all":     func(t remote.Tree) remote.Tree { return wrap.Logged(wrap.Limited(wrap.NewFaulty(t), &free{}), quiet()) },
	} {
		t.Run(name+" bucket", func(t *testing.T) {
			treetest.Run(t, treetest.Options{Hostile: true, Entries: 1200, New: func(*testing.T) remote.Tree { return deco(mem.New("m:")) }})
		})
		t.Run(name+" disk", func(t *testing.T) {
			treetest.Run(t, treetest.Options{Root: remote.Path(t.TempDir()), Entries: 20, New: func(*testing.T) remote.Tree { return deco(local.New()) }})
		})
	}
}

// has tells which abilities are found in t.
func has(t remote.Tree) string {
	var s []string
	if _, ok := remote.As[remote.Walker](t); ok {
		s = append(s, "walk")
	}
	if _, ok := remote.As[remote.Copier](t); ok {
		s = append(s, "copy")
	}
	if _, ok := remote.As[remote.Renamer](t); ok {
		s = append(s, "rename")
	}
	if _, ok := remote.As[remote.Scoper](t); ok {
		s = append(s, "scope")
	}
	if _, ok := remote.As[remote.Presigner](t); ok {
		s = append(s, "presign")
	}
	if _, ok := remote.As[remote.Reverter](t); ok {
		s = append(s, "revert")
	}
	return strings.Join(s, " ")
}

type bare struct{ remote.Tree }

// linking is a tree that makes links.
type linking struct{ remote.Tree }

func (linking) Presign(_ context.Context, p remote.Path, life time.Duration) (remote.Presigned, error) {
	return remote.Presigned{URL: remote.NewSecret("https://host/" + string(p) + "?signature"), Ends: time.Unix(0, 0).Add(life)}, nil
}

func TestDecoratorsHaveTheAbilitiesOfTheTreeInside(t *testing.T) {
	for want, inner := range map[string]remote.Tree{
		"walk copy revert": mem.New(""), "walk rename scope": local.New(), "": bare{mem.New("")}, "presign": linking{mem.New("")},
	} {
		for name, outer := range map[string]remote.Tree{
			"Logged": wrap.Logged(inner, quiet()), "Limited": wrap.Limited(inner, &free{}), "Faulty": wrap.NewFaulty(inner),
			"three": wrap.Logged(wrap.Limited(wrap.NewFaulty(inner), &free{}), quiet()),
		} {
			if got := has(outer); got != want {
				t.Errorf("%s has %q, inside has %q", name, got, want)
			}
		}
	}
	if _, ok := remote.As[*mem.Tree](wrap.Logged(wrap.NewFaulty(mem.New("")), quiet())); !ok {
		t.Error("the type of the tree inside cannot be asked for")
	}
}

func TestReadOnlyReadsAndRefusesEveryWrite(t *testing.T) {
	b := mem.New("acme:")
	e := b.Put("file", "data")
	r := wrap.ReadOnly(b, why)
	ctx := t.Context()
	denied := func(what string, err error) {
		t.Helper()
		if remote.KindOf(err) != remote.Denied || remote.HintOf(err) != why {
			t.Errorf("%s: %v, hint %q", what, err, remote.HintOf(err))
		}
	}
	_, err := r.Create(ctx, "x", remote.CreateOptions{})
	denied("Create", err)
	denied("Mkdir", r.Mkdir(ctx, "x/"))
	denied("Remove", r.Remove(ctx, []remote.Path{"file", "other"}))
	if err := r.Remove(ctx, nil); err != nil {
		t.Errorf("Remove of nothing: %v", err)
	}
	if !r.Caps().ReadOnly {
		t.Error("Caps do not say so")
	}
	rd, err := r.Open(ctx, e, 0, -1)
	must(t, err)
	if got, err := io.ReadAll(rd); err != nil || string(got) != "data" {
		t.Errorf("read %q, %v", got, err)
	}
	if keys := b.Keys(); len(keys) != 1 {
		t.Errorf("the bucket holds %q", keys)
	}
}

func TestReadOnlyLeaksNoAbilityToWrite(t *testing.T) {
	for _, inner := range []remote.Tree{mem.New(""), local.New(), mem.NewDisk(""), wrap.NewFaulty(local.New())} {
		for _, r := range []remote.Tree{
			wrap.ReadOnly(inner, why), wrap.Logged(wrap.ReadOnly(inner, why), quiet()), wrap.NewFaulty(wrap.ReadOnly(inner, why)),
		} {
			if got := has(r); got != "walk" {
				t.Errorf("%T has %q", inner, got)
			}
			_, a := remote.As[*mem.Tree](r)
			_, b := remote.As[*local.Tree](r)
			_, c := remote.As[*mem.Disk](r)
			if a || b || c {
				t.Errorf("%T can be taken out", inner)
			}
		}
	}
}

// TestLinksPassThroughEveryDecoratorAndIntoNoLog: read-only servers make them too.
func TestLinksPassThroughEveryDecoratorAndIntoNoLog(t *testing.T) {
	var out bytes.Buffer
	f := wrap.NewFaulty(linking{mem.New("acme:")})
	tree := wrap.Logged(wrap.Limited(wrap.ReadOnly(f, why), &free{}), slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	p, ok := remote.As[remote.Presigner](tree)
	if got := has(tree); !ok || got != "presign" {
		t.Fatalf("abilities %q", got)
	}
	link, err := p.Presign(t.Context(), "file", time.Hour)
	must(t, err)
	if link.URL.Reveal() != "https://host/file?signature" || link.Ends.Unix() != 3600 {
		t.Errorf("%q until %v", link.URL.Reveal(), link.Ends)
	}
	f.Fail(wrap.Presign, 1, &remote.Error{Op: "make a link", Path: "file", Kind: remote.Denied})
	if link, err := p.Presign(t.Context(), "file", time.Hour); remote.KindOf(err) != remote.Denied || !link.URL.Empty() {
		t.Errorf("%v", err)
	}
	if got := out.String(); strings.Count(got, `"op":"make a link"`) != 2 || strings.Contains(got, "signature") {
		t.Errorf("the log says %s", got)
	}
}

func TestLoggedTellsKindAndPlaceOfFailures(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn}))
	f := wrap.NewFaulty(mem.New("acme:"))
	f.Fail(wrap.Stat, 1, &remote.Error{Op: "look at", Path: "x", Kind: remote.Throttled})
	tree := wrap.Logged(f, log)
	_, _ = tree.Stat(t.Context(), "x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = tree.List(ctx, "", "") // called off: not worth a warning
	got := out.String()
	for _, want := range []string{`"msg":"tree call failed"`, `"op":"stat"`, `"path":"x"`, `"kind":"throttled"`, `"tree":"acme:"`, `"took":`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Count(got, "\n") != 1 {
		t.Errorf("more than one line: %s", got)
	}
}

func TestLimitedCountsEveryByteOnce(t *testing.T) {
	lim := &free{}
	tree := wrap.Limited(mem.New(""), lim)
	data := strings.Repeat("x", 100_000)
	s, err := tree.Create(t.Context(), "f", remote.CreateOptions{Size: int64(len(data))})
	must(t, err)
	body := strings.NewReader(data)
	part, err := s.WritePart(t.Context(), 1, body)
	must(t, err)
	e, err := s.Commit(t.Context(), []remote.Part{part})
	must(t, err)
	if n := lim.n.Load(); n != int64(len(data)) {
		t.Errorf("writing counted %d bytes", n)
	}
	r, err := tree.Open(t.Context(), e, 10, 50_000)
	must(t, err)
	if _, ok := r.(remote.Described); !ok {
		t.Error("the reader lost its description")
	}
	n, err := io.Copy(io.Discard, r)
	must(t, err)
	if got := lim.n.Load(); got != int64(len(data))+n {
		t.Errorf("reading %d bytes counted %d", n, got-int64(len(data)))
	}
}

// refusing is a limiter whose time has run out.
type refusing struct{}

func (refusing) Wait(context.Context, int) error { return context.Canceled }

func (refusing) Limited() bool { return true }

func TestLimitedEndsWithTheLimiter(t *testing.T) {
	b := mem.New("")
	e := b.Put("f", "data")
	tree := wrap.Limited(b, refusing{})
	r, err := tree.Open(t.Context(), e, 0, -1)
	must(t, err)
	if _, err := io.ReadAll(r); !remote.Cancelled(err) {
		t.Errorf("read: %v", err)
	}
	s, err := tree.Create(t.Context(), "g", remote.CreateOptions{Size: 1})
	must(t, err)
	if _, err := s.WritePart(t.Context(), 1, strings.NewReader("x")); !remote.Cancelled(err) {
		t.Errorf("write: %v", err)
	}
}

var errTest = errors.New("planted")

func TestFaultyFailsTheNthCallOnly(t *testing.T) {
	f := wrap.NewFaulty(mem.New(""))
	f.Fail(wrap.Mkdir, 3, errTest)
	for i := 1; i <= 5; i++ {
		if err := f.Mkdir(t.Context(), "d/"); (err != nil) != (i == 3) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if f.Calls(wrap.Mkdir) != 5 || f.Calls(wrap.Any) != 5 || f.Pending() != 0 {
		t.Errorf("%d calls, %d in all, %d pending", f.Calls(wrap.Mkdir), f.Calls(wrap.Any), f.Pending())
	}
}

func TestFaultsQueueRepeatMatchAndLoseAnswers(t *testing.T) {
	b := mem.New("")
	f := wrap.NewFaulty(b)
	ctx := t.Context()
	f.Add(wrap.Mkdir,
		wrap.Fault{Err: errTest, Times: 2, Match: func(p remote.Path) bool { return p == "x/" }},
		wrap.Fault{Err: errTest, After: true})
	var got []bool
	for _, p := range []remote.Path{"a/", "x/", "b/", "x/", "lost/", "c/"} {
		got = append(got, f.Mkdir(ctx, p) != nil)
	}
	for i, want := range []bool{false, true, false, true, true, false} {
		if got[i] != want {
			t.Errorf("call %d failed: %v", i, got[i])
		}
	}
	if _, ok := b.Get("lost/"); !ok {
		t.Error("the call whose answer was lost was not made")
	}
	if _, ok := b.Get("x/"); ok {
		t.Error("a call that failed was made")
	}
}

func TestFaultsOfReadersAndSinks(t *testing.T) {
	b := mem.New("")
	e := b.Put("f", strings.Repeat("data", 1000))
	f := wrap.NewFaulty(b)
	ctx := t.Context()
	f.Add(wrap.Read, wrap.Fault{Spoil: func(p []byte) { p[0] = 'X' }}, wrap.Fault{Err: errTest})
	r, err := f.Open(ctx, e, 0, -1)
	must(t, err)
	buf := make([]byte, 4)
	if _, err := io.ReadFull(r, buf); err != nil || string(buf) != "Xata" {
		t.Errorf("%q, %v", buf, err)
	}
	if _, err := r.Read(buf); !errors.Is(err, errTest) {
		t.Errorf("second read: %v", err)
	}
	f.Fail(wrap.Close, 1, errTest)
	if err := r.Close(); !errors.Is(err, errTest) {
		t.Errorf("Close: %v", err)
	}

	f.Fail(wrap.WritePart, 1, errTest)
	f.Fail(wrap.Commit, 1, errTest)
	s, err := f.Create(ctx, "g", remote.CreateOptions{Size: 1})
	must(t, err)
	if _, err := s.WritePart(ctx, 1, strings.NewReader("x")); !errors.Is(err, errTest) {
		t.Errorf("WritePart: %v", err)
	}
	part, err := s.WritePart(ctx, 1, strings.NewReader("x"))
	must(t, err)
	if _, err := s.Commit(ctx, []remote.Part{part}); !errors.Is(err, errTest) {
		t.Errorf("Commit: %v", err)
	}
	if _, ok := b.Get("g"); ok {
		t.Error("published by a Commit that was not made")
	}
}

func TestFaultThatHangsEndsWithTheContext(t *testing.T) {
	f := wrap.NewFaulty(mem.New(""))
	ctx, cancel := context.WithCancel(t.Context())
	f.Add(wrap.List, wrap.Fault{Hang: true, Do: cancel})
	if _, err := f.List(ctx, "", ""); !remote.Cancelled(err) {
		t.Errorf("List: %v", err)
	}
}

func TestFaultsReachScopedViewsAndAbilities(t *testing.T) {
	f := wrap.NewFaulty(local.New())
	dir := remote.Path(t.TempDir())
	s, _ := remote.As[remote.Scoper](f)
	view, err := s.Scope(t.Context(), dir)
	must(t, err)
	defer view.Close() //nolint:errcheck // of the test
	f.Fail(wrap.Create, 1, errTest)
	if _, err := view.Create(t.Context(), dir+"/x", remote.CreateOptions{}); !errors.Is(err, errTest) {
		t.Errorf("Create: %v", err)
	}
	f.Fail(wrap.Rename, 1, errTest)
	r, _ := remote.As[remote.Renamer](view)
	if err := r.Rename(t.Context(), dir+"/a", dir+"/b"); !errors.Is(err, errTest) {
		t.Errorf("Rename: %v", err)
	}
}

func TestWalkWithAFaultGoesOn(t *testing.T) {
	b := mem.New("")
	b.Put("a", "")
	b.Put("b", "")
	b.Put("c", "")
	f := wrap.NewFaulty(b)
	f.Fail(wrap.Walk, 2, errTest)
	var got []string
	for e, err := range remote.Walk(t.Context(), f, "") {
		if err != nil {
			e.Name += "!"
		}
		got = append(got, e.Name)
	}
	if s := strings.Join(got, " "); s != "a b! c" {
		t.Errorf("got %q", s)
	}
}
