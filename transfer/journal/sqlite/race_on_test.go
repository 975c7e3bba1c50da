//go:build race

package sqlite_test

// slow says that the race detector is on: SQLite takes ten times as long.
const slow = true
