// Package remote is the vocabulary of gantry: what a place that holds entries
// is (Tree), how one object is written (Sink), how things fail (Error, Kind),
// and the plain data of servers, credentials and mounts.
//
// For the common case: get a Tree from the composition root, range over All or
// Walk, Open what you want to read, Create what you want to write and Commit
// it. Everything above this package speaks Tree; only the packages below
// remote know a disk or a bucket.
//
// The package imports the standard library only.
package remote
