package wire

// These tests look inside: how connections are used shows from outside only as
// what it costs.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// script is a server that answers the n-th request with what do writes; false
// closes the connection.
type script struct {
	site     *Place
	wire     *Pool
	conns    atomic.Int32
	requests atomic.Int32
}

func newScript(t *testing.T, do func(n int, r *http.Request, body string, c net.Conn) bool) *script {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &script{
		site: &Place{Scheme: "http", Host: l.Addr().String()},
		wire: New(NewTransport(10*time.Second, 0, nil, http.ProxyFromEnvironment), 10*time.Second, nil),
	}
	t.Cleanup(func() {
		s.wire.Close()
		_ = l.Close()
	})
	go func() { // ends with the listener
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.conns.Add(1)
			go func() { // ends with the connection
				defer c.Close() //nolint:errcheck // of the test
				br := bufio.NewReader(c)
				for {
					r, err := http.ReadRequest(br)
					if err != nil {
						return
					}
					body, _ := io.ReadAll(r.Body)
					if !do(int(s.requests.Add(1)), r, string(body), c) {
						return
					}
				}
			}()
		}
	}()
	return s
}

func (s *script) send(ctx context.Context, r *Request) (string, error) {
	res, err := s.wire.RoundTrip(ctx, s.site, r, "test")
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // of the test
	b, err := io.ReadAll(res.Body)
	return string(b), err
}

func get() *Request { return &Request{Method: http.MethodGet, Path: "/b/k"} }

func put(body string) *Request {
	return &Request{Method: http.MethodPut, Path: "/b/k", Body: &Replay{Source: strings.NewReader(body), Size: int64(len(body))}}
}

func ok(c net.Conn, body string) bool {
	_, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	return err == nil
}

func TestRequestsInARowShareAConnection(t *testing.T) {
	s := newScript(t, func(_ int, r *http.Request, body string, c net.Conn) bool {
		if r.Method == http.MethodHead {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n")
			return true
		}
		return ok(c, r.Method+r.RequestURI+body+r.Header.Get("X-A"))
	})
	for i := range 20 {
		r := put(strings.Repeat("x", i*1000))
		r.Query = "q=1"
		r.Set("x-a", "one\r\ntwo")
		want := "PUT/b/k?q=1" + strings.Repeat("x", i*1000) + "one  two"
		if got, err := s.send(t.Context(), r); err != nil || got != want {
			t.Fatalf("got %d bytes, %v", len(got), err)
		}
		if _, err := s.send(t.Context(), &Request{Method: http.MethodHead, Path: "/b/k"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.conns.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestAConnectionThatTheServerClosedIsNotUsedAgain(t *testing.T) {
	s := newScript(t, func(_ int, _ *http.Request, _ string, c net.Conn) bool {
		ok(c, "fine")
		return false
	})
	for range 5 {
		if got, err := s.send(t.Context(), get()); err != nil || got != "fine" {
			t.Fatalf("%q, %v", got, err)
		}
	}
}

// A write whose answer is lost may have worked: it is not for the connection to
// send it again.
func TestOnlyReadsAreSentAgainUnseen(t *testing.T) {
	s := newScript(t, func(n int, r *http.Request, _ string, c net.Conn) bool {
		if n == 1 || n == 3 || n == 5 {
			return ok(c, "fine")
		}
		return r.Method == http.MethodGet && n > 2 && ok(c, "again")
	})
	must := func(r *Request, want string) {
		t.Helper()
		if got, err := s.send(t.Context(), r); err != nil || got != want {
			t.Fatalf("%q, %v", got, err)
		}
	}
	must(get(), "fine")
	must(get(), "fine") // the second request finds the connection closing and comes again as the third
	if _, err := s.send(t.Context(), put("x")); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	if n := s.requests.Load(); n != 4 {
		t.Errorf("%d requests arrived", n)
	}
}

func TestACancelledRequestEndsAtOnceAndTakesItsConnectionAlong(t *testing.T) {
	arrived := make(chan struct{}, 1)
	s := newScript(t, func(n int, _ *http.Request, _ string, c net.Conn) bool {
		if n > 1 {
			return ok(c, "fine")
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		arrived <- struct{}{}
		return true
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if got, err := s.send(ctx, get()); err == nil {
		t.Errorf("got %q", got)
	}
	if _, err := s.send(ctx, get()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got, err := s.send(t.Context(), get()); err != nil || got != "fine" {
		t.Errorf("%q, %v", got, err)
	}
	if n := s.requests.Load(); n != 2 {
		t.Errorf("%d requests arrived", n)
	}
}

func TestOddAnswersAreReadAsTheyAreMeant(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		want   string
		fails  bool
	}{
		"informational first": {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", false},
		"chunked":             {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "ok", false},
		"until the end":       {"HTTP/1.1 200 OK\r\n\r\nok", "ok", false},
		"cut":                 {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "ok", true},
		"cut in its head":     {"HTTP/1.1 200 OK\r\nContent-", "", true},
		"no HTTP":             {"SSH-2.0-x\r\n\r\n", "", true},
		"endless head":        {"HTTP/1.1 200 OK\r\n" + strings.Repeat("A: "+strings.Repeat("x", 4000)+"\r\n", 400), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t, func(_ int, _ *http.Request, _ string, conn net.Conn) bool {
				_, _ = io.WriteString(conn, c.answer)
				return false
			})
			got, err := s.send(t.Context(), get())
			if got != c.want || (err != nil) != c.fails {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestAnAnswerThatIsNotReadToItsEndCostsTheConnection(t *testing.T) {
	s := newScript(t, func(_ int, _ *http.Request, _ string, c net.Conn) bool { return ok(c, strings.Repeat("x", 1000)) })
	for range 3 {
		res, err := s.wire.RoundTrip(t.Context(), s.site, get(), "test")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(res.Body, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if n, err := res.Body.Read(make([]byte, 10)); n != 0 || err == nil {
			t.Errorf("a closed body gave %d bytes, %v", n, err)
		}
	}
	if n := s.conns.Load(); n != 3 {
		t.Errorf("%d connections", n)
	}
}

func TestLongBodiesAndProxiesGoTheOtherWay(t *testing.T) {
	w := New(NewTransport(time.Second, 0, nil, http.ProxyFromEnvironment), time.Second, nil)
	s := &Place{Scheme: "http", Host: "127.0.0.1:1"}
	if !w.Takes(s, get()) || !w.Takes(s, put("x")) || w.Takes(s, put(strings.Repeat("x", bodyMost+1))) {
		t.Error("short requests go here, long bodies do not")
	}
	w.tr.Proxy = http.ProxyURL(nil)
	if !w.Takes(&Place{Scheme: "http", Host: "h"}, get()) {
		t.Error("without a proxy")
	}
	u, _ := http.NewRequest(http.MethodGet, "http://proxy:1", http.NoBody)
	w.tr.Proxy = http.ProxyURL(u.URL)
	if w.Takes(&Place{Scheme: "http", Host: "h"}, get()) {
		t.Error("around the proxy")
	}
}
