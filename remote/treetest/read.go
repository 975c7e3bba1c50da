package treetest

import (
	"context"
	"io"
	"sync"
	"time"

	"gantry/remote"
)

var readTests = []test{
	{"ranges give exactly their bytes", readRanges},
	{"ranges behind the end are empty or refused", readBehind},
	{"an empty object reads as nothing", readEmpty},
	{"an old version is refused as Changed", readChanged},
	{"a range of an old version is refused as Changed", readChangedRange},
	{"a reader ends with its context", readCancelled},
	{"many readers at once get their own bytes", readParallel},
	{"modification times are kept", modTimeKept},
}

func readRanges(k *kit) {
	data := content(100_000, 1)
	e := k.put(k.at("file"), data)
	n := int64(len(data))
	for _, r := range [][2]int64{{0, -1}, {0, n}, {0, 1}, {1, 10}, {n - 1, 1}, {n - 1, -1}, {50_000, -1}, {50_000, 1 << 40}, {0, 0}, {7, 0}} {
		want := data[r[0]:]
		if r[1] >= 0 && r[1] < int64(len(want)) {
			want = want[:r[1]]
		}
		got, err := k.read(e, r[0], r[1])
		if err != nil || got != want {
			k.Errorf("%d bytes from %d on: %d bytes, %v", r[1], r[0], len(got), err)
		}
	}
}

func readBehind(k *kit) {
	e := k.put(k.at("file"), "12345")
	for _, off := range []int64{5, 6, 1 << 40} {
		for _, n := range []int64{-1, 1} {
			got, err := k.read(e, off, n)
			if err != nil {
				k.kind(err, remote.Invalid)
			} else if got != "" {
				k.Errorf("%d bytes from %d on: %q", n, off, got)
			}
		}
	}
	_, err := k.read(e, -1, 1)
	k.kind(err, remote.Invalid)
}

func readEmpty(k *kit) {
	e := k.put(k.at("empty"), "")
	if e.Size != 0 || e.Dir {
		k.Errorf("entry of an empty object: %+v", e)
	}
	got, err := k.read(e, 0, -1)
	k.must(err)
	k.equal(got, "")
}

func readChanged(k *kit) {
	p := k.at("file")
	old := k.put(p, "first content")
	k.put(p, "other content")
	_, err := k.read(old, 0, -1)
	k.kind(err, remote.Changed)
	now, err := k.tree.Stat(k.ctx, p)
	k.must(err)
	if now.Version == old.Version {
		k.Error("two contents have one version")
	}
	got, err := k.read(now, 0, -1)
	k.must(err)
	k.equal(got, "other content")
	k.must(k.tree.Remove(k.ctx, []remote.Path{p}))
	_, err = k.read(now, 0, -1)
	k.kind(err, remote.NotExist, remote.Changed)
}

func readChangedRange(k *kit) {
	p := k.at("file")
	old := k.put(p, content(1000, 1))
	k.put(p, content(1000, 2))
	_, err := k.read(old, 500, 100)
	k.kind(err, remote.Changed)
}

func readCancelled(k *kit) {
	data := content(1<<20, 1)
	e := k.put(k.at("file"), data)
	ctx, cancel := context.WithCancel(k.ctx)
	defer cancel()
	r, err := k.tree.Open(ctx, e, 0, -1)
	k.must(err)
	defer r.Close() //nolint:errcheck // called off
	if _, err := io.ReadFull(r, make([]byte, 1000)); err != nil {
		k.Fatal(err)
	}
	cancel()
	if _, err := io.Copy(io.Discard, r); !remote.Cancelled(err) {
		k.Errorf("reading on: %v", err)
	}
	if _, err := k.tree.Open(ctx, e, 0, -1); !remote.Cancelled(err) {
		k.Errorf("Open: %v", err)
	}
}

func readParallel(k *kit) {
	data := content(1<<20, 1)
	e := k.put(k.at("file"), data)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			off := i * len(data) / 8
			got, err := k.read(e, int64(off), int64(len(data)/8))
			if err != nil {
				k.Error(err)
			} else if got != data[off:off+len(data)/8] {
				k.Errorf("range %d is wrong", i)
			}
		})
	}
	wg.Wait()
}

func modTimeKept(k *kit) {
	if k.o.NoModTime {
		k.Skip("this tree keeps no times")
	}
	want := time.Date(2001, 2, 3, 4, 5, 6, 789_000_000, time.UTC)
	p := k.at("old")
	e, err := k.write(p, "x", remote.CreateOptions{Size: 1, ModTime: want})
	k.must(err)
	near := func(what string, got time.Time) {
		if d := got.Sub(want); d < -time.Millisecond || d > time.Millisecond {
			k.Errorf("%s says %v, want %v", what, got, want)
		}
	}
	s, err := k.tree.Stat(k.ctx, p)
	k.must(err)
	near("Stat", s.ModTime)
	r, err := k.tree.Open(k.ctx, e, 0, -1)
	k.must(err)
	defer r.Close() //nolint:errcheck // read only
	if d, ok := r.(remote.Described); ok {
		near("Open", d.Entry().ModTime)
		if d.Entry().Size != 1 || d.Entry().Version != s.Version || d.Entry().Path != p {
			k.Errorf("Open describes %+v, Stat %+v", d.Entry(), s)
		}
	}
}
