package plan_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/local"
	"gantry/remote/mem"
	"gantry/transfer/plan"
)

// steps writes a plan as lines.
func steps(t *testing.T, s plan.Spec) []string {
	t.Helper()
	var out []string
	for it := range plan.Items(t.Context(), s) {
		out = append(out, line(it))
	}
	return out
}

func line(it plan.Item) string {
	words := []string{[]string{"file", "enter", "leave", "skip", "omit", "fault", "moved"}[it.Kind], string(it.Src.Path)}
	if it.Dst != "" {
		words = append(words, "->", string(it.Dst))
	}
	for _, w := range []struct {
		is   bool
		word string
	}{{it.Make, "make"}, {it.Target != nil, "taken"}, {it.Unsure, "unsure"}, {it.Same, "same"}, {it.Reason != "", it.Reason}} {
		if w.is {
			words = append(words, w.word)
		}
	}
	if it.Err != nil {
		words = append(words, remote.KindOf(it.Err).String())
	}
	return strings.Join(words, " ")
}

func sources(t *testing.T, tree remote.Tree, ps ...remote.Path) iter.Seq2[plan.Source, error] {
	t.Helper()
	var list []plan.Source
	for _, p := range ps {
		e, err := tree.Stat(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, plan.Source{Entry: e})
	}
	return of(list...)
}

func of(list ...plan.Source) iter.Seq2[plan.Source, error] {
	return func(yield func(plan.Source, error) bool) {
		for _, s := range list {
			if !yield(s, nil) {
				return
			}
		}
	}
}

func want(t *testing.T, got []string, lines ...string) {
	t.Helper()
	if d := cmp.Diff(lines, got); d != "" {
		t.Error(d)
	}
}

func TestAFolderOfADiskBecomesKeysAndEmptyFoldersSlashObjects(t *testing.T) {
	d, b := mem.NewDisk("d:"), mem.New("b:")
	d.Put("/x/a", "1")
	d.PutAt("/x/empty/", "", d.Put("/y", "2").ModTime)
	d.Put("/x/sub/b", "3")
	want(t, steps(t, plan.Spec{From: d, Sources: sources(t, d, "/x", "/y"), To: b, Dir: "in/"}),
		"enter /x -> in/x/",
		"file /x/a -> in/x/a",
		"enter /x/empty -> in/x/empty/",
		"leave /x/empty -> in/x/empty/ make",
		"enter /x/sub -> in/x/sub/",
		"file /x/sub/b -> in/x/sub/b",
		"leave /x/sub -> in/x/sub/",
		"leave /x -> in/x/",
		"file /y -> in/y unsure",
	)
}

// D11, D12, D16: the rest goes on.
func TestKeysThatNoDiskCanHoldAreRefusedOneByOne(t *testing.T) {
	b, d := mem.New("b:"), mem.NewDisk("d:")
	bad := []remote.Path{"x/../../etc/passwd", "x/..", "x/.", "x//double", "x/nul\x00", "x//"}
	for _, k := range append(bad, "x/good") {
		b.Put(k, "1")
	}
	got := steps(t, plan.Spec{From: b, To: d, Dir: "/in", Sources: sources(t, b, "x/")})
	faults := 0
	for _, l := range got {
		if strings.HasPrefix(l, "file") && l != "file x/good -> /in/x/good" {
			t.Errorf("planned: %s", l)
		}
		if strings.HasPrefix(l, "fault") {
			faults++
		}
	}
	if faults != len(bad) {
		t.Errorf("%d refused of %d: %q", faults, len(bad), got)
	}
	// Another bucket takes every one of them as it is.
	other := mem.New("o:")
	for it := range plan.Items(t.Context(), plan.Spec{From: b, To: other, Dir: "in/", Sources: sources(t, b, "x/")}) {
		if it.Kind == plan.File && it.Dst != "in/"+it.Src.Path || it.Kind == plan.Fault {
			t.Error(line(it), it.Err)
		}
	}
}

func TestAnObjectAndAPrefixOfOneNameCannotBothBeOnADisk(t *testing.T) { // D09
	b, d := mem.New("b:"), mem.NewDisk("d:")
	b.Put("x/a", "1")
	b.Put("x/a.txt", "2")
	b.Put("x/a/b", "3")
	want(t, steps(t, plan.Spec{From: b, To: d, Dir: "/in", Sources: sources(t, b, "x/")}),
		"enter x/ -> /in/x",
		"file x/a -> /in/x/a",
		"file x/a.txt -> /in/x/a.txt",
		"enter  -> /in/x/a",
		"fault x/a/b exists",
		"leave  -> /in/x/a",
		"leave x/ -> /in/x",
	)
}

