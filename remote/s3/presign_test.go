package s3_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/cred"
	"gantry/remote/s3"
)

// follow reads what a link leads to, as anybody would who got it.
func follow(t *testing.T, link string) (status int, content string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true // it leaves no connection behind
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestPresignedLinksReadTheObjectAndNothingElse(t *testing.T) {
	srv := newBucket(t)
	tree := open(t, srv, rootKey(t), s3.Options{})
	for i, key := range []remote.Path{"plain", "dir/a b+c%2F&d=e?f#g;h", "漢字/naïve 😀", `q"u'o<t>e[x]{y}|^\` + "`", "tab\there"} {
		put(t, tree, key, fmt.Sprint("content ", i), remote.CreateOptions{})
		before := time.Now().Add(-time.Second)
		link, err := tree.Presign(t.Context(), key, 90*time.Minute)
		if err != nil {
			t.Fatalf("%q: %v", key, err)
		}
		if link.Cut || len(link.Notes) != 0 || link.Ends.Before(before.Add(90*time.Minute)) || link.Ends.After(time.Now().Add(90*time.Minute)) {
			t.Errorf("%q: %+v", key, link)
		}
		raw := link.URL.Reveal()
		if status, got := follow(t, raw); status != http.StatusOK || got != fmt.Sprint("content ", i) {
			t.Errorf("%q: %d %s", key, status, got)
		}
		for what, bad := range map[string]string{
			"longer":     strings.Replace(raw, "X-Amz-Expires=5400", "X-Amz-Expires=5401", 1),
			"signature":  raw[:len(raw)-4] + "0000",
			"other name": strings.Replace(raw, "?X-Amz-Algorithm", "x?X-Amz-Algorithm", 1),
		} {
			if status, _ := follow(t, bad); status != http.StatusForbidden {
				t.Errorf("%q, %s: %d", key, what, status)
			}
		}
		if said := fmt.Sprintf("%v %+v %#v", link, link, link); strings.Contains(said, "X-Amz") {
			t.Errorf("a link prints: %s", said)
		}
	}
}

func TestLinksThatCannotBeMadeSayWhy(t *testing.T) {
	srv := newBucket(t)
	tree := open(t, srv, rootKey(t), s3.Options{})
	put(t, tree, "k", "x", remote.CreateOptions{})
	for _, c := range []struct {
		path remote.Path
		life time.Duration
		kind remote.Kind
	}{
		{"k", remote.MaxLinkLife + time.Second, remote.Invalid},
		{"k", 0, remote.Invalid},
		{"k", -time.Hour, remote.Invalid},
		{"", time.Hour, remote.Other},
		{"dir/", time.Hour, remote.Other},
		{"none", time.Hour, remote.NotExist},
	} {
		_, err := tree.Presign(t.Context(), c.path, c.life)
		wantKind(t, err, c.kind)
	}
	if _, err := tree.Presign(t.Context(), "k", remote.MaxLinkLife); err != nil {
		t.Errorf("7 days: %v", err)
	}
	nobody := open(t, srv, nil, s3.Options{})
	_, err := nobody.Presign(t.Context(), "k", time.Hour)
	wantKind(t, err, remote.Unsupported)
}

// TestLinksAreSignedForTheRegionOfTheBucket also when the store has another one.
func TestLinksAreSignedForTheRegionOfTheBucket(t *testing.T) {
	f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
		if signedRegion(r) != "eu-west-1" {
			w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
			w.WriteHeader(http.StatusMovedPermanently)
			return
		}
		w.Header().Set("Content-Length", "4")
		w.Header().Set("X-Amz-Storage-Class", "DEEP_ARCHIVE")
	})
	tree := f.tree(t, func(s *remote.Server) { s.Prefix, s.RequesterPays = "team", true }, s3.Options{})
	link, err := tree.Presign(t.Context(), "a/../k", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link.URL.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if !strings.Contains(q.Get("X-Amz-Credential"), "/eu-west-1/s3/") || q.Get("x-amz-request-payer") != "requester" || u.Path != "/bucket/team/a/../k" {
		t.Errorf("%s", u)
	}
	if d := cmp.Diff([]string{
		"The object is archived, so the link reads nothing before it is restored.",
		"Browsers take . and .. out of a URL, which breaks this one: read it with curl --path-as-is.",
	}, link.Notes); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"HeadObject us-east-1", "HeadObject eu-west-1"}, f.lines()); d != "" {
		t.Error(d)
	}
}

