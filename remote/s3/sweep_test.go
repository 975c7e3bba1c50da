package s3_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/s3"
)

// shelf answers listings of its keys as S3 does, a few to a page, and in ways
// that S3 does not.
type shelf struct {
	keys   []string // in the server's order
	less   func(a, b string) bool
	limit  int
	deaf   bool // it does not know start-after
	silent bool // it does not show a folder again that start-after lies in
	asked  atomic.Int64
	ahead  atomic.Int64 // of these with start-after
}

func newShelf(keys []string, less func(a, b string) bool, limit int) *shelf {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	slices.SortFunc(keys, func(a, b string) int {
		switch {
		case less(a, b):
			return -1
		case less(b, a):
			return 1
		}
		return 0
	})
	return &shelf{keys: keys, less: less, limit: limit}
}

func bytewise(a, b string) bool { return a < b }

// unitwise is the order of servers that keep keys in UTF-16.
func unitwise(a, b string) bool {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b))) < 0
}

func (f *shelf) serve(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f.asked.Add(1)
	prefix, delimiter, after := q.Get("prefix"), q.Get("delimiter"), ""
	at := 0
	if token := q.Get("continuation-token"); token != "" {
		raw, _ := base64.StdEncoding.DecodeString(token)
		_, _ = fmt.Sscan(string(raw), &at)
	} else if after = q.Get("start-after"); after != "" {
		f.ahead.Add(1)
		for !f.deaf && at < len(f.keys) && !f.less(after, f.keys[at]) {
			at++
		}
	}
	var objects, folders strings.Builder
	shown := 0
	for ; at < len(f.keys) && shown < f.limit; at++ {
		key := f.keys[at]
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		if i := strings.Index(rest, "/"); delimiter != "" && i >= 0 {
			folder := prefix + rest[:i+1]
			for at+1 < len(f.keys) && strings.HasPrefix(f.keys[at+1], folder) {
				at++
			}
			if f.silent && strings.HasPrefix(after, folder) {
				continue
			}
			fmt.Fprintf(&folders, "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>", url.QueryEscape(folder))
		} else {
			fmt.Fprintf(&objects, "<Contents><Key>%s</Key><Size>1</Size><ETag>e</ETag></Contents>", url.QueryEscape(key))
		}
		shown++
	}
	more := ""
	if at < len(f.keys) {
		more = "<NextContinuationToken>" + base64.StdEncoding.EncodeToString(fmt.Append(nil, at)) + "</NextContinuationToken>"
	}
	fmt.Fprintf(w, "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>%v</IsTruncated>%s%s%s</ListBucketResult>",
		more != "", more, objects.String(), folders.String())
}

// shapes of keys as buckets have them, and as nobody should.
func shapes(r *rand.Rand, n int) map[string][]string {
	hostile := []string{"a", "b", "/", "//", ".", "..", " ", "0", "9", "é", "漢", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff", "%", "+", "&", "\x7f"}
	out := map[string][]string{}
	for i := range n {
		add := func(shape, format string, args ...any) { out[shape] = append(out[shape], fmt.Sprintf(format, args...)) }
		add("counter", "obj-%08d.bin", i)
		add("counter without zeros", "obj-%d.bin", i)
		add("folders of a hundred", "dir-%06d/obj-%08d.bin", i/100, i)
		add("hashes", "%016x", r.Uint64())
		add("hashes in folders", "%02X/%08X", r.IntN(256), r.Uint32())
		add("dates", "log/2026/%02d/%02d/%06d", i*12/n+1, i%28+1, r.IntN(1e6))
		add("few heaps", "heap-%d/%s/%d", i*5/n, strings.Repeat("x", r.IntN(9)), i)
		add("greatest characters", "\U0010ffff\U0010ffff%04d", i)
		var b strings.Builder
		for range 1 + r.IntN(5) {
			b.WriteString(hostile[r.IntN(len(hostile))])
		}
		add("hostile", "%s", b.String())
		if i%2 == 0 {
			add("mixed", "%s%04d", b.String(), i)
		} else {
			add("mixed", "z/%04d", i)
		}
	}
	return out
}

// TestListingsAheadShowWhatTheChainShows: whatever the keys are, a listing that
// asks for many pages at once yields every key once and in order: L04.
func TestListingsAheadShowWhatTheChainShows(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	for shape, keys := range shapes(r, 600) {
		for _, silent := range []bool{false, true} {
			f := newShelf(keys, bytewise, 8+r.IntN(40))
			f.silent = silent
			tree := newFake(t, f.serve).tree(t, nil, s3.Options{FarPage: 1})
			for _, dir := range []remote.Path{"", "a/", "/", "heap-3/", "log/2026/"} {
				same(t, shape, walked(f.keys, string(dir)), collect(t, tree.Walk(t.Context(), dir)))
				same(t, shape, levelled(f.keys, string(dir)), collect(t, tree.Level(t.Context(), dir)))
			}
			if ahead := f.ahead.Load(); shape == "counter" && ahead == 0 {
				t.Errorf("%s: nothing was asked for ahead", shape)
			}
		}
	}
}

// TestServersOfAnotherOrderAreListedByTheirTokens: order by UTF-16 units, no
// order at all, and no start-after.
func TestServersOfAnotherOrderAreListedByTheirTokens(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 5))
	for shape, keys := range shapes(r, 300) {
		for name, less := range map[string]func(a, b string) bool{
			"bytes":      bytewise,
			"units":      unitwise,
			"backwards":  func(a, b string) bool { return a > b },
			"by length":  func(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a < b },
			"from the e": func(a, b string) bool { return strings.ToLower(a) < strings.ToLower(b) },
		} {
			f := newShelf(keys, less, 8+r.IntN(40))
			f.deaf = name == "bytes"
			tree := newFake(t, f.serve).tree(t, nil, s3.Options{FarPage: 1})
			got, err := drain(t, tree)
			if err != nil { // a page that goes back is taken for a circle, as ever
				wantKind(t, err, remote.Corrupt)
				continue
			}
			slices.Sort(got)
			same(t, shape+" "+name, walked(f.keys, ""), got)
		}
	}
}

func drain(t *testing.T, tree *s3.Tree) (got []string, err error) {
	t.Helper()
	for e, err := range tree.Walk(t.Context(), "") {
		if err != nil {
			return got, err
		}
		got = append(got, string(e.Path))
	}
	return got, nil
}

func collect(t *testing.T, es func(func(remote.Entry, error) bool)) (got []string) {
	t.Helper()
	for e, err := range es {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(e.Path))
	}
	return got
}

func walked(keys []string, dir string) (want []string) {
	for _, k := range keys {
		if strings.HasPrefix(k, dir) && k != "" {
			want = append(want, k)
		}
	}
	slices.Sort(want)
	return want
}

func levelled(keys []string, dir string) (want []string) {
	for _, k := range walked(keys, dir) {
		if i := strings.Index(k[len(dir):], "/"); i >= 0 {
			k = k[:len(dir)+i+1]
		}
		if len(want) == 0 || want[len(want)-1] != k {
			want = append(want, k)
		}
	}
	return want
}

func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%.2000s", what, d)
	}
}
