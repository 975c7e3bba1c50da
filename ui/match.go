package ui

import (
	"errors"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// errPattern says that a pattern cannot be read.
var errPattern = errors.New("that is not a pattern; * ? [a-z] and {a,b} have a meaning")

// matcher tells whether a name relative to where a search began is looked for.
type matcher func(rel string) bool

// newMatcher reads what somebody looks for: part of a name, whatever the case of
// its letters, or a pattern with * ? [a-z] {a,b} for a whole name. With a slash
// in it, it is about the whole way from where the search began.
func newMatcher(query string) (matcher, error) {
	q := strings.ToLower(query)
	subject := lastName
	if strings.Contains(q, "/") {
		subject = func(rel string) string { return rel }
	}
	if !strings.ContainsAny(q, "*?[{") {
		return func(rel string) bool { return strings.Contains(strings.ToLower(subject(rel)), q) }, nil
	}
	if !doublestar.ValidatePattern(q) {
		return nil, errPattern
	}
	return func(rel string) bool {
		ok, _ := doublestar.Match(q, strings.ToLower(subject(rel)))
		return ok
	}, nil
}

// lastName is the last segment of a relative name.
func lastName(rel string) string {
	trimmed := strings.TrimSuffix(rel, "/")
	return trimmed[strings.LastIndexByte(trimmed, '/')+1:]
}

// ways yields, for names in the order of a walk, the folders that are passed on
// the way to each and were not passed before: a bucket does not list a folder
// that is nothing but the beginning of names.
type ways struct{ passed []string }

// to are the folders, with their slashes, that rel is the first to lead through;
// dir tells whether rel is a folder itself, which counts as passed from now on.
func (w *ways) to(rel string, dir bool) []string {
	for n := len(w.passed); n > 0 && !strings.HasPrefix(rel, w.passed[n-1]); n-- {
		w.passed = w.passed[:n-1]
	}
	at := 0
	if n := len(w.passed); n > 0 {
		at = len(w.passed[n-1])
	}
	before := len(w.passed)
	for {
		i := strings.IndexByte(rel[at:], '/')
		if i < 0 || at+i+1 == len(rel) {
			break
		}
		at += i + 1
		w.passed = append(w.passed, rel[:at])
	}
	fresh := w.passed[before:]
	if dir {
		w.passed = append(w.passed, strings.TrimSuffix(rel, "/")+"/")
	}
	return fresh
}
