package wrap

import (
	"errors"
	"io"

	"gantry/remote"
)

// described is a decorated reader that still knows its entry.
type described struct {
	io.ReadCloser
	d remote.Described
}

var _ remote.Described = described{}

// describedFile is one that can be read anywhere as well.
type describedFile struct {
	described
	io.ReaderAt
}

func (d described) Entry() remote.Entry { return d.d.Entry() }

// keepDescribed gives outer the description of inner if it has one.
func keepDescribed(outer, inner io.ReadCloser) io.ReadCloser {
	d, ok := inner.(remote.Described)
	if !ok {
		return outer
	}
	if at, ok := outer.(io.ReaderAt); ok {
		return describedFile{described{outer, d}, at}
	}
	return described{outer, d}
}

func joinErrors(errs []error) error { return errors.Join(errs...) }