// TestLinksEndWithTheSessionThatSignedThem: no link promises more.
func TestLinksEndWithTheSessionThatSignedThem(t *testing.T) {
	srv := newBucket(t)
	put(t, open(t, srv, rootKey(t), s3.Options{}), "k", "data", remote.CreateOptions{})
	const arn = "arn:aws:iam::123456789012:role/links"
	if err := gate.AddUser("AKIDLINKS", "links-secret", false); err != nil {
		t.Fatal(err)
	}
	if err := gate.AddRole(arn, "our-id", false, srv.Bucket); err != nil {
		t.Fatal(err)
	}
	source := remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKIDLINKS", SecretAccessKey: remote.NewSecret("links-secret")}
	p, err := cred.New(remote.Credential{
		Name: "partner", Type: remote.AssumeRole, RoleARN: arn, Source: "ops", ExternalID: "our-id", STSEndpoint: gate.STSEndpoint(), Duration: 900,
	}, cred.Options{Lookup: func(string) (remote.Credential, bool) { return source, true }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	tree := open(t, srv, p, s3.Options{})
	link, err := tree.Presign(t.Context(), "k", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	end, ok := p.Expires()
	if !ok || !link.Cut || link.Ends.After(end) || end.Sub(link.Ends) > 2*time.Second || len(link.Notes) != 1 || !strings.Contains(link.Notes[0], "partner") {
		t.Errorf("%+v of a session until %v", link, end)
	}
	if status, got := follow(t, link.URL.Reveal()); status != http.StatusOK || got != "data" {
		t.Errorf("%d %s", status, got)
	}
	short, err := tree.Presign(t.Context(), "k", 5*time.Minute)
	if err != nil || short.Cut || len(short.Notes) != 0 {
		t.Errorf("%+v, %v", short, err)
	}
	gate.ExpireSessions()
	if status, _ := follow(t, link.URL.Reveal()); status != http.StatusForbidden && status != http.StatusBadRequest {
		t.Errorf("after its session: %d", status)
	}
	again, err := tree.Presign(t.Context(), "k", time.Minute) // a session that ended early is renewed
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := follow(t, again.URL.Reveal()); status != http.StatusOK {
		t.Errorf("of the new session: %d", status)
	}
}

// TestLinksOfASessionOfUnknownEndSaySo: a token from the store tells no time.
func TestLinksOfASessionOfUnknownEndSaySo(t *testing.T) {
	f := newFake(t, func(*fake, string, http.ResponseWriter, *http.Request) {})
	p, err := cred.New(remote.Credential{
		Name: "pasted", Type: remote.AccessKey, AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: remote.NewSecret("s"), SessionToken: remote.NewSecret("to+ken/="),
	}, cred.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	tree := open(t, remote.Server{Name: "srv", Region: "us-east-1", Bucket: "bucket", Endpoint: f.URL, PathStyle: true}, p, s3.Options{})
	link, err := tree.Presign(t.Context(), "k", time.Hour)
	if err != nil || len(link.Notes) != 1 || !strings.Contains(link.Notes[0], "pasted") {
		t.Fatalf("%+v, %v", link, err)
	}
	if !strings.Contains(link.URL.Reveal(), "X-Amz-Security-Token=to%2Bken%2F%3D") {
		t.Error("the token is not in the link")
	}
}

// TestLinksStopWhenTheyEnd on a real server.
func TestLinksStopWhenTheyEnd(t *testing.T) {
	srv := newBucket(t)
	tree := open(t, srv, rootKey(t), s3.Options{})
	put(t, tree, "k", "data", remote.CreateOptions{})
	link, err := tree.Presign(t.Context(), "k", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	wait := time.NewTicker(200 * time.Millisecond)
	defer wait.Stop()
	for {
		asked := time.Now()
		status, _ := follow(t, link.URL.Reveal())
		if status == http.StatusForbidden {
			return
		}
		if asked.After(link.Ends.Add(2 * time.Second)) { // whole seconds count, on either side
			t.Fatalf("still %d, two seconds after its end", status)
		}
		select {
		case <-wait.C:
		case <-ctx.Done():
			t.Fatal(ctx.Err())
		}
	}
}
