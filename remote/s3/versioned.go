package s3

import (
	"context"
	"net/http"

	"gantry/remote"
)

// Versioned tells whether the bucket keeps what is overwritten or deleted. It is
// asked once; who may not ask gets the error each time.
func (t *Tree) Versioned(ctx context.Context) (bool, error) {
	t.b.mu.Lock()
	known := t.b.versioned
	t.b.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	var out struct{ Status string }
	w := act{op: "ask about versions", api: "s3:GetBucketVersioning", tries: 2}
	_, err := t.ask(ctx, w, http.MethodGet, "", "versioning=", nil, nil, readXML(&out))
	if err != nil {
		return false, err
	}
	yes := out.Status == "Enabled"
	t.b.mu.Lock()
	t.b.versioned = &yes
	t.b.mu.Unlock()
	return yes, nil
}

var _ remote.Versioner = (*Tree)(nil)
