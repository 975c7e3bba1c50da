package store

import (
	"errors"
	"strings"

	"gantry/remote"
)

// Preview tells what would be wrong with the file if c were made now, as Apply
// would; nothing is read or written. Each Problem has the Key of the field that
// it is about.
func (s *Store) Preview(c Change) []remote.Problem {
	s.mu.Lock()
	e := &edit{raw: s.raw, data: s.data}
	s.mu.Unlock()
	if err := e.run(c); err != nil {
		var told *remote.Error
		if errors.As(err, &told) {
			return []remote.Problem{{Message: told.Hint}}
		}
		return []remote.Problem{{Message: remote.HintOf(s.byHand(err))}}
	}
	_, problems := parse(e.raw, s.extra)
	for i := range problems {
		problems[i].Key = lastKey(problems[i].Field)
	}
	return problems
}

// lastKey is "region" of "server[2].region"; "" of a table.
func lastKey(field string) string {
	_, key, found := strings.Cut(field, "].")
	if !found {
		return ""
	}
	key, _, _ = strings.Cut(key, "[")
	return key
}
