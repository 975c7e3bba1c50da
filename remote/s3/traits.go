package s3

import (
	"net/http"
	"sync/atomic"
)

// traits are what answers have told about a bucket by the way. They only ever
// become true.
type traits struct {
	versions atomic.Bool // an object has a version
	locks    atomic.Bool // an object is under a retention or a legal hold
}

// learn looks through the headers of an answer. It is called for every one, and
// costs nothing to speak of once both are known.
func (t *traits) learn(h http.Header) {
	if !t.versions.Load() {
		if v := h["X-Amz-Version-Id"]; len(v) > 0 && v[0] != "" && v[0] != "null" { // null: of a bucket that keeps none
			t.versions.Store(true)
		}
	}
	if !t.locks.Load() && (h["X-Amz-Object-Lock-Mode"] != nil || h["X-Amz-Object-Lock-Legal-Hold"] != nil) {
		t.locks.Store(true)
	}
}

// Keeps tells, as far as answers have told it, whether the bucket keeps old
// versions of its objects, and whether it can lock them. It asks nobody; false
// means that nobody knows as well.
func (t *Tree) Keeps() (versioned, locked bool) {
	t.b.mu.Lock()
	asked := t.b.versioned
	t.b.mu.Unlock()
	locked = t.b.traits.locks.Load()
	if asked != nil && !locked { // only a bucket with versions has locks
		return *asked, false
	}
	return locked || t.b.traits.versions.Load(), locked
}
