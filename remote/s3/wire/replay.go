package wire

import (
	"errors"
	"io"
	"sync"
)

// Replay is a body that can be sent several times. The transport may go on
// reading an old attempt while a new one has begun, or after the request has
// ended; such a reader is cut off.
type Replay struct {
	mu     sync.Mutex
	Source io.ReadSeeker
	Size   int64
	turn   int // only the reader of this turn may read
}

var errStale = errors.New("body of an earlier attempt")

func (p *Replay) open() (io.ReadCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn++
	if _, err := p.Source.Seek(0, io.SeekStart); err != nil {
		return nil, &SourceError{err}
	}
	return &playing{p: p, turn: p.turn, left: p.Size}, nil
}

func (p *Replay) Stop() {
	p.mu.Lock()
	p.turn++
	p.mu.Unlock()
}

// playing is one attempt to send a replay.
type playing struct {
	p    *Replay
	turn int
	left int64
}

// Read reads at most the planned size: a source that grew must not spoil the
// framing, a source that shrank is an error of its own.
func (r *playing) Read(b []byte) (int, error) {
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	if r.turn != r.p.turn {
		return 0, errStale
	}
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.p.Source.Read(b[:min(int64(len(b)), r.left)])
	r.left -= int64(n)
	switch {
	case err == io.EOF && r.left > 0:
		err = &SourceError{io.ErrUnexpectedEOF}
	case err != nil && err != io.EOF:
		err = &SourceError{err}
	}
	return n, err
}

// Close lets go of the source.
func (r *playing) Close() error { return nil }

// SourceError is a failure of the bytes to be sent, not of the server.
type SourceError struct{ Err error }

func (e *SourceError) Error() string { return "reading the source: " + e.Err.Error() }
func (e *SourceError) Unwrap() error { return e.Err }
