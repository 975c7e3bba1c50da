package dialog

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/junegunn/fzf/src/algo"
	"github.com/junegunn/fzf/src/util"
)

// prepare fills the tables of fzf, which are the same for everyone.
var prepare = sync.OnceFunc(func() { algo.Init("default") })

// found is an item that matches and where.
type found struct {
	index int   // into the items
	at    []int // runes of its text that matched
	score int
}

// fuzzy are the texts that hold the letters of each word of query in order, the
// best first; all of them in their own order for an empty query.
func fuzzy(query string, texts []string) []found {
	prepare()
	words := strings.Fields(strings.ToLower(query))
	var out []found
	for i, t := range texts {
		f := found{index: i}
		chars := util.RunesToChars([]rune(t))
		ok := true
		for _, w := range words {
			res, at := algo.FuzzyMatchV2(false, true, true, &chars, algo.NormalizeRunes([]rune(w)), true, nil)
			if res.Start < 0 {
				ok = false
				break
			}
			f.score += res.Score
			if at != nil {
				f.at = append(f.at, *at...)
			}
		}
		if ok {
			out = append(out, f)
		}
	}
	if len(words) > 0 {
		slices.SortStableFunc(out, func(a, b found) int { return cmp.Compare(b.score, a.score) })
	}
	return out
}
