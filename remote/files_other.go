//go:build !unix

package remote

// FilesMost is how many files and connections this process may have open at a
// time; 0 for no limit that matters.
func FilesMost() int { return 0 }
