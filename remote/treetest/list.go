package treetest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
)

var listTests = []test{
	{"a listing shows files and folders of one level", listOneLevel},
	{"Stat and List agree", statAndListAgree},
	{"a big folder comes in pages, each entry once", listBig},
	{"a token used twice never loses an entry", tokenReuse},
	{"listings of one folder do not disturb each other", listParallel},
	{"a listing that is called off says so", listCancelled},
	{"an absent entry is NotExist", statAbsent},
	{"a file beside a folder of the same beginning", listSimilar},
}

func listOneLevel(k *kit) {
	for _, name := range []string{"b", "a/x", "a/y/z", "c"} {
		k.put(k.at(name), name)
	}
	if d := cmp.Diff([]string{"a/", "b", "c"}, k.names(k.dir)); d != "" {
		k.Errorf("top (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"x", "y/"}, k.names(k.at("a/"))); d != "" {
		k.Errorf("below a/ (-want +got):\n%s", d)
	}
}

func statAndListAgree(k *kit) {
	k.put(k.at("file"), "12345")
	k.put(k.at("empty"), "")
	k.put(k.at("dir/inside"), "x")
	for e, err := range remote.All(k.ctx, k.tree, k.dir) {
		k.must(err)
		s, err := k.tree.Stat(k.ctx, e.Path)
		k.must(err)
		if s.Path != e.Path || s.Name != e.Name || s.Dir != e.Dir || s.Type != e.Type {
			k.Errorf("List says %+v, Stat %+v", e, s)
		}
		if !e.Dir && (s.Size != e.Size || s.Version != e.Version || s.Version == "") {
			k.Errorf("List says %+v, Stat %+v", e, s)
		}
		if want := map[string]int64{"file": 5}[e.Name]; !e.Dir && e.Size != want {
			k.Errorf("size of %s is %d, want %d", e.Name, e.Size, want)
		}
		if !e.Dir && e.ModTime.IsZero() {
			k.Errorf("%s has no time", e.Name)
		}
	}
}

// fill makes the big folder with a few workers.
func (k *kit) fill(n int) {
	k.Helper()
	var wg sync.WaitGroup
	jobs := make(chan int)
	for range 16 {
		wg.Go(func() {
			for i := range jobs {
				p, err := k.tree.Join(k.dir, fmt.Sprintf("e%06d", i))
				if err == nil {
					_, err = k.write(p, "", remote.CreateOptions{})
				}
				if err != nil {
					k.Errorf("entry %d: %v", i, err)
				}
			}
		})
	}
	for i := range n {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
}

func listBig(k *kit) {
	n := k.o.Entries
	k.fill(n)
	seen := map[string]bool{}
	pages := 0
	for token := ""; ; pages++ {
		page, err := k.tree.List(k.ctx, k.dir, token)
		k.must(err)
		for _, e := range page.Entries {
			if seen[e.Name] {
				k.Fatalf("%s is listed twice", e.Name)
			}
			seen[e.Name] = true
		}
		if token = page.Next; token == "" {
			break
		}
		if pages > n {
			k.Fatal("the listing does not end")
		}
	}
	if len(seen) != n {
		k.Errorf("%d entries listed, want %d", len(seen), n)
	}
	if n > 5000 && pages == 0 {
		k.Errorf("%d entries came in one page", n)
	}
}

func tokenReuse(k *kit) {
	n := min(k.o.Entries, 2500)
	k.fill(n)
	first, err := k.tree.List(k.ctx, k.dir, "")
	k.must(err)
	if first.Next == "" {
		k.Skip("one page holds all")
	}
	for range 2 {
		seen := map[string]bool{}
		for _, e := range first.Entries {
			seen[e.Name] = true
		}
		for token := first.Next; token != ""; {
			page, err := k.tree.List(k.ctx, k.dir, token)
			k.must(err)
			for _, e := range page.Entries {
				seen[e.Name] = true
			}
			token = page.Next
		}
		if len(seen) != n {
			k.Errorf("%d entries listed, want %d", len(seen), n)
		}
	}
}

func listParallel(k *kit) {
	n := min(k.o.Entries, 2500)
	k.fill(n)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got := 0
			for _, err := range remote.All(k.ctx, k.tree, k.dir) {
				if err != nil {
					k.Error(err)
					return
				}
				got++
			}
			if got != n {
				k.Errorf("%d entries listed, want %d", got, n)
			}
		})
	}
	wg.Wait()
}

func listCancelled(k *kit) {
	ctx, cancel := context.WithCancel(k.ctx)
	cancel()
	_, err := k.tree.List(ctx, k.dir, "")
	if !remote.Cancelled(err) {
		k.Errorf("List: %v", err)
	}
	if _, err := k.tree.Stat(ctx, k.dir); !remote.Cancelled(err) {
		k.Errorf("Stat: %v", err)
	}
}

func statAbsent(k *kit) {
	k.absent(k.at("nothing"))
	k.put(k.at("file"), "x")
	k.absent(k.at("fil"))
	k.absent(k.at("file2"))
	if _, err := k.tree.Open(k.ctx, remote.Entry{Path: k.at("nothing")}, 0, -1); err == nil {
		k.Error("Open of nothing succeeded")
	} else {
		k.kind(err, remote.NotExist)
	}
	// A bucket may say that every prefix exists; a disk may not.
	if e, err := k.tree.Stat(k.ctx, k.at("nowhere/")); err == nil {
		if _, disk := remote.As[remote.Renamer](k.tree); disk || !e.Dir {
			k.Errorf("Stat of an absent folder: %+v", e)
		}
	} else {
		k.kind(err, remote.NotExist)
	}
}

func listSimilar(k *kit) {
	for _, name := range []string{"ab", "a/b", "a.b", "a0", "a-"} {
		k.put(k.at(name), name)
	}
	want := "a- a.b a/ a0 ab"
	if got := strings.Join(k.names(k.dir), " "); got != want {
		k.Errorf("got %q, want %q", got, want)
	}
	if got := k.names(k.at("a/")); len(got) != 1 || got[0] != "b" {
		k.Errorf("below a/: %q", got)
	}
}
