package remote

import "context"

// Space is what is known about the volume that a folder is on.
type Space struct {
	Volume string // the same for all folders of one volume
	Free   int64  // bytes that we may still write; -1 when that is not known
}

// Spacer is a tree that can tell how much room there is. dir need not exist: the
// answer is about the place where it would be made.
type Spacer interface {
	Space(ctx context.Context, dir Path) (Space, error)
}
