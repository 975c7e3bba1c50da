package transfer

import (
	"cmp"
	"maps"
	"slices"
)

// Level is how many items of a job were verified in one way: "CRC64NVME", "MD5",
// "size only".
type Level struct {
	Name  string `json:"level"`
	Items int64  `json:"items"`
}

// levelsOf sorts counts, the most frequent first.
func levelsOf(counts map[string]int64) []Level {
	var out []Level
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, Level{name, counts[name]})
	}
	slices.SortStableFunc(out, func(a, b Level) int { return cmp.Compare(b.Items, a.Items) })
	return out
}

// String is the level in words: "verified MD5", "size only".
func (l Level) String() string {
	if l.Name == sizeOnly || l.Name == "compared" {
		return l.Name
	}
	return "verified " + l.Name
}

// doneMost is how many of the items that ended well a job remembers, the latest
// ones; all others are only counted.
const doneMost = 500

// remember notes an item that ended well. The caller holds j.mu.
func (j *job) remember(s ItemSnapshot) {
	if s.Verified != "" {
		if j.levels == nil {
			j.levels = map[string]int64{}
		}
		j.levels[s.Verified]++
	}
	if s.Dir || j.req.Op == Delete {
		return
	}
	if j.latest = append(j.latest, s); len(j.latest) >= 2*doneMost {
		j.latest = append(j.latest[:0:0], j.latest[len(j.latest)-doneMost:]...)
	}
}

// latestDone are items that ended well, the latest first. The caller holds j.mu.
func (j *job) latestDone(offset, n int) []ItemSnapshot {
	var out []ItemSnapshot
	for i := len(j.latest) - 1 - offset; i >= 0 && len(j.latest)-i <= doneMost && len(out) < n; i-- {
		out = append(out, j.latest[i])
	}
	return out
}
