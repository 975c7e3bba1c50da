package remote

import (
	"context"
	"io"
)

// A Sink is one object being written. Nothing shows at its path before Commit.
// A sink ends with a Commit that succeeded or with Abort.
type Sink interface {
	// ID names the unfinished object for CreateOptions.Resume: an upload id, the
	// name of a temporary file. "" when there is nothing to go on with.
	ID() string

	// Have lists the parts that an earlier sink with this ID wrote completely.
	Have() []Part

	// WritePart writes part n, counted from 1; its size is what body holds. Parts
	// may come in any order, from several goroutines, and more than once: the
	// last one wins. body may be read more than once, up to the return of Commit
	// or Abort.
	//
	// What is read counts as moved and is held back by a bandwidth limit. A body
	// that is an io.ReaderAt as well can be looked at without either, for a
	// checksum before it is sent; ReadAt fails with Unsupported where the body
	// is a stream after all.
	WritePart(ctx context.Context, n int, body io.ReadSeeker) (Part, error)

	// Commit publishes the object made of parts, in order, after everything is
	// durable, and returns it as it is now stored. Its Sum is one by which the tree
	// has shown that it holds what was written, never just what it was given; an
	// MD5 may be that of the parts' MD5s. Order guards data here: write,
	// verify, make durable, publish.
	Commit(ctx context.Context, parts []Part) (Entry, error)

	// Abort throws everything away. It may be called at any time, also after a
	// failed Commit; after a Commit that succeeded it does nothing.
	Abort(ctx context.Context) error
}

// Part is one written part of a sink.
type Part struct {
	Num  int
	Size int64
	Tag  string // what the tree needs to publish it (ETag)
	Sum  Sum    // checksum of the part's bytes, if computed
}

// Algorithm names a checksum.
type Algorithm uint8

// The checksums that a store may know, weakest first.
const (
	NoSum Algorithm = iota
	MD5
	CRC32
	CRC32C
	CRC64NVME
	SHA1
	SHA256
)

// String is the name that is shown, as in "verified CRC64NVME".
func (a Algorithm) String() string {
	switch a {
	case MD5:
		return "MD5"
	case CRC32:
		return "CRC32"
	case CRC32C:
		return "CRC32C"
	case CRC64NVME:
		return "CRC64NVME"
	case SHA1:
		return "SHA1"
	case SHA256:
		return "SHA256"
	default:
		return ""
	}
}

// Sum is a checksum of some bytes; the zero Sum says nothing. Sums of the same
// algorithm are compared with ==.
type Sum struct {
	Algorithm Algorithm
	Digest    string // raw bytes, big-endian for the CRCs
}
