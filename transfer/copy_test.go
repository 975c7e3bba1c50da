package transfer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// both makes a source and a target, each a disk or a bucket.
var both = []struct {
	name     string
	from, to func() *mem.Tree
	root     remote.Path
	dir      remote.Path
}{
	{"disk to bucket", disk("left:"), bucket("right:"), "/", "in/"},
	{"bucket to disk", bucket("left:"), disk("right:"), "", "/in"},
	{"bucket to bucket", bucket("left:"), bucket("right:"), "", "in/"},
	{"disk to disk", disk("left:"), disk("right:"), "/", "/in"},
}

func disk(label string) func() *mem.Tree   { return func() *mem.Tree { return mem.NewDisk(label).Tree } }
func bucket(label string) func() *mem.Tree { return func() *mem.Tree { return mem.New(label) } }

// U08, D08: also those without a byte.
func TestCopyTakesFilesOfEverySize(t *testing.T) {
	for _, c := range both {
		t.Run(c.name, func(t *testing.T) {
			from, to := c.from(), c.to()
			var ps []remote.Path
			for _, n := range []int{0, 1, 9, 10, 11, 20, 95, 1000} {
				p := c.root + remote.Path(fmt.Sprintf("f%d", n))
				from.PutAt(p, content(n), time.Unix(1e9, 5e8))
				ps = append(ps, p)
			}
			s := run(t, transfer.Options{}, request(t, transfer.Copy, from, to, c.dir, ps...))
			wantState(t, s, transfer.Done)
			if s.Items.Done != 8 || s.Items.Total != 8 || s.Bytes.Done != 1146 || s.Bytes.Total != 1146 {
				t.Errorf("items %v, bytes %v", s.Items, s.Bytes)
			}
			for _, p := range ps {
				src, _ := from.Get(p)
				dst, err := to.Join(c.dir, string(p[len(c.root):]))
				if err != nil {
					t.Fatal(err)
				}
				wantContent(t, to, dst, src)
				if e := list(t, to, dst)[0]; !e.ModTime.Equal(time.Unix(1e9, 5e8)) {
					t.Errorf("%s is from %v", dst, e.ModTime)
				}
			}
			if n := to.Uploads(); n != 0 {
				t.Errorf("%d uploads are left over", n)
			}
		})
	}
}

