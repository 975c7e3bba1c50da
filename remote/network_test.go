package remote_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"gantry/remote"
)

func TestNetworkFaultsAreSentences(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for name, c := range map[string]struct {
		err   error
		final bool
		word  string
	}{
		"no host":     {dial(&net.DNSError{Name: "nowhere.invalid", IsNotFound: true}), true, "nowhere.invalid"},
		"DNS is down": {dial(&net.DNSError{Name: "s3.example", IsTemporary: true}), false, "s3.example"},
		"refused":     {dial(syscall.ECONNREFUSED), false, "Nothing answers"},
		"no network":  {dial(syscall.ENETUNREACH), false, "no way"},
		"proxy":       {&net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED}, false, "proxy"},
		"proxy 407":   {fmt.Errorf("x: %w", &remote.ProxyRefusal{Status: 407}), true, "407"},
		"silence":     {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, false, "silent"},
		"reset":       {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, false, "broke"},
		"cut":         {io.ErrUnexpectedEOF, false, "broke"},
		"something":   {&net.OpError{Op: "read", Err: errors.New("?")}, false, "network"},
	} {
		hint, final, ok := remote.NetworkFault(c.err)
		if !ok || final != c.final || !strings.Contains(hint, c.word) || !strings.HasSuffix(hint, ".") {
			t.Errorf("%s: %q, final %v, %v", name, hint, final, ok)
		}
	}
	for _, err := range []error{nil, context.Canceled, errors.New("other"), fmt.Errorf("x: %w", context.Canceled)} {
		if hint, _, ok := remote.NetworkFault(err); ok {
			t.Errorf("%v is taken for %q", err, hint)
		}
	}
}

func TestLoopbackIsThisMachineOnly(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "a.localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true,
		"localhost.example.com": false, "127.0.0.1.example.com": false, "10.0.0.1": false, "": false, "notlocalhost": false,
	} {
		if remote.Loopback(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
}

func TestRetryable(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{&remote.Error{Kind: remote.Throttled}, true},
		{fmt.Errorf("x: %w", &remote.Error{Kind: remote.Unreachable}), true},
		{&remote.Error{Kind: remote.Unreachable, Final: true}, false},
		{&remote.Error{Kind: remote.Denied}, false},
		{errors.New("x"), false},
		{nil, false},
	} {
		if remote.Retryable(c.err) != c.want {
			t.Errorf("%v", c.err)
		}
	}
}
