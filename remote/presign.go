package remote

import (
	"context"
	"errors"
	"time"
)

// How long links live.
const (
	LinkLife    = time.Hour          // when nobody says otherwise
	MaxLinkLife = 7 * 24 * time.Hour // the most that S3 takes
)

// ParseLinkLife reads how long a link shall live, as "15m" or "7d". The error is a
// sentence without a beginning, for whoever asked.
func ParseLinkLife(s string) (time.Duration, error) {
	life, err := ParseDuration(s)
	switch {
	case err != nil:
		return 0, err
	case life > MaxLinkLife:
		return 0, errLinkLong
	case life < time.Second:
		return 0, errLinkShort
	}
	return life, nil
}

var (
	errLinkLong  = errors.New("S3 takes links of at most 7 days")
	errLinkShort = errors.New("a link lives at least one second")
)

// Presigned is a link: a URL with which anyone can read one object, without a
// credential, until it ends. Nothing takes it back before but the end of the
// object or of the key.
type Presigned struct {
	URL  Secret    // whoever has it can read: it belongs in no log, journal or error
	Ends time.Time // whole seconds
	Cut  bool      // it ends before the time that was asked for
	// Notes are whole sentences about this link: why it was cut, what else ends it,
	// what its reader has to know.
	Notes []string
}

// Presigner is a tree that can make links. Presign may be called from several
// goroutines.
type Presigner interface {
	// Presign makes a link to the object at p that lives for life, at most
	// MaxLinkLife, and never longer than the session that signs it. It makes sure
	// first that the object is there and may be read, so that the link works. The
	// error is Invalid for a life that cannot be, Unsupported where nothing is
	// signed, Other for a folder.
	Presign(ctx context.Context, p Path, life time.Duration) (Presigned, error)
}
