package transfer_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"sync"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// telling is a bucket that knows no CRC64NVME and tells of its objects what tell says.
type telling struct {
	*mem.Tree
	tell func(e *remote.Entry, content []byte)
	cut  func() (int64, error) // FirstPart

	mu    *sync.Mutex
	flips *int // so many of the next readings are damaged
	reads *int // bytes that were read
	asked *int // times that FirstPart was called
}

func (b telling) entry(e remote.Entry) remote.Entry {
	all, _ := b.Get(e.Path)
	e.Sum, e.Attrs = remote.Sum{}, &remote.Attrs{}
	b.tell(&e, []byte(all))
	return e
}

func (b telling) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	e, err := b.Tree.Stat(ctx, p)
	return b.entry(e), err
}

func (b telling) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	e.Version = ""
	r, err := b.Tree.Open(ctx, e, off, n)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	if *b.flips > 0 {
		*b.flips--
		got[0] ^= byte(1 + *b.flips%200)
	}
	*b.reads += len(got)
	return etaggedReader{bytes.NewReader(got), r, b.entry(e)}, err
}

func (b telling) FirstPart(context.Context, remote.Entry) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*b.asked++
	return b.cut()
}

func newTelling(tell func(e *remote.Entry, content []byte), cut func() (int64, error), flips int) telling {
	return telling{Tree: mem.New("s:"), tell: tell, cut: cut, mu: &sync.Mutex{}, flips: &flips, reads: new(int), asked: new(int)}
}

// partsTag is the ETag of content that was written in parts of n bytes.
func partsTag(content []byte, n int) string {
	var all []byte
	count := 0
	for ; len(content) > 0; count++ {
		sum := md5.Sum(content[:min(n, len(content))])
		all, content = append(all, sum[:]...), content[min(n, len(content)):]
	}
	return fmt.Sprintf("%x-%d", md5.Sum(all), count)
}

func withTag(tag func([]byte) string) func(*remote.Entry, []byte) {
	return func(e *remote.Entry, content []byte) { e.Version = tag(content) }
}

func sumWith(a remote.Algorithm, sum func([]byte) []byte) func(*remote.Entry, []byte) {
	return func(e *remote.Entry, content []byte) {
		e.Sum, e.Version = remote.Sum{Algorithm: a, Digest: string(sum(content))}, "opaque"
	}
}

func castagnoli(b []byte) []byte {
	h := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	h.Write(b)
	return h.Sum(nil)
}

func in8() (int64, error) { return 8, nil }

// N21: also of what is read in several pieces.
func TestN21WhatIsReadInPiecesIsComparedWithWhatTheSourceTells(t *testing.T) {
	by8 := func(b []byte) string { return partsTag(b, 8) }
	odd := func(b []byte) string { return md5Tag(append([]byte("key"), b...)) } // as with some encryptions
	joint := func(e *remote.Entry, content []byte) {
		var all []byte
		for ; len(content) > 0; content = content[min(8, len(content)):] {
			all = append(all, castagnoli(content[:min(8, len(content))])...)
		}
		e.Version = "opaque"
		e.Attrs.Joint = remote.Joint{Sum: remote.Sum{Algorithm: remote.CRC32C, Digest: string(castagnoli(all))}, Parts: len(all) / 4}
	}
	sealed := func(e *remote.Entry, content []byte) { e.Version, e.Attrs.Sealed = odd(content), true }
	many := 1 << 10
	for _, c := range []struct {
		name  string
		tell  func(*remote.Entry, []byte)
		cut   func() (int64, error)
		flips int
		size  int
		want  string // the level; "" for a failure
		times int    // that it was read
	}{
		{"MD5", withTag(md5Tag), nil, 0, 45, "MD5", 1},
		{"MD5, damaged once", withTag(md5Tag), nil, 1, 45, "MD5", 2},
		{"MD5, damaged again and again", withTag(md5Tag), nil, many, 45, "", 3},
		{"no MD5 although it looks like one", withTag(odd), nil, 0, 45, "size only", 2},
		{"no MD5, and known to be none", sealed, nil, 0, 45, "size only", 1},
		{"MD5 of MD5s", withTag(by8), in8, 0, 45, "MD5", 1},
		{"MD5 of MD5s, damaged once", withTag(by8), in8, 1, 45, "MD5", 2},
		{"MD5 of MD5s, damaged again and again", withTag(by8), in8, many, 45, "", 3},
		{"MD5 of MD5s, read in one piece", withTag(by8), in8, 0, 9, "MD5", 1},
		{"MD5 of MD5s, read in one piece, damaged once", withTag(by8), in8, 1, 9, "MD5", 2},
		{"MD5 of MD5s of one part", withTag(by8), in8, 0, 5, "MD5", 1},
		{"another MD5 of MD5s", withTag(func(b []byte) string { return odd(b) + "-6" }), in8, 0, 45, "size only", 2},
		{"of parts of other sizes", withTag(by8), func() (int64, error) { return 9, nil }, 0, 45, "size only", 1},
		{"of parts of which nobody knows", withTag(by8), func() (int64, error) { return 0, fault(remote.Unsupported) }, 0, 45, "size only", 1},
		{"of parts of which nobody may know", withTag(by8), func() (int64, error) { return 0, fault(remote.Denied) }, 0, 45, "size only", 1},
		{"CRC32C", sumWith(remote.CRC32C, castagnoli), nil, 0, 45, "CRC32C", 1},
		{"CRC32C, damaged once", sumWith(remote.CRC32C, castagnoli), nil, 1, 45, "CRC32C", 2},
		{"CRC32C, in one piece, damaged once", sumWith(remote.CRC32C, castagnoli), nil, 1, 9, "CRC32C", 2},
		{"another CRC32C", sumWith(remote.CRC32C, func(b []byte) []byte { return castagnoli(b[1:]) }), nil, 0, 45, "", 3},
		{"SHA256", sumWith(remote.SHA256, func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }), nil, 0, 45, "SHA256", 1},
		{"CRC32C of CRC32Cs", joint, in8, 0, 45, "CRC32C", 1},
		{"CRC32C of CRC32Cs, damaged once", joint, in8, 1, 45, "CRC32C", 2},
		{"CRC32C of CRC32Cs of which nobody knows", joint, func() (int64, error) { return 0, fault(remote.Unsupported) }, 0, 45, "size only", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := newTelling(c.tell, c.cut, c.flips), mem.NewDisk("l:")
			from.Put("a", content(c.size))
			r := request(t, transfer.Move, from, to, "/in", "a")
			level := ""
			r.OnItem = func(it transfer.ItemSnapshot) { level = it.Verified }
			s := run(t, transfer.Options{PartSize: 10}, r)
			if *from.reads != c.times*c.size {
				t.Errorf("%d bytes were read, want %d times %d", *from.reads, c.times, c.size)
			}
			_, there := from.Get("a")
			if c.want == "" {
				_, out := to.Get("/in/a")
				if s.State != transfer.Failed || !there || out {
					t.Errorf("it is %s, the source is there: %t, the target: %t", s.State, there, out)
				}
				return
			}
			wantState(t, s, transfer.Done)
			wantContent(t, to, "/in/a", content(c.size))
			if level != c.want || there {
				t.Errorf("verified %q, want %q; the source is there: %t", level, c.want, there)
			}
		})
	}
}