func TestASlashObjectWithContentIsNeverDropped(t *testing.T) { // D10
	b, d, o := mem.New("b:"), mem.NewDisk("d:"), mem.New("o:")
	b.Put("x/a/", "content")
	b.Put("x/a/b", "3")
	got := steps(t, plan.Spec{From: b, To: d, Dir: "/in", Sources: sources(t, b, "x/")})
	if !strings.Contains(strings.Join(got, "\n"), "fault x/a/ invalid") {
		t.Errorf("to a disk: %q", got)
	}
	got = steps(t, plan.Spec{From: b, To: o, Dir: "in/", Sources: sources(t, b, "x/")})
	if !strings.Contains(strings.Join(got, "\n"), "file x/a/ -> in/x/a/") {
		t.Errorf("to a bucket: %q", got)
	}
}

// folding is a disk that does not tell upper from lower case.
type folding struct{ remote.Tree }

func (f folding) Caps() remote.Caps {
	c := f.Tree.Caps()
	c.FoldsCase = true
	return c
}

func TestNamesThatDifferInCaseOnlyNeverShareATarget(t *testing.T) { // D17
	b, d := mem.New("b:"), mem.NewDisk("d:")
	for _, k := range []remote.Path{"x/README", "x/readme", "x/caf\u00e9", "x/cafe\u0301", "x/Taken"} {
		b.Put(k, "1")
	}
	d.Put("/in/x/tAKEN", "old")
	var files, taken, faults int
	for it := range plan.Items(t.Context(), plan.Spec{From: b, To: folding{d}, Dir: "/in", Sources: sources(t, b, "x/")}) {
		switch {
		case it.Kind == plan.Fault:
			faults++
		case it.Kind == plan.File && it.Target != nil:
			taken++
		case it.Kind == plan.File:
			files++
		}
	}
	if files != 2 || taken != 1 || faults != 2 {
		t.Errorf("%d files, %d taken, %d refused", files, taken, faults)
	}
}

// special adds a link, a link to a folder and a FIFO to every folder.
type special struct{ remote.Tree }

func (s special) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	page, err := s.Tree.List(ctx, dir, token)
	if err == nil && token == "" {
		for name, e := range map[string]remote.Entry{"fifo": {Type: remote.Special}, "link": {Type: remote.Link}, "to-dir": {Type: remote.Link, Dir: true}} {
			e.Name, e.Path = name, dir+"/"+remote.Path(name)
			page.Entries = append(page.Entries, e)
		}
	}
	return page, err
}

// U11, U12, Y12: a link is never followed, so no loop of them is either.
func TestLinksAndDevicesAreLeftOutWithAReasonButDeletedAsTheyAre(t *testing.T) { // U11, U12
	d, b := mem.NewDisk("d:"), mem.New("b:")
	d.Put("/x/a", "1")
	s := special{d}
	want(t, steps(t, plan.Spec{From: s, Sources: sources(t, d, "/x"), To: b, Dir: ""}),
		"enter /x -> x/",
		"file /x/a -> x/a",
		"skip /x/fifo a FIFO, socket or device",
		"skip /x/link a symbolic link; links are not followed",
		"skip /x/to-dir a symbolic link; links are not followed",
		"leave /x -> x/",
	)
	want(t, steps(t, plan.Spec{From: s, Sources: sources(t, d, "/x")}),
		"enter /x", "file /x/a", "file /x/fifo", "file /x/link", "file /x/to-dir", "leave /x")
}

func TestWhatIsInTheWayIsTold(t *testing.T) {
	from, to := mem.NewDisk("a:"), mem.NewDisk("b:")
	from.Put("/x/f/g", "1")
	from.Put("/x/d", "2")
	to.Put("/in/x/f", "a file")
	to.Put("/in/x/d/e", "a folder")
	got := steps(t, plan.Spec{From: from, To: to, Dir: "/in", Sources: sources(t, from, "/x")})
	want(t, got,
		"enter /x -> /in/x make",
		"fault /x/d exists",
		"enter /x/f -> /in/x/f",
		"fault /x/f exists",
		"fault /x/f/g exists",
		"leave /x/f -> /in/x/f",
		"leave /x -> /in/x",
	)
}

