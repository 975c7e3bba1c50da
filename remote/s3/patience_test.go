package s3_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/s3"
)

// pipes is a listener without a network, so that connections can be watched for
// minutes of a time that no busy machine stretches.
type pipes struct {
	calls  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { close(p.closed); return nil }

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.calls <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// dripping gives a little at a time, for longer than the watchdog waits.
type dripping struct {
	io.ReadSeeker
	every time.Duration
}

func (d *dripping) Read(b []byte) (int, error) {
	<-time.After(d.every)
	return d.ReadSeeker.Read(b[:min(len(b), 80<<10)])
}

func TestN12TheWatchdogLeavesTheSlowAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const patience, every = time.Minute, 40 * time.Second
		way := &pipes{calls: make(chan net.Conn), closed: make(chan struct{})}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				n, _ := io.Copy(io.Discard, r.Body)
				w.Header().Set("ETag", strconv.Quote(strconv.FormatInt(n, 10)))
				return
			}
			w.Header().Set("Content-Length", "20")
			for range 20 {
				_, _ = w.Write([]byte("x"))
				_ = http.NewResponseController(w).Flush()
				<-time.After(every)
			}
		})}
		go func() { _ = server.Serve(way) }() // ends with the server
		t.Cleanup(func() { _ = server.Close() })
		tree := open(t, remote.Server{
			Name: "srv", Type: "s3", Region: "us-east-1", Bucket: "bucket", Credential: "k", Endpoint: "http://127.0.0.1:9", PathStyle: true,
		}, key(t, "AKIDEXAMPLEWXYZ", "secret-of-the-example"), s3.Options{Patience: patience})
		tree.DialForTest(way.dial)

		start := time.Now()
		if got, err := readAll(t, tree, remote.Entry{Path: "k", Size: 20}, 0, -1); err != nil || len(got) != 20 {
			t.Errorf("%q, %v", got, err)
		}
		if took := time.Since(start); took < 10*patience {
			t.Errorf("it was not slow: %v", took)
		}
		s, err := tree.Create(t.Context(), "k", remote.CreateOptions{Size: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		start = time.Now()
		part, err := s.WritePart(t.Context(), 1, &dripping{bytes.NewReader(make([]byte, 1<<20)), every})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < 5*patience {
			t.Errorf("it was not slow: %v", took)
		}
		if e, err := s.Commit(t.Context(), []remote.Part{part}); err != nil || e.Version != "1048576" {
			t.Errorf("%+v, %v", e, err)
		}
	})
}
