package cli

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/bmatcuk/doublestar/v4"

	"gantry/remote"
	"gantry/ui/app"
)

// source is one thing that a location on the command line means.
type source struct {
	place    remote.Place
	entry    remote.Entry
	as       string // its name at a destination
	contents bool   // the location ended in a slash: what is in the folder
	certain  bool   // the entry is known to exist, not only possible
	only     bool   // the location means nothing else
}

// expand yields what a location means: one entry, or all that match a pattern.
// A name that exists literally is never taken for a pattern.
func expand(ctx context.Context, a *app.App, location string, exact bool) iter.Seq2[source, error] {
	return func(yield func(source, error) bool) {
		for f, err := range expandAll(ctx, a, []string{location}, exact) {
			if !yield(f.source, err) {
				return
			}
		}
	}
}

// lookAhead is how many locations are looked up at a time: one after the other
// would take a round trip each.
const lookAhead = 32

// resolved is what resolve says.
type resolved struct {
	source source
	err    error
}

// expandAll is expand for several locations, in their order.
func expandAll(ctx context.Context, a *app.App, locations []string, exact bool) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		asked := make([]chan resolved, 0, len(locations))
		for i, location := range locations {
			for n := len(asked); n < min(i+lookAhead, len(locations)); n++ {
				ahead, said := locations[n], make(chan resolved, 1)
				asked = append(asked, said)
				wg.Go(func() { // ends with its request, at the latest with ctx
					s, err := resolve(ctx, a, ahead)
					if err == nil && len(locations) > 1 { // else what finds nothing there asks
						err = s.isThere(ctx)
					}
					said <- resolved{s, err}
				})
			}
			got := <-asked[i]
			put := func(s source, err error) bool { return yield(found{s, location}, err) }
			if got.err == nil || exact || remote.KindOf(got.err) != remote.NotExist || !strings.ContainsAny(location, "*?[{") {
				got.source.only = true
				if !put(got.source, got.err) {
					return
				}
			} else if !match(ctx, a, location, put) {
				return
			}
		}
	}
}

// resolve finds the one entry at a location: a folder if it ends in a slash or
// is a root, else an object or file if there is one, else a folder.
func resolve(ctx context.Context, a *app.App, location string) (source, error) {
	place, err := a.Open(ctx, location)
	if err != nil {
		return source{}, err
	}
	t, p := place.Tree, place.Path
	slash := strings.HasSuffix(location, "/") || strings.HasSuffix(location, string(os.PathSeparator))
	s := source{place: place, contents: slash || isRoot(place)}
	if s.contents && t.Label() != "" {
		// Listing or walking it tells soon enough whether it is there.
		s.entry = remote.Entry{Path: folder(p), Name: lastSegment(t, p), Dir: true, Size: -1}
		s.as = s.entry.Name
		s.certain = isRoot(place)
		return s, nil
	}
	s.entry, err = t.Stat(ctx, p)
	if remote.KindOf(err) == remote.NotExist && t.Label() != "" {
		var dirErr error
		if s.entry, dirErr = t.Stat(ctx, folder(p)); dirErr == nil {
			err = nil
		}
	}
	if err != nil {
		return source{}, err
	}
	if slash && !s.entry.Dir {
		return source{}, &remote.Error{Op: "open", Path: p, Kind: remote.NotExist, Hint: location + " is not a folder."}
	}
	s.as, s.certain = lastSegment(t, s.entry.Path), true
	s.entry.Name = s.as
	return s, nil
}

// isThere asks whether a source is there of which nobody knows that yet.
func (s source) isThere(ctx context.Context) error {
	if s.certain {
		return nil
	}
	_, err := s.place.Tree.Stat(ctx, s.entry.Path)
	return err
}

// isRoot tells whether place is a whole server, bucket or disk: as a source it
// means what is in it, since it has no name of its own.
func isRoot(place remote.Place) bool {
	p := string(place.Path)
	if place.Tree.Label() == "s3://" {
		return !strings.Contains(strings.TrimSuffix(p, "/"), "/")
	}
	return p == "" || p == string(place.Root) && place.Mount != ""
}

// folder gives a bucket path its trailing slash.
func folder(p remote.Path) remote.Path {
	if p == "" || strings.HasSuffix(string(p), "/") {
		return p
	}
	return p + "/"
}

// lastSegment is the name of p below its folder.
func lastSegment(t remote.Tree, p remote.Path) string {
	if t.Label() == "" {
		return filepath.Base(string(p))
	}
	name := strings.TrimSuffix(string(p), "/")
	return name[strings.LastIndexByte(name, '/')+1:]
}

