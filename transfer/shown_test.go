package transfer_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"io"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// etagged is a bucket that knows no checksums, only ETags.
type etagged struct {
	*mem.Tree
	tag   func(content []byte) string
	flips *int // so many of the next readings are damaged
}

type etaggedReader struct {
	io.Reader
	io.Closer
	e remote.Entry
}

func (r etaggedReader) Entry() remote.Entry { return r.e }

func (b etagged) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	all, _ := b.Get(e.Path)
	if e.Version == b.tag([]byte(all)) {
		e.Version = ""
	}
	r, err := b.Tree.Open(ctx, e, off, n)
	if err != nil {
		return nil, err
	}
	e.Sum, e.Version = remote.Sum{}, b.tag([]byte(all))
	got, err := io.ReadAll(r)
	if *b.flips > 0 {
		*b.flips--
		got[0] ^= byte(1 + *b.flips%200)
	}
	return etaggedReader{bytes.NewReader(got), r, e}, err
}

func (b etagged) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	e, err := b.Tree.Stat(ctx, p)
	e.Sum = remote.Sum{}
	return e, err
}

func md5Tag(content []byte) string {
	sum := md5.Sum(content)
	return hex.EncodeToString(sum[:])
}

// N21: what is damaged on the way from a store without checksums is found by the
// ETag, where that is an MD5; and what cannot be found out is not called verified.
func TestN21WhatIsReadIsComparedWithTheETag(t *testing.T) {
	other := func(b []byte) string { return md5Tag(append([]byte("key"), b...)) } // as with some encryptions
	for _, c := range []struct {
		name   string
		tag    func([]byte) string
		verify string
		flips  int
		size   int
		want   string // the level; "" for a failure
	}{
		{"MD5", md5Tag, "auto", 0, 9, "MD5"},
		{"MD5, damaged once", md5Tag, "auto", 1, 9, "MD5"},
		{"MD5, damaged again and again", md5Tag, "auto", 1 << 10, 9, ""},
		{"no MD5 although it looks like one", other, "auto", 0, 9, "size only"},
		{"no MD5", func([]byte) string { return "abc-1" }, "auto", 0, 9, "size only"},
		{"read twice", other, "full", 0, 9, "CRC64NVME"},
		{"read twice, damaged once", func([]byte) string { return "abc-1" }, "full", 1, 9, "CRC64NVME"},
		{"not in one piece, read twice, damaged once", md5Tag, "full", 1, 45, "CRC64NVME"},
	} {
		for _, to := range []*mem.Tree{mem.NewDisk("l:").Tree, mem.New("r:")} {
			t.Run(c.name+" to "+to.Label(), func(t *testing.T) {
				from := mem.New("s:")
				from.Put("a", content(c.size))
				flips := c.flips
				src := etagged{from, c.tag, &flips}
				dir := remote.Path("in/")
				if to.Label() == "l:" {
					dir = "/in"
				}
				r := request(t, transfer.Move, plain{src}, plain{to}, dir, "a")
				r.Rules.Verify = c.verify
				level := ""
				r.OnItem = func(it transfer.ItemSnapshot) { level = it.Verified }
				s := run(t, transfer.Options{PartSize: 10}, r)
				_, there := from.Get("a")
				if c.want == "" {
					if s.State != transfer.Failed || !there {
						t.Errorf("it is %s, the source is there: %t", s.State, there)
					}
					return
				}
				wantState(t, s, transfer.Done)
				if level != c.want || there {
					t.Errorf("verified %q, want %q; the source is there: %t", level, c.want, there)
				}
				got, ok := to.Get(remote.Path("in/a"))
				if !ok {
					got, _ = to.Get("/in/a")
				}
				if got != content(c.size) {
					t.Errorf("it holds %q", got)
				}
			})
		}
	}
}
