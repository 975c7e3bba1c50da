package s3

import (
	"context"
	"errors"
	"os"

	"gantry/remote"
)

// walkAll yields every bucket and what is in it.
func (t *Account) walkAll(ctx context.Context, yield func(remote.Entry, error) bool) {
	for b, err := range remote.All(ctx, t, "") {
		if err != nil {
			yield(remote.Entry{Dir: true}, err)
			return
		}
		if !yield(b, nil) {
			return
		}
		for e, err := range t.Walk(ctx, b.Path) {
			e.Name = b.Name + "/" + e.Name
			if !yield(e, err) || ctx.Err() != nil {
				return
			}
		}
	}
}

func removeByBucket[T any](t *Account, all []T, at func(T) remote.Path, remove func(*Tree, []T) error) error {
	byTree := map[*Tree][]T{}
	var order []*Tree
	var errs []error
	for _, one := range all {
		b, err := t.hold(at(one))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if byTree[b] == nil {
			order = append(order, b)
		}
		byTree[b] = append(byTree[b], one)
	}
	for _, b := range order {
		if err := remove(b, byTree[b]); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// caBundle is where the AWS tools find further authorities.
func caBundle() string { return os.Getenv("AWS_CA_BUNDLE") }
