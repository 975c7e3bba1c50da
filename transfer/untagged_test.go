package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// untagged is a bucket that shows no ETags. Listings show when an object was written,
// Stat a time that is kept with it.
type untagged struct {
	*mem.Tree
	late     func() // called when old/01 has been copied
	removals int
}

func (b *untagged) Remove(ctx context.Context, ps []remote.Path) error {
	b.removals++
	return b.Tree.Remove(ctx, ps)
}

func (b *untagged) strip(e remote.Entry) remote.Entry {
	e.Version, e.Sum = "", remote.Sum{}
	return e
}

func (b *untagged) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	e, err := b.Tree.Stat(ctx, p)
	e.ModTime = time.Unix(1e9, 0)
	return b.strip(e), err
}

func (b *untagged) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	r, err := b.Tree.Open(ctx, e, off, n)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(r)
	e, _ = b.Stat(ctx, e.Path) // it is there
	return etaggedReader{bytes.NewReader(got), r, e}, err
}

func (b *untagged) Written(ctx context.Context, p remote.Path) (time.Time, error) {
	e, err := b.Tree.Stat(ctx, p)
	return e.ModTime.Truncate(time.Second), err
}

func (b *untagged) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		for e, err := range b.Tree.Walk(ctx, dir) {
			if !yield(b.strip(e), err) {
				return
			}
		}
	}
}

func (b *untagged) Range(ctx context.Context, dir, from remote.Path) ([]remote.Entry, bool, error) {
	es, more, err := b.Tree.Range(ctx, dir, from)
	for i, e := range es {
		es[i] = b.strip(e)
	}
	return es, more, err
}

func (b *untagged) CanCopy(src remote.Tree) bool {
	_, ok := src.(*untagged)
	return ok
}

func (b *untagged) Copy(ctx context.Context, _ remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	out, err := b.Tree.Copy(ctx, b.Tree, e, dst, o)
	if e.Path == "old/01" {
		b.late()
	}
	return b.strip(out), err
}

// arriving is a disk that tells when 01 has come.
type arriving struct {
	remote.Tree
	late func()
}

func (d arriving) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	s, err := d.Tree.Create(ctx, p, o)
	if strings.HasSuffix(string(p), "/01") {
		s = arrivingSink{s, d.late}
	}
	return s, err
}

type arrivingSink struct {
	remote.Sink
	late func()
}

func (s arrivingSink) Commit(ctx context.Context, parts []remote.Part) (remote.Entry, error) {
	e, err := s.Sink.Commit(ctx, parts)
	s.late()
	return e, err
}

// TestAMoveWithoutETagsGoesBySizeAndTime: its sources are deleted; one that has another
// size or time by then is kept.
func TestAMoveWithoutETagsGoesBySizeAndTime(t *testing.T) {
	for name, late := range map[string]string{"nothing changes": "", "another size": "longer than it was", "another time": content(2)} {
		for _, inside := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ", inside: ", inside), func(t *testing.T) { moveUntagged(t, late, inside) })
		}
	}
}

func moveUntagged(t *testing.T, late string, inside bool) {
	inBubble(t, transfer.Options{Workers: 1, Unattended: true, PartSize: 100}, func(t *testing.T, q *transfer.Queue) {
		b := &untagged{Tree: tree(10)}
		b.late = func() {
			time.Sleep(2 * time.Second) // of the bubble: times are compared in whole seconds
			if late != "" {
				b.Put("old/01", late)
			}
		}
		var to remote.Tree = arriving{mem.NewDisk("d:"), b.late}
		dir := remote.Path("/new")
		if inside {
			to, dir = b, "new/"
		}
		r := transfer.Request{
			Op: transfer.Move, From: b, Sources: transfer.Entries(remote.Entry{Path: "old/", Name: "old", Dir: true, Size: -1}), To: to, Dir: dir,
			Rules: transfer.Rules{OnConflict: transfer.PolicyFail},
		}
		s := await(t, q, q.Submit(r))
		if late == "" {
			wantState(t, s, transfer.Done)
			if inside && (len(s.Levels) != 1 || s.Levels[0].Name != "size only") {
				t.Errorf("verified %+v", s.Levels)
			}
			if inside && b.removals != 1 {
				t.Errorf("it took %d requests to delete", b.removals)
			}
		} else {
			if s.Failures != 1 {
				t.Errorf("%d failures, %v", s.Failures, s.Err)
			}
			wantContent(t, b.Tree, "old/01", late)
		}
		for _, k := range b.Keys() {
			if strings.HasPrefix(k, "old/0") && (late == "" || k != "old/01") {
				t.Errorf("%s is left", k)
			}
		}
	})
}
