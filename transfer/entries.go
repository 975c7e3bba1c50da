package transfer

import (
	"iter"

	"gantry/remote"
)

// Entries makes the sources of a Request from entries that are at hand: each is
// taken under its own name, a folder with everything below it.
func Entries(es ...remote.Entry) iter.Seq2[Source, error] {
	return func(yield func(Source, error) bool) {
		for _, e := range es {
			if !yield(Source{Entry: e}, nil) {
				return
			}
		}
	}
}
