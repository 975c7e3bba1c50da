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

func (d described) Entry() remote.Entry { return d.d.Entry() }

// keepDescribed gives outer the description of inner if it has one.
func keepDescribed(outer, inner io.ReadCloser) io.ReadCloser {
	if d, ok := inner.(remote.Described); ok {
		return described{outer, d}
	}
	return outer
}

func joinErrors(errs []error) error { return errors.Join(errs...) }