func TestFiltersDecideByTheFirstRuleThatMatches(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules []string // "+pattern" or "-pattern"
		want  string
	}{
		{"none", nil, "a.go b.txt node_modules/x.go sub/c.go sub/d.txt"},
		{"only go", []string{"+*.go", "-*"}, "a.go node_modules/x.go sub/c.go"},
		{"a folder by name", []string{"-node_modules"}, "a.go b.txt sub/c.go sub/d.txt"},
		{"a folder by slash", []string{"-node_modules/"}, "a.go b.txt sub/c.go sub/d.txt"},
		{"a whole name", []string{"-sub/*.txt"}, "a.go b.txt node_modules/x.go sub/c.go"},
		{"from the front", []string{"-/a.go"}, "b.txt node_modules/x.go sub/c.go sub/d.txt"},
		{"everywhere below", []string{"-**/*.{txt,md}"}, "a.go node_modules/x.go sub/c.go"},
		{"nothing but what is included", []string{"+*.go"}, "a.go node_modules/x.go sub/c.go"},
		{"or one more thing", []string{"+*.go", "+sub/d.txt"}, "a.go node_modules/x.go sub/c.go sub/d.txt"},
		{"or a folder", []string{"+sub/"}, "sub/c.go sub/d.txt"},
		{"included after an exclusion", []string{"-*.txt", "+*.go"}, "a.go node_modules/x.go sub/c.go"},
		{"the first wins", []string{"+sub/d.txt", "-*.txt"}, "a.go node_modules/x.go sub/c.go sub/d.txt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, b := mem.NewDisk("d:"), mem.New("b:")
			for _, p := range []remote.Path{"a.go", "b.txt", "sub/c.go", "sub/d.txt", "node_modules/x.go"} {
				d.Put("/x/"+p, "1")
			}
			var f plan.Filters
			for _, r := range c.rules {
				if err := f.Add(r[0] == '-', r[1:]); err != nil {
					t.Fatal(err)
				}
			}
			var got []string
			for it := range plan.Items(t.Context(), plan.Spec{From: d, Sources: sources(t, d, "/x"), To: b, Filters: f}) {
				if it.Kind == plan.File {
					got = append(got, strings.TrimPrefix(string(it.Dst), "x/"))
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("taken: %s\nwant:  %s", s, c.want)
			}
		})
	}
	var f plan.Filters
	for _, bad := range []string{"", "[", "/", "{a"} {
		if err := f.Add(true, bad); remote.KindOf(err) != remote.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestSourcesMayHaveOtherNamesWithFoldersInThem(t *testing.T) {
	d, b := mem.NewDisk("d:"), mem.New("b:")
	f := d.Put("/x/a", "1")
	b.Put("in/p/q/new", "old")
	want(t, steps(t, plan.Spec{From: d, To: b, Dir: "in/", Sources: of(
		plan.Source{Entry: f, As: "p/q/new"}, plan.Source{Entry: f, As: "p/other"}, plan.Source{Entry: f, As: "fresh/a"},
	)}),
		"file /x/a -> in/p/q/new taken",
		"file /x/a -> in/p/other",
		"file /x/a -> in/fresh/a",
	)
}

func TestASourceThatFailsIsOneFault(t *testing.T) {
	d, b := mem.NewDisk("d:"), mem.New("b:")
	e := d.Put("/a", "1")
	boom := errors.New("boom")
	got := steps(t, plan.Spec{From: d, To: b, Sources: func(yield func(plan.Source, error) bool) {
		_ = yield(plan.Source{}, boom) && yield(plan.Source{Entry: e}, nil)
	}})
	want(t, got, "fault  error", "file /a -> a unsure")
}

// wide is a bucket with so many keys that nobody should hold them.
type wide struct {
	remote.Tree
	n int
}

func (w wide) Walk(context.Context, remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		for i := range w.n {
			name := fmt.Sprintf("%03d/%07d", i/5000, i)
			if !yield(remote.Entry{Path: remote.Path("x/" + name), Name: name, Size: 1}, nil) {
				return
			}
		}
	}
}

func TestAMillionEntriesAreNotHeld(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	b := wide{mem.New("b:"), 500_000}
	o := mem.New("o:")
	n, base, most := 0, heap(), uint64(0)
	e := remote.Entry{Path: "x/", Name: "x", Dir: true, Version: "v"}
	for it := range plan.Items(t.Context(), plan.Spec{From: b, To: folding{o}, Dir: "in/", Sources: of(plan.Source{Entry: e})}) {
		if it.Kind == plan.File {
			n++
		}
		if n%100_000 == 0 && it.Kind == plan.File {
			most = max(most, heap()-min(base, heap()))
		}
	}
	if n != b.n || most > 16<<20 {
		t.Errorf("%d files, %d MiB held", n, most>>20)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestThePlanEndsWithItsContextAndWithItsConsumer(t *testing.T) {
	b := wide{mem.New("b:"), 1000}
	e := remote.Entry{Path: "x/", Name: "x", Dir: true, Version: "v"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for range plan.Items(ctx, plan.Spec{From: b, Sources: of(plan.Source{Entry: e})}) {
		if n++; n == 10 {
			cancel()
		}
	}
	if n > 10 {
		t.Errorf("%d items after the end", n)
	}
	for range plan.Items(t.Context(), plan.Spec{From: b, Sources: of(plan.Source{Entry: e})}) {
		break
	}
}

// account is a tree whose root holds only buckets, so that no file can be named
// there.
type account struct{ remote.Tree }

func (a account) Join(dir remote.Path, rel string) (remote.Path, error) {
	if dir == "" {
		return "", &remote.Error{Op: "name", Kind: remote.Invalid}
	}
	return a.Tree.Join(dir, rel)
}

func TestBucketsAreToldFromDisks(t *testing.T) {
	for _, c := range []struct {
		name string
		tree remote.Tree
		want bool
	}{{"bucket", mem.New("b:"), true}, {"account", account{mem.New("s3://")}, true}, {"disk", mem.NewDisk("d:"), false}, {"this disk", local.New(), false}} {
		if got := plan.Keyed(c.tree); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
