package s3

import (
	"errors"
	"net"
	"testing"

	"gantry/remote"
)

// TestN15ANameThatWasKnownIsLookedUpAgain: a laptop without a network says that
// there is no such host, as somebody who mistyped the endpoint hears it.
func TestN15ANameThatWasKnownIsLookedUpAgain(t *testing.T) {
	tree, err := New(remote.Server{Name: "x", Region: "r", Bucket: "b"}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	gone := fault{err: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x.test", IsNotFound: true}}}
	ask := func() error { return tree.c.fault(act{op: "list"}, tree.b, gone) }
	if err := ask(); remote.Retryable(err) || remote.KindOf(err) != remote.Unreachable {
		t.Errorf("a name that was never known: %v", err)
	}
	tree.c.reached.Store(true)
	if err := ask(); !remote.Retryable(err) {
		t.Error("a name that was known is given up")
	}
	if err := tree.c.fault(act{op: "list"}, tree.b, fault{err: errors.New("x509: no")}); remote.Retryable(err) {
		t.Error("whatever fails is tried again")
	}
}
