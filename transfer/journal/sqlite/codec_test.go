package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

func FuzzItemsAreDecodedAsTheyWereEncoded(f *testing.F) {
	f.Add("a/b/c", "a/b/d", "c", "/home/u/a/b/c", "v1", int64(5), int64(1_700_000_000_123), true)
	f.Add("", "\x00", "\xff", "", "", int64(-1), int64(0), false)
	f.Add("same", "same", "same", "same", "same", int64(1<<62), int64(-5), true)
	f.Fuzz(func(t *testing.T, p, q, name, target, version string, size, at int64, dir bool) {
		items := []journal.Item{
			{Job: 1, Num: 1, Source: remote.Entry{Path: remote.Path(p), Name: name, Size: size, ModTime: time.Unix(at, at&0xffff).UTC()}, Target: remote.Path(target), Dir: dir},
			{Job: 1, Num: 2, Source: remote.Entry{Path: remote.Path(q), Name: q, Size: size, Version: version, Class: name, Dir: dir, Type: remote.Link}, Target: remote.Path(p + q)},
			{Job: 1, Num: 900, Source: remote.Entry{Path: remote.Path(p + q), Name: p, Sum: remote.Sum{Algorithm: remote.MD5, Digest: target}}, Target: remote.Path(q)},
			{Job: 1, Num: 1 << 40},
		}
		got, _, err := sqlite.RoundTrip(items)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(items, got); d != "" {
			t.Fatal(d)
		}
	})
}

func FuzzDecodingTakesAnyBytes(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0})
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(_ *testing.T, b []byte) { sqlite.DecodeAny(b) })
}

func FuzzSalvageTakesAnyBytes(f *testing.F) {
	dir := f.TempDir()
	j := open(f, dir)
	must(f, j.PutJob(f.Context(), journal.Job{ID: 1, Title: "one"}))
	must(f, j.Plan(f.Context(), manyItems(1, 1, 300)))
	log, err := os.ReadFile(filepath.Join(dir, "journal.db-wal"))
	must(f, err)
	file, err := os.ReadFile(filepath.Join(dir, "journal.db"))
	must(f, err)
	if sqlite.SalvageAny(file, log) == 0 {
		f.Fatal("nothing is found in a whole journal")
	}
	f.Add(file, log, 100, byte(1))
	f.Fuzz(func(_ *testing.T, file, log []byte, at int, b byte) {
		for _, part := range [][]byte{file, log} {
			if at >= 0 && at < len(part) {
				part[at] ^= b
			}
		}
		sqlite.SalvageAny(file, log)
	})
}

func TestItemsOfAListingTakeLittleRoom(t *testing.T) {
	items := manyItems(1, 1, 10_000)
	got, size, err := sqlite.RoundTrip(items)
	must(t, err)
	if d := cmp.Diff(items, got); d != "" {
		t.Error(d)
	}
	if size > 100*len(items) {
		t.Errorf("%d bytes an item", size/len(items))
	}
}
