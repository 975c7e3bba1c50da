package tomldoc

import (
	"fmt"
	"strings"
)

// Nearest finds the one of choices that a misspelled word most likely means,
// "" if none is near.
func Nearest(word string, choices []string) string {
	best, least := "", max(2, len(word)/3)+1
	if len(word) > 64 {
		return ""
	}
	low := strings.ToLower(word)
	for _, c := range choices {
		d := distance(low, strings.ToLower(c))
		if len(low) >= 3 && (strings.HasPrefix(c, low) || strings.HasSuffix(c, low)) {
			d = min(d, 2)
		}
		if d < least && d < max(len(word), len(c)) {
			best, least = c, d
		}
	}
	return best
}

// DidYouMean is `; did you mean "x"?` for the nearest choice, "" if none is
// near.
func DidYouMean(word string, choices []string) string {
	if n := Nearest(word, choices); n != "" {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	return ""
}

// ShowKey gives a key for use in a message: the key itself if it looks like
// one, "" if it might be a secret in the wrong place.
func ShowKey(key string) string {
	digits := 0
	for _, c := range []byte(key) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z', c == '_', c == '-':
		default:
			return ""
		}
	}
	if len(key) > 32 || digits > 3 {
		return ""
	}
	return key
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour to make b of a.
func distance(a, b string) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
