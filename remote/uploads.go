package remote

import (
	"context"
	"io"
	"iter"
	"time"
)

// Upload is an object that somebody began to write and that nobody sees yet: a
// multipart upload, a temporary file. Left alone it stays, and costs.
type Upload struct {
	Path    Path   // of the object that it was to become
	Cut     bool   // the end of Path is not known: the name was too long to be kept
	ID      string // as Sink.ID
	Started time.Time
	Parts   int   // that it has; -1 when that is not known
	Size    int64 // of these parts, in bytes; -1 when that is not known
}

// Uploads is a tree that can tell what was begun and never finished, by whomever.
// Both methods may be called from several goroutines.
type Uploads interface {
	// ListUploads yields the unfinished uploads of objects whose paths begin with
	// prefix, which need not be a folder; "" means all of the tree. They come
	// page by page, so their number may be large. The iteration ends after an
	// error. A part that could not be counted leaves Parts and Size -1.
	ListUploads(ctx context.Context, prefix Path) iter.Seq2[Upload, error]

	// AbortUpload throws an upload away, with all of its parts. One that is gone
	// already is no error. Whoever is still writing it fails.
	AbortUpload(ctx context.Context, u Upload) error
}

// Adopter is a Sink that can be read before Commit, so that, made with
// CreateOptions.Resume, it can prove by itself what an earlier sink with its ID
// wrote. ReadAt gives back what the parts have written where they are whole.
type Adopter interface {
	io.ReaderAt

	// Adopt takes p as written if the bytes that are there have its size and its
	// Sum, which must be a CRC64NVME; the error is Corrupt if they have not, and
	// the part is to be written anew. It may be called from several goroutines.
	Adopt(ctx context.Context, p Part) error
}