// What has turned out to be no checksum is not asked for again in that place, and
// a store that does not tell of parts is asked once.
func TestAPlaceWhoseTagsAreNoSumsIsAskedOnce(t *testing.T) {
	odd := func(b []byte) string { return md5Tag(append([]byte("key"), b...)) }
	for _, c := range []struct {
		name         string
		tag          func([]byte) string
		cut          func() (int64, error)
		reads, asked int
	}{
		{"MD5s", odd, nil, 45, 0},
		{"MD5s of MD5s", func(b []byte) string { return odd(b) + "-6" }, in8, 45, 2},
		{"parts that are not told", func(b []byte) string { return partsTag(b, 8) }, func() (int64, error) { return 0, fault(remote.Unsupported) }, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := newTelling(withTag(c.tag), c.cut, 0), mem.NewDisk("l:")
			q := newQueue(t, transfer.Options{PartSize: 10, Workers: 1})
			for n := range 4 {
				name := remote.Path(strings.Repeat("x", n+1))
				from.Put(name, content(45))
				wantState(t, await(t, q, q.Submit(request(t, transfer.Copy, from, to, "/in", name))), transfer.Done)
			}
			if more := *from.reads - 4*45; more != c.reads || *from.asked != c.asked {
				t.Errorf("%d bytes were read again, want %d; parts were asked for %d times, want %d", more, c.reads, *from.asked, c.asked)
			}
		})
	}
}

// An ETag that is no sum in one place says nothing about those of another form.
func TestTagsOfPartsThatAreNoSumsLeaveTheOthersAlone(t *testing.T) {
	tag := func(b []byte) string {
		if len(b) == 45 {
			return partsTag(b[1:], 8)
		}
		return md5Tag(b)
	}
	from, to := newTelling(withTag(tag), in8, 0), mem.NewDisk("l:")
	q := newQueue(t, transfer.Options{PartSize: 10})
	var levels []string
	for name, size := range map[remote.Path]int{"a": 45, "b": 46} {
		from.Put(name, content(size))
		r := request(t, transfer.Copy, from, to, "/in", name)
		r.OnItem = func(it transfer.ItemSnapshot) {
			levels = append(levels, fmt.Sprintf("%d %s", it.Bytes.Done, it.Verified))
		}
		wantState(t, await(t, q, q.Submit(r)), transfer.Done)
	}
	if got := strings.Join(levels, ","); !strings.Contains(got, "45 size only") || !strings.Contains(got, "46 MD5") {
		t.Errorf("they are %s", got)
	}
}

// While what was read is read once more to be compared, everything shows that it is
// being verified: all bytes are there.
func TestWhatIsReadOnceMoreIsShownToBeVerified(t *testing.T) {
	q := newQueue(t, transfer.Options{PartSize: 10})
	seen := make(chan transfer.Snapshot, 1)
	from, to := newTelling(withTag(func(b []byte) string { return partsTag(b, 8) }), func() (int64, error) {
		s := q.Jobs()[0]
		s.Active = q.Items(s.ID, transfer.ItemsActive, 0, 9)
		seen <- s
		return 8, nil
	}, 0), mem.NewDisk("l:")
	from.Put("a", content(45))
	wantState(t, await(t, q, q.Submit(request(t, transfer.Copy, from, to, "/in", "a"))), transfer.Done)
	s := <-seen
	wantState(t, s, transfer.Verifying)
	if len(s.Active) != 1 || s.Active[0].State != transfer.Verifying || s.Active[0].Bytes.Done != 45 {
		t.Errorf("the items at work are %+v", s.Active)
	}
}
