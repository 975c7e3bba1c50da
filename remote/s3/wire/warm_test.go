package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// gated makes connections only when it is let.
type gated struct {
	let  chan error // what comes of the next one
	mu   sync.Mutex
	made int
	dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

func (g *gated) connect(ctx context.Context, network, addr string) (net.Conn, error) {
	select {
	case err := <-g.let:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	g.mu.Lock()
	g.made++
	g.mu.Unlock()
	return g.dial(ctx, network, addr)
}

func warmScript(t *testing.T) (*script, *gated) {
	t.Helper()
	s := newScript(t, func(_ int, _ *http.Request, _ string, c net.Conn) bool { return ok(c, "fine") })
	g := &gated{let: make(chan error, 8), dial: s.wire.tr.DialContext}
	s.wire.tr.DialContext = g.connect
	return s, g
}

func TestARequestTakesTheConnectionThatIsBeingMadeAhead(t *testing.T) {
	s, g := warmScript(t)
	s.wire.Warm(s.site, 2)
	g.let <- nil // one, for the request that asks for it or will
	if got, err := s.send(t.Context(), get()); err != nil || got != "fine" {
		t.Fatalf("%q, %v", got, err)
	}
	if g.made != 1 {
		t.Errorf("%d connections, the request has made one of its own", g.made)
	}
}

func TestARequestMakesItsOwnConnectionWhenTheOneAheadFails(t *testing.T) {
	s, g := warmScript(t)
	s.wire.Warm(s.site, 1)
	g.let <- errors.New("no")
	g.let <- nil
	if got, err := s.send(t.Context(), get()); err != nil || got != "fine" {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestWhoIsCalledOffLeavesTheConnectionAheadToTheNext(t *testing.T) {
	s, g := warmScript(t)
	s.wire.Warm(s.site, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.send(ctx, get()); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	g.let <- nil
	if got, err := s.send(t.Context(), get()); err != nil || got != "fine" {
		t.Fatalf("%q, %v", got, err)
	}
	if g.made != 1 {
		t.Errorf("%d connections", g.made)
	}
}

func TestCloseEndsConnectionsThatAreMadeAhead(t *testing.T) {
	s, _ := warmScript(t)
	s.wire.Warm(s.site, 3)
	s.wire.Close() // returns only when they have ended
}

func TestRequestsOfTheSDKShareTheConnections(t *testing.T) {
	s := newScript(t, func(_ int, r *http.Request, body string, c net.Conn) bool {
		return ok(c, strings.Join([]string{r.Method, r.RequestURI, r.Header.Get("X-Amz-A"), r.Header.Get("Authorization"), r.UserAgent(), body}, " "))
	})
	client := &http.Client{Transport: Courier{Pool: s.wire, Rest: NewTransport(time.Second, 0, nil, nil), Slow: true}}
	for range 3 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.site.Host+"/b/a%2Fk%20x?uploads=&x=1", strings.NewReader("<xml/>"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Amz-A", "one")
		req.Header.Set("Authorization", "signed")
		req.Header.Set("User-Agent", "sdk")
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		_ = res.Body.Close() // of the test
		if err != nil {
			t.Fatal(err)
		}
		if got := string(got); got != "POST /b/a%2Fk%20x?uploads=&x=1 one signed sdk <xml/>" {
			t.Error(got)
		}
		if _, err := s.send(t.Context(), get()); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.conns.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestOnlyASlowRequestMayWaitForMinutes(t *testing.T) {
	s := newScript(t, func(_ int, _ *http.Request, _ string, c net.Conn) bool { return ok(c, "fine") })
	var last *idleConn
	dial := s.wire.tr.DialContext
	s.wire.tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		last, _ = c.(*idleConn)
		return c, err
	}
	for _, slow := range []bool{false, true, false} {
		r := get()
		r.Slow = slow
		if _, err := s.send(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		want := 10 * time.Second
		if slow {
			want *= SlowFactor
		}
		if last.limit != want {
			t.Errorf("slow %t: it may rest for %v, want %v", slow, last.limit, want)
		}
	}
}
