package s3

import (
	"context"
	"net/http"
)

// MakeBucketForTest makes the bucket of t, which the product never does.
func (t *Tree) MakeBucketForTest(ctx context.Context) error {
	_, err := t.ask(ctx, act{op: "make the bucket", tries: 3}, http.MethodPut, "", "", nil, nil, nil)
	return err
}