// match yields every entry that fits a pattern, with its name from the first
// segment that holds a wildcard on, so that "a/*/x" keeps two files named x
// apart. It tells whether yield wants more.
func match(ctx context.Context, a *app.App, location string, yield func(source, error) bool) bool {
	base, pattern := splitPattern(location)
	if !doublestar.ValidatePattern(pattern) {
		return yield(source{}, usagef("%s is not a valid pattern; --exact takes it literally", location))
	}
	place, err := a.Open(ctx, base)
	if err != nil {
		return yield(source{}, err)
	}
	if place.Tree.Label() != "" {
		place.Path = folder(place.Path)
	}
	found, stopped := false, false
	m := matcher{ctx: ctx, place: place, yield: func(s source, err error) bool {
		found = found || err == nil
		stopped = !yield(s, err)
		return !stopped
	}}
	if deep(pattern) {
		m.walk(pattern)
	} else {
		m.level(place.Path, "", strings.Split(strings.TrimSuffix(pattern, "/"), "/"), strings.HasSuffix(pattern, "/"))
	}
	if !found && !stopped && ctx.Err() == nil {
		stopped = !yield(source{}, &remote.Error{Op: "open", Path: remote.Path(location), Kind: remote.NotExist, Hint: "Nothing matches " + location + "."})
	}
	return !stopped
}

// splitPattern cuts a location before its first segment with a wildcard.
func splitPattern(location string) (base, pattern string) {
	cut := strings.IndexAny(location, "*?[{")
	start := strings.LastIndexByte(location[:cut], '/') + 1
	if name, _, ok := strings.Cut(location[:cut], ":"); start == 0 && ok && !strings.ContainsAny(name, `/\`) {
		start = len(name) + 1
	}
	base = location[:start]
	if base == "" {
		base = "."
	}
	return base, location[start:]
}

// deep tells whether a pattern can match across folders.
func deep(pattern string) bool {
	if strings.Contains(pattern, "**") {
		return true
	}
	depth := 0
	for _, c := range pattern {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == '/' && depth > 0:
			return true
		}
	}
	return false
}

type matcher struct {
	ctx   context.Context
	place remote.Place
	yield func(source, error) bool
}

// level matches one segment after the other, so that only folders that can hold
// a match are listed.
func (m *matcher) level(dir remote.Path, rel string, segments []string, foldersOnly bool) bool {
	last := len(segments) == 1
	for e, err := range remote.All(m.ctx, m.place.Tree, dir) {
		if err != nil {
			return m.yield(source{}, err)
		}
		if ok, _ := doublestar.Match(segments[0], e.Name); !ok {
			continue
		}
		switch {
		case last && (e.Dir || !foldersOnly):
			if !m.yield(source{place: m.place, entry: e, as: rel + e.Name, contents: foldersOnly, certain: true}, nil) {
				return false
			}
		case !last && e.Dir:
			if !m.level(e.Path, rel+e.Name+"/", segments[1:], foldersOnly) {
				return false
			}
		}
	}
	return true
}

// walk matches everything below the base; folders match only as parents of what
// matches, so nothing is taken twice.
func (m *matcher) walk(pattern string) {
	for e, err := range remote.Walk(m.ctx, m.place.Tree, m.place.Path) {
		if err != nil {
			if !m.yield(source{}, err) || errors.Is(err, m.ctx.Err()) {
				return
			}
			continue
		}
		if ok, _ := doublestar.Match(pattern, e.Name); !ok || e.Dir {
			continue
		}
		if !m.yield(source{place: m.place, entry: e, as: e.Name, certain: true}, nil) {
			return
		}
	}
}

// failures counts what went wrong with the locations of a command and what it
// makes of the exit code.
type failures struct {
	count int
	code  int
	mixed bool
}

func (f *failures) add(e *env, location string, err error) {
	var usage usageError
	code := errorCode(err)
	if errors.As(err, &usage) {
		code = exitUsage
	}
	f.addAs(e, location, err, code)
}

// addAs is add with an exit code.
func (f *failures) addAs(e *env, location string, err error, code int) {
	e.fail(location, err)
	f.mixed = f.mixed || f.count > 0 && f.code != code
	f.count, f.code = f.count+1, code
}

// err is nil if nothing failed. A command of which nothing succeeded exits with
// the reason, if there is one reason; else some items failed.
func (f *failures) err(someDone bool) error {
	switch {
	case f.count == 0:
		return nil
	case someDone || f.mixed:
		return partial{exitSome}
	default:
		return partial{f.code}
	}
}
