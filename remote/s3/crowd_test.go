package s3_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
)

// N26: no room for another connection is no failure of the network.
func TestN26NoRoomForAConnectionIsNoFailureOfTheNetwork(t *testing.T) {
	f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"a"`)
	})
	tree := f.tree(t, nil, s3.Options{})
	var left atomic.Int64 // dials that find no room
	tree.DialForTest(func(ctx context.Context) (net.Conn, error) {
		if left.Add(-1) >= 0 {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}
		}
		var d net.Dialer
		return d.DialContext(ctx, "tcp", strings.TrimPrefix(f.URL, "http://"))
	})
	left.Store(1 << 20)
	_, err := tree.Stat(t.Context(), "k")
	if remote.KindOf(err) != remote.Crowded || !strings.HasPrefix(remote.HintOf(err), "Too many open files: ") || !remote.Retryable(err) {
		t.Errorf("it is %v: %v", remote.KindOf(err), err)
	}
	if tried := 1<<20 - left.Load(); tried > 10 {
		t.Errorf("it was tried %d times", tried)
	}
	left.Store(2)
	if _, err := tree.Stat(t.Context(), "k"); err != nil {
		t.Errorf("a moment later: %v", err)
	}
}
