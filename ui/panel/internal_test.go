package panel

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"

	"gantry/remote"
)

// natural compares names the slow and obvious way.
func natural(a, b string) int {
	as, bs := pieces(a), pieces(b)
	for i := range min(len(as), len(bs)) {
		x, y := as[i], bs[i]
		if isDigit(x) && isDigit(y) {
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if r := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); r != 0 {
				return r
			}
			continue
		}
		if isDigit(x) {
			x = "0"
		}
		if isDigit(y) {
			y = "0"
		}
		if r := strings.Compare(x, y); r != 0 {
			return r
		}
	}
	return cmp.Compare(len(as), len(bs))
}

func isDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// pieces are runs of digits and single lower-case characters.
func pieces(s string) (out []string) {
	for _, r := range s {
		c := string(unicode.ToLower(r))
		if isDigit(c) && len(out) > 0 && isDigit(out[len(out)-1]) {
			out[len(out)-1] += c
			continue
		}
		out = append(out, c)
	}
	return out
}

func FuzzKeysOrderNamesNaturally(f *testing.F) {
	for _, s := range [][2]string{{"a2", "a10"}, {"a02", "a2"}, {"B", "a"}, {"a", "a1"}, {"é1", "É01"}, {"1", "-"}, {"v1.9", "v1.10"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?")
		got := bytes.Compare(appendKey(nil, []byte(a)), appendKey(nil, []byte(b)))
		if want := natural(a, b); got != want {
			t.Errorf("keys of %q and %q compare as %d, the names as %d", a, b, got, want)
		}
	})
}

func FuzzVersionsComeBackExactly(f *testing.F) {
	for _, v := range []string{
		"", `"d41d8cd98f00b204e9800998ecf8427e"`, `"d41d8cd98f00b204e9800998ecf8427e-12"`, "d41d8cd98f00b204e9800998ecf8427e-007",
		"12345-67-1700000000.123456789", `""`, `"`, "ABCDEF", "abc", "weird é", "0", "00-0", "1:2:3",
	} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		r := reader(append(appendVersion(nil, v), "rest"...))
		if got := r.version(); got != v || string(r) != "rest" {
			t.Errorf("%q came back as %q, and %q was left", v, got, r)
		}
	})
}

func TestAnETagTakesTwentyBytesAtMost(t *testing.T) {
	for _, v := range []string{`"d41d8cd98f00b204e9800998ecf8427e"`, `"d41d8cd98f00b204e9800998ecf8427e-930"`} {
		if n := len(appendVersion(nil, v)); n > 20 {
			t.Errorf("%s takes %d bytes", v, n)
		}
	}
}

func TestEntriesComeBackExactly(t *testing.T) {
	when := time.Unix(1764000000, 123456789)
	for _, c := range []struct {
		dir remote.Path
		e   remote.Entry
	}{
		{"", remote.Entry{Path: "a", Name: "a", Size: 0}},
		{"in/", remote.Entry{Path: "in/a//", Name: "a/", Dir: true, Size: -1}},
		{"in/", remote.Entry{Path: "in//", Name: "", Dir: true, Size: -1}},
		{"in/", remote.Entry{Path: "in/b", Name: "b", Size: 1 << 50, ModTime: when, Version: `"x"`, Class: "GLACIER"}},
		{"in/", remote.Entry{Path: "in/c", Name: "c", Size: 5, Class: "DEEP_ARCHIVE", Sum: remote.Sum{Algorithm: remote.SHA256, Digest: "\x00\xff"}}},
		{"/home/u", remote.Entry{Path: "/home/u/x.txt", Name: "x.txt", Type: remote.Link, Size: 3, ModTime: time.Unix(-5, 7), Version: "1-2-3"}},
		{`C:\u`, remote.Entry{Path: `C:\u\x.txt`, Name: "x.txt", Type: remote.Special, Size: -1}},
		{"/home/u", remote.Entry{Path: "/elsewhere", Name: "x", Size: 1}},
		{"in/", remote.Entry{Path: remote.Path("in/" + strings.Repeat("x", 300_000)), Name: strings.Repeat("x", 300_000), Size: 1}},
		{"in/", remote.Entry{Path: "in/\xff\x00", Name: "\xff\x00", Size: 1}},
	} {
		s := rows{dir: c.dir}
		for range 3 {
			if _, ok := s.add(&c.e, nil); !ok {
				t.Fatal("the store is full")
			}
		}
		for i := range int32(3) {
			if diff := gocmp.Diff(c.e, s.entry(i)); diff != "" {
				t.Errorf("entry %d differs (-want +got):\n%s", i, diff)
			}
		}
	}
}

// random is a store of n rows with many equal sizes, times and types.
func random(n int) rows {
	r := rand.New(rand.NewPCG(1, 2))
	s := rows{dir: "d/"}
	for range n {
		e := remote.Entry{Size: int64(r.IntN(5)), Dir: r.IntN(4) == 0, ModTime: time.Unix(int64(r.IntN(9)), 0)}
		for range 1 + r.IntN(6) {
			e.Name += string("aAbB019.-é"[r.IntN(10)])
		}
		e.Path = "d/" + remote.Path(e.Name)
		s.add(&e, nil)
	}
	return s
}

func TestSortAndMergeAgreeWithTheComparison(t *testing.T) {
	s := random(3000)
	for _, by := range []SortBy{ByName, BySize, ByTime, ByType} {
		for _, reverse := range []bool{false, true} {
			c := &comparer{s: &s, o: order{by, reverse}}
			want := make([]int32, s.n())
			for i := range want {
				want[i] = int32(i)
			}
			got := slices.Clone(want)
			slices.SortFunc(want, c.compare)
			a, b := got[:1000], got[1000:]
			c.sort(a)
			c.sort(b)
			if !slices.Equal(c.merge(a, b), want) {
				t.Errorf("by %v, reverse %v: another order", by, reverse)
			}
		}
	}
}

func TestWildMatchesAsAWhole(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true},
		{"*", "x", true},
		{"?", "", false},
		{"?", "é", true},
		{"a*c", "abc", true},
		{"a*c", "abcd", false},
		{"*.tar.*", "x.tar.gz", true},
		{"**a**", "bab", true},
		{"a?c", "ac", false},
		{"*ab", "aab", true},
		{"", "a", false},
		{"é*", "éa", true},
	} {
		if got := wild([]byte(c.pattern), []byte(c.name)); got != c.want {
			t.Errorf("wild(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}
