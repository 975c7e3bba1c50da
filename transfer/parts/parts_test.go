package parts_test

import (
	"math"
	"testing"

	"gantry/remote"
	"gantry/transfer/parts"
)

const (
	kib = int64(1) << 10
	mib = int64(1) << 20
	gib = int64(1) << 30
	tib = int64(1) << 40
)

// s3 are the limits of Amazon S3.
var s3 = remote.Caps{MinPart: 5 * mib, MaxPart: 5 * gib, MaxParts: 10_000, MaxSize: 50 * 1000 * 1000 * 1000 * 1000}

// U07, U09, U10: every size up to the largest is cut within the limits.
func TestPlansFitTheLimits(t *testing.T) {
	for _, c := range []struct {
		name  string
		size  int64
		want  int64
		caps  remote.Caps
		part  int64
		count int
	}{
		{"an empty object is one empty part", 0, 16 * mib, s3, 16 * mib, 1},
		{"a part that just fits is not cut", 16 * mib, 16 * mib, s3, 16 * mib, 1},
		{"one byte more is", 16*mib + 1, 16 * mib, s3, 16 * mib, 2},
		{"parts are not smaller than the store takes", 20 * mib, mib, s3, 5 * mib, 4},
		{"nor larger", 12 * gib, 6 * gib, s3, 5 * gib, 3},
		{"at most 10,000 parts", 200 * gib, 8 * mib, s3, 21 * mib, 9753},
		{"just 10,000 parts are not scaled", 10_000 * 8 * mib, 8 * mib, s3, 8 * mib, 10_000},
		{"the largest object of S3", s3.MaxSize, 8 * mib, s3, 4769 * mib, 9999},
		{"a store with fewer parts", gib, 8 * mib, remote.Caps{MaxParts: 10}, 103 * mib, 10},
		{"no limits but ours", tib, mib, remote.Caps{}, 105 * mib, 9987},
		{"a part of nothing is a part of a byte", 3, 0, remote.Caps{}, 1, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := parts.Make(c.size, c.want, c.caps)
			if err != nil {
				t.Fatal(err)
			}
			if p.PartSize != c.part || p.Count != c.count {
				t.Errorf("parts of %d, %d of them; want %d, %d", p.PartSize, p.Count, c.part, c.count)
			}
			covers(t, p)
		})
	}
}

func TestTooLargeObjectsAreRefused(t *testing.T) {
	for _, c := range []struct {
		size int64
		caps remote.Caps
	}{
		{s3.MaxSize + 1, s3},
		{5*gib*10_000 + 1, remote.Caps{MaxPart: 5 * gib}},
		{math.MaxInt64, s3},
		{101, remote.Caps{MaxPart: 10, MaxParts: 10}},
	} {
		if p, err := parts.Make(c.size, mib, c.caps); remote.KindOf(err) != remote.Invalid {
			t.Errorf("Make(%d) = %+v, %v; want Invalid", c.size, p, err)
		}
	}
}

func TestUnknownSizeOnlyFixesTheParts(t *testing.T) {
	p, err := parts.Make(-1, mib, s3)
	if err != nil || p.PartSize != 5*mib || p.Count != 0 || p.Size != -1 {
		t.Errorf("Make(-1) = %+v, %v", p, err)
	}
}

func TestResumeSubtractsOnlyPartsOfThisPlan(t *testing.T) {
	p, err := parts.Make(25, 10, remote.Caps{})
	if err != nil {
		t.Fatal(err)
	}
	missing, kept := p.Missing([]remote.Part{
		{Num: 3, Size: 5, Tag: "c"}, // the short last one is right
		{Num: 1, Size: 10, Tag: "old"},
		{Num: 1, Size: 10, Tag: "a"}, // sent twice: the last one counts
		{Num: 2, Size: 9},            // of another plan
		{Num: 4, Size: 10},
		{Num: 0, Size: 10},
	})
	if len(missing) != 1 || missing[0] != 2 {
		t.Errorf("missing %v, want 2", missing)
	}
	if len(kept) != 2 || kept[0].Tag != "a" || kept[1].Tag != "c" {
		t.Errorf("kept %+v", kept)
	}
}

// covers checks that the parts are [0,size) exactly once.
func covers(t *testing.T, p parts.Plan) {
	t.Helper()
	var end int64
	for n := 1; n <= p.Count; n++ {
		off, size := p.Range(n)
		if off != end || size < 0 || (size == 0 && p.Size > 0) || size > p.PartSize {
			t.Fatalf("part %d of %+v is [%d,+%d), expected to begin at %d", n, p, off, size, end)
		}
		end = off + size
	}
	if end != p.Size {
		t.Fatalf("%+v covers %d bytes", p, end)
	}
}

func FuzzPlansCoverEverythingOnce(f *testing.F) {
	f.Add(int64(0), int64(0), int64(0), int64(0), 0)
	f.Add(s3.MaxSize, 8*mib, s3.MinPart, s3.MaxPart, s3.MaxParts)
	f.Add(200*gib, kib, 5*mib, 5*gib, 10_000)
	f.Add(int64(math.MaxInt64), int64(math.MaxInt64), int64(1), int64(0), 1)
	f.Fuzz(func(t *testing.T, size, want, minPart, maxPart int64, maxParts int) {
		if size < 0 || minPart < 0 || maxPart < 0 || maxParts < 0 || (maxPart > 0 && maxPart < minPart) {
			t.Skip()
		}
		c := remote.Caps{MinPart: minPart, MaxPart: maxPart, MaxParts: maxParts}
		p, err := parts.Make(size, want, c)
		if err != nil {
			if remote.KindOf(err) != remote.Invalid {
				t.Fatal(err)
			}
			return
		}
		if p.Count > parts.Most || (maxParts > 0 && p.Count > maxParts) || (maxPart > 0 && p.PartSize > maxPart) || p.PartSize < minPart {
			t.Fatalf("%+v breaks %+v", p, c)
		}
		covers(t, p)
		all, _ := p.Missing(nil)
		if len(all) != p.Count {
			t.Fatalf("%d parts missing of %d", len(all), p.Count)
		}
	})
}