func TestCopyTakesFoldersWithEmptyOnes(t *testing.T) {
	want := map[string][]string{
		"disk to bucket":   {"in/d/a", "in/d/e/", "in/d/s/b", "in/d/s/t/c"},
		"bucket to disk":   {"/in/", "/in/d/", "/in/d/a", "/in/d/e/", "/in/d/s/", "/in/d/s/b", "/in/d/s/t/", "/in/d/s/t/c"},
		"bucket to bucket": {"in/d/a", "in/d/e/", "in/d/s/b", "in/d/s/t/c"},
		"disk to disk":     {"/in/", "/in/d/", "/in/d/a", "/in/d/e/", "/in/d/s/", "/in/d/s/b", "/in/d/s/t/", "/in/d/s/t/c"},
	}
	for _, c := range both {
		t.Run(c.name, func(t *testing.T) {
			from, to := c.from(), c.to()
			for _, p := range []remote.Path{"d/a", "d/s/b", "d/s/t/c"} {
				from.Put(c.root+p, string(p))
			}
			if err := from.Mkdir(t.Context(), c.root+"d/e/"); err != nil {
				t.Fatal(err)
			}
			src := c.root + "d"
			if c.root == "" {
				src += "/"
			}
			s := run(t, transfer.Options{}, request(t, transfer.Copy, from, to, c.dir, src))
			wantState(t, s, transfer.Done)
			if d := cmp.Diff(want[c.name], to.Keys()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMoveLeavesNothingBehind(t *testing.T) {
	for _, c := range both {
		t.Run(c.name, func(t *testing.T) {
			from, to := c.from(), c.to()
			for _, p := range []remote.Path{"d/a", "d/s/b", "d/s/t/c", "d/big"} {
				from.Put(c.root+p, content(40))
			}
			if err := from.Mkdir(t.Context(), c.root+"d/e/"); err != nil {
				t.Fatal(err)
			}
			src := c.root + "d"
			if c.root == "" {
				src += "/"
			}
			s := run(t, transfer.Options{}, request(t, transfer.Move, from, to, c.dir, src))
			wantState(t, s, transfer.Done)
			if ks := from.Keys(); len(ks) != 0 {
				t.Errorf("left at the source: %q", ks)
			}
			for _, p := range []string{"d/a", "d/s/b", "d/s/t/c", "d/big"} {
				dst, _ := to.Join(c.dir, p)
				wantContent(t, to, dst, content(40))
			}
		})
	}
}

func TestDeleteTakesFoldersFromTheBottomUp(t *testing.T) {
	for _, c := range both {
		t.Run(c.name, func(t *testing.T) {
			from := c.from()
			for i := range 2500 {
				from.Put(c.root+remote.Path(fmt.Sprintf("d/%d/%d/f%d", i%7, i%3, i)), "x")
			}
			keep := from.Put(c.root+"d2", "y")
			src := c.root + "d"
			if c.root == "" {
				src += "/"
			}
			s := run(t, transfer.Options{}, transfer.Request{
				Op: transfer.Delete, From: from, Sources: transfer.Entries(list(t, from, src)...),
			})
			wantState(t, s, transfer.Done)
			if ks := from.Keys(); len(ks) != 1 || ks[0] != string(keep.Path) {
				t.Errorf("left: %d, first %q", len(ks), ks[0])
			}
			if s.Items.Done != s.Items.Total || s.Items.Done < 2500 {
				t.Errorf("items %v", s.Items)
			}
		})
	}
}

// TestY08ACopyThroughUsKeepsWhatGoesWithTheContent: type, headers, metadata and
// tags; the rules of the job come before them.
func TestY08ACopyThroughUsKeepsWhatGoesWithTheContent(t *testing.T) {
	for name, size := range map[string]int{"one piece": 5, "parts": 95} {
		t.Run(name, func(t *testing.T) {
			from, to := mem.New("l:"), mem.New("r:")
			from.Put("a", content(size))
			own := remote.Attrs{
				ContentType: "text/csv", StorageClass: "GLACIER", Metadata: map[string]string{"who": "me", "why": "x"},
				Headers: map[string]string{"cache-control": "no-store"}, Tags: map[string]string{"team": "a b", "x": ""},
			}
			from.SetAttrs("a", own)
			r := request(t, transfer.Copy, plain{from}, plain{to}, "in/", "a")
			r.From = tagged{plain{from}, from}
			r.Rules.Attrs = remote.Attrs{Metadata: map[string]string{"why": "y"}}
			wantState(t, run(t, transfer.Options{}, r), transfer.Done)
			own.StorageClass, own.Metadata = "", map[string]string{"who": "me", "why": "y"}
			if diff := cmp.Diff(own, to.Attrs("in/a")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// tagged is a tree without abilities but tags.
type tagged struct {
	remote.Tree
	remote.Tagger
}

// TestATargetThatRefusesTagsGetsTheContentAndTheUserIsTold: what is lost is said.
func TestATargetThatRefusesTagsGetsTheContentAndTheUserIsTold(t *testing.T) {
	for _, k := range []remote.Kind{remote.Denied, remote.Unsupported} {
		from, to := mem.New("l:"), mem.New("r:")
		from.Put("a", content(35))
		from.SetAttrs("a", remote.Attrs{ContentType: "text/csv", Tags: map[string]string{"team": "a"}})
		f := wrap.NewFaulty(plain{to})
		f.Fail(wrap.Create, 1, fault(k))
		r := request(t, transfer.Copy, from, f, "in/", "a")
		r.From = tagged{plain{from}, from}
		note := ""
		r.OnItem = func(s transfer.ItemSnapshot) { note = s.Note }
		wantState(t, run(t, transfer.Options{}, r), transfer.Done)
		wantContent(t, to, "in/a", content(35))
		if a := to.Attrs("in/a"); a.ContentType != "text/csv" || len(a.Tags) > 0 || note == "" {
			t.Errorf("%s: %+v, told %q", k, a, note)
		}
	}
}

// TestD11D12KeysThatNoDiskCanHoldAreRefusedOrEscapedByChoice: and what is escaped
// gives the same keys again when it is copied back.
func TestD11D12KeysThatNoDiskCanHoldAreRefusedOrEscapedByChoice(t *testing.T) {
	keys := []remote.Path{"d/plain", "d/a//b", "d/../x", "d/.", "d/100%25", "d/%_", "d/sub/../../y", "d/e\x00f"}
	from, disk, back := mem.New("l:"), mem.NewDisk("disk:"), mem.New("r:")
	for _, k := range keys {
		from.Put(k, string(k))
	}
	r := request(t, transfer.Copy, from, disk, "/refused", "d/")
	r.OnItem = func(s transfer.ItemSnapshot) {
		if s.Err != nil && !strings.Contains(remote.HintOf(s.Err), "--names encode") {
			t.Errorf("%q is refused without a way out: %s", s.Source, remote.HintOf(s.Err))
		}
	}
	refused := run(t, transfer.Options{}, r)
	wantState(t, refused, transfer.Failed)
	if refused.Failures != 5 {
		t.Errorf("%d keys were refused", refused.Failures)
	}
	o := transfer.Options{Names: transfer.NamesEncode}
	wantState(t, run(t, o, request(t, transfer.Copy, from, disk, "/in", "d/")), transfer.Done)
	wantContent(t, disk, "/in/d/a/%_/b", "d/a//b")
	wantContent(t, disk, "/in/d/%2E%2E/x", "d/../x")
	wantState(t, run(t, o, request(t, transfer.Copy, disk, back, "", "/in/d")), transfer.Done)
	for _, k := range keys {
		wantContent(t, back, k, string(k))
	}
	if n := len(back.Keys()); n != len(keys) {
		t.Errorf("%d keys came back: %q", n, back.Keys())
	}
}
