package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"gantry/remote"
)

// Filters decide by name what is left out. The first rule that matches decides.
// What none matches is taken, unless all rules include something: then only that
// is, and what is in a folder that is included.
type Filters []rule

type rule struct {
	exclude bool
	pattern string
	whole   bool // matched with the whole name, else with its last segment
	folder  bool // matches folders only
}

// Add appends a rule. A pattern without a slash is matched with the last
// segment of a name; one that ends in a slash matches folders only; a slash at
// the front only makes it a pattern with a slash. A folder that is excluded is
// left out with everything in it, except that a bare "*" or "**" speaks about
// files only, so that including "*.go" and excluding "*" does what it says.
func (f *Filters) Add(exclude bool, pattern string) error {
	r := rule{exclude: exclude, pattern: pattern}
	if p, ok := strings.CutSuffix(r.pattern, "/"); ok {
		r.pattern, r.folder = p, true
	}
	r.whole = strings.Contains(r.pattern, "/")
	r.pattern = strings.TrimPrefix(r.pattern, "/")
	if r.pattern == "" || !doublestar.ValidatePattern(r.pattern) {
		return &remote.Error{Op: "filter", Kind: remote.Invalid, Err: fmt.Errorf("%q is not a pattern", pattern)}
	}
	*f = append(*f, r)
	return nil
}

// File tells whether a file of that name, relative to the source, is taken.
func (f Filters) File(name string) bool {
	for _, r := range f {
		if !r.folder && r.matches(name) {
			return !r.exclude
		}
	}
	return len(f) == 0 || f.excludes() || f.inside(name)
}

// excludes tells whether there is a rule that leaves something out.
func (f Filters) excludes() bool {
	return slices.ContainsFunc(f, func(r rule) bool { return r.exclude })
}

// inside tells whether name lies in a folder that a rule includes.
func (f Filters) inside(name string) bool {
	for {
		i := strings.LastIndexByte(name, '/')
		if i < 0 {
			return false
		}
		name = name[:i]
		if slices.ContainsFunc(f, func(r rule) bool { return r.matches(name) }) {
			return true
		}
	}
}

// Folder tells whether a folder of that name, without a trailing slash, is
// looked into.
func (f Filters) Folder(name string) bool {
	for _, r := range f {
		if r.exclude && !r.folder && (r.pattern == "*" || r.pattern == "**") {
			continue
		}
		if r.matches(name) {
			return !r.exclude
		}
	}
	return true
}

func (r rule) matches(name string) bool {
	if !r.whole {
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	ok, err := doublestar.Match(r.pattern, name)
	return ok && err == nil
}
