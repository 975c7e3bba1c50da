//go:build unix

package torture_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// thing is one file or object that a job copies, moves or deletes.
type thing struct {
	src, dst string // places; no dst for a deletion
	content  []byte
	old      []byte // what the target held before; nil for nothing
}

// plan is what a job is to bring about, and all that it may do.
type plan struct {
	things []thing
	jobs   int      // how many there are of it; 0 for one
	gone   bool     // the sources are to be deleted
	stay   []thing  // what nobody asked to touch
	slash  []string // slash objects that may come and go
}

// temporary are the names under which a download may hold bytes meanwhile.
var temporary = regexp.MustCompile(`^\..*\.gantry-[0-9a-f]{8}$`)

// meant tells whether content is what a target is to hold: what one of the things
// has that go there.
func (p *plan) meant(dst string, content []byte) bool {
	return slices.ContainsFunc(p.things, func(x thing) bool { return x.dst == dst && bytes.Equal(x.content, content) })
}

// anytime holds what has to be so at every instant, whoever was killed when.
// It returns what is not.
func (p *plan) anytime(w *world) (broken []string) {
	w.Helper()
	complain := func(format string, a ...any) { broken = append(broken, fmt.Sprintf(format, a...)) }
	known := map[string]bool{}
	for _, s := range p.slash {
		known[s] = true
	}
	for _, x := range slices.Concat(p.things, p.stay) {
		known[x.src] = true
		known[x.dst] = true
		src, there := w.get(x.src)
		if there && !bytes.Equal(src, x.content) {
			complain("I2: %s is not what it was (%s)", x.src, difference(src, x.content))
		}
		var landed bool
		if x.dst != "" {
			var dst []byte
			dst, landed = w.get(x.dst)
			if landed && !p.meant(x.dst, dst) && (x.old == nil || !bytes.Equal(dst, x.old)) {
				complain("I2, I5: %s is neither the old nor the new content (%s)", x.dst, difference(dst, x.content))
			}
			if !landed && x.old != nil {
				complain("I2: %s had an old content, and has none", x.dst)
			}
			landed = landed && p.meant(x.dst, dst)
		}
		switch {
		case there:
		case !p.gone || slices.ContainsFunc(p.stay, func(s thing) bool { return s.src == x.src }):
			complain("I9: %s was deleted, and nobody had asked for it", x.src)
		case x.dst != "" && !landed:
			complain("I4: there is no whole copy of %s any more", x.src)
		}
	}
	for _, place := range w.places() {
		if !known[place] && !temporary.MatchString(filepath.Base(place)) {
			complain("I3: %s is there, which nobody asked for", place)
		}
	}
	return broken
}

// atRest holds what has to be so when the last process has ended in peace and
// the job is done.
func (p *plan) atRest(w *world) (broken []string) {
	w.Helper()
	broken = p.anytime(w)
	complain := func(format string, a ...any) { broken = append(broken, fmt.Sprintf(format, a...)) }
	for _, x := range p.things {
		if x.dst != "" {
			if dst, there := w.get(x.dst); !there || !p.meant(x.dst, dst) {
				complain("I1: the job is done, and %s is not what it should be (there: %t, %s)", x.dst, there, difference(dst, x.content))
			}
		}
		if _, there := w.get(x.src); p.gone && there {
			complain("I1: the job is done, and %s is still there", x.src)
		}
	}
	return append(broken, p.clean(w)...)
}

// clean holds that nothing half done is left, and that nothing was asked that
// need not be: S18, N24.
func (p *plan) clean(w *world) (broken []string) {
	w.Helper()
	for _, u := range w.server.Uploads(bucket) {
		broken = append(broken, fmt.Sprintf("I6: the upload of %s is left over with %d parts", u.Key, len(u.Parts)))
	}
	for _, place := range w.places() {
		if temporary.MatchString(filepath.Base(place)) {
			broken = append(broken, fmt.Sprintf("I22: %s is left over", place))
		}
	}
	writes := map[string]int{}
	for _, e := range w.events() {
		if e.Access != "" && e.Access != w.server.Access {
			broken = append(broken, fmt.Sprintf("I14: %s %s is signed by %q", e.Op, e.Key, e.Access))
		}
		if e.Header.Get("Expect") != "" || e.Op == "GetBucketLocation" || e.Op == "ListBuckets" { // N24, S18
			broken = append(broken, fmt.Sprintf("%s %s is sent, with %q", e.Op, e.Key, e.Header.Get("Expect")))
		}
		if e.Applied && (e.Op == "CompleteMultipartUpload" || e.Op == "PutObject" || e.Op == "CopyObject") {
			writes[e.Key]++
		}
	}
	// Who dies between a write and its record does it once more.
	for key, n := range writes {
		if n > 2+w.stops {
			broken = append(broken, fmt.Sprintf("I8: %s was written %d times", key, n))
		}
	}
	return broken
}

// places are all files and objects that a transfer could have made.
func (w *world) places() (all []string) {
	w.Helper()
	for _, k := range w.server.Keys(bucket) {
		all = append(all, "acme:"+k)
	}
	w.must(filepath.WalkDir(w.dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p == w.state || p == filepath.Join(w.dir, "config"):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		rel, err := filepath.Rel(w.files, p)
		all = append(all, rel)
		return err
	}))
	return all
}

// difference says in what got is not want: which pieces are from elsewhere.
func difference(got, want []byte) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d bytes, not %d", len(got), len(want))
	}
	for i := 0; i < len(got); i += 4 << 10 {
		end := min(i+4<<10, len(got))
		if !bytes.Equal(got[i:end], want[i:end]) {
			return fmt.Sprintf("different from byte %d on", i)
		}
	}
	return "equal"
}

// secrets holds that nothing below the state folder, and nothing of what was
// printed, knows the secret or a signature.
func (w *world) secrets(printed ...string) (broken []string) {
	w.Helper()
	look := func(where, text string) {
		for _, no := range []string{w.server.Secret, "Signature=", "X-Amz-Signature"} {
			if strings.Contains(text, no) {
				broken = append(broken, fmt.Sprintf("I11: %s holds %q", where, no))
			}
		}
	}
	for _, p := range printed {
		look("what was printed", p)
	}
	w.must(filepath.WalkDir(w.state, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(p)
		look(p, string(b))
		return err
	}))
	return broken
}

// report says what is broken; true if nothing is.
func (w *world) report(when string, broken []string) bool {
	w.Helper()
	if len(broken) == 0 {
		return true
	}
	w.Errorf("%s:\n\t%s", when, strings.Join(broken, "\n\t"))
	return false
}
