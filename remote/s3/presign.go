package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gantry/remote"
)

var (
	_ remote.Presigner = (*Tree)(nil)
	_ remote.Presigner = (*Account)(nil)
)

// Presign makes a link to the object at p. Its headers are asked for first: that
// finds the region of the bucket, which is part of what is signed, renews a
// session that ended early, and refuses what the link could not read either.
func (t *Tree) Presign(ctx context.Context, p remote.Path, life time.Duration) (remote.Presigned, error) {
	w := act{op: "make a link", api: "s3:GetObject", path: p, tries: metaTries}
	key := t.key(p)
	switch {
	case key == "" || strings.HasSuffix(key, "/"):
		return remote.Presigned{}, refuse(w, remote.Other, "This is a folder, and a link is to one object. Name the objects, or use a pattern.")
	case life < time.Second || life > remote.MaxLinkLife:
		return remote.Presigned{}, refuse(w, remote.Invalid, "A link lives at least one second and at most 7 days.")
	case t.c.keys == nil:
		return remote.Presigned{}, refuse(w, remote.Unsupported, "The server "+t.c.name()+" signs nothing, so there is nothing to make a link with. Give it a credential.")
	}
	var (
		h    headers
		with attempt // the one that worked, whose region and keys are the right ones
	)
	err := t.b.run(ctx, w, func(a attempt) (err error) {
		with = a
		h, err = a.head(key)
		return err
	})
	if err != nil {
		return remote.Presigned{}, err
	}
	now := t.c.now().UTC().Truncate(time.Second)
	link, err := t.c.bounded(w, with.keys, now, life)
	if err != nil {
		return remote.Presigned{}, err
	}
	link.URL = remote.NewSecret(with.site.presign(key, with.keys, now, link.Ends.Sub(now), t.c.srv.RequesterPays))
	link.Notes = append(link.Notes, readersNotes(key, h.header)...)
	return link, nil
}

// bounded is a link without its URL that ends with the session of keys at the
// latest.
func (c *conn) bounded(w act, keys aws.Credentials, now time.Time, life time.Duration) (remote.Presigned, error) {
	life = life.Truncate(time.Second)
	link := remote.Presigned{Ends: now.Add(life)}
	switch {
	case keys.CanExpire && keys.Expires.Before(link.Ends):
		left := keys.Expires.Sub(now).Truncate(time.Second)
		if left < time.Second {
			return remote.Presigned{}, refuse(w, remote.Auth, "The session of the credential "+c.profile+" is ending, and every link ends with it. Try again in a moment.")
		}
		link.Ends, link.Cut = now.Add(left), true
		link.Notes = []string{"It ends with the session of the credential " + c.profile + ", before the time that was asked for. A key without a session makes longer ones."}
	case !keys.CanExpire && keys.SessionToken != "":
		link.Notes = []string{"It ends earlier if the session of the credential " + c.profile + " does, whose end is not known here."}
	}
	return link, nil
}

// readersNotes are what whoever uses a link to key has to know.
func readersNotes(key string, h http.Header) (notes []string) {
	class := h.Get("X-Amz-Storage-Class")
	archived := class == "GLACIER" || class == "DEEP_ARCHIVE" || h.Get("X-Amz-Archive-Status") != ""
	if archived && !strings.Contains(h.Get("X-Amz-Restore"), `ongoing-request="false"`) {
		notes = append(notes, "The object is archived, so the link reads nothing before it is restored.")
	}
	if slices.ContainsFunc(strings.Split(key, "/"), func(s string) bool { return s == "." || s == ".." }) {
		notes = append(notes, "Browsers take . and .. out of a URL, which breaks this one: read it with curl --path-as-is.")
	}
	return notes
}

// presign is the URL with which anyone can GET key from now for life. All of its
// query is signed, and of the headers only the host.
func (s *site) presign(key string, keys aws.Credentials, now time.Time, life time.Duration, payer bool) string {
	date := now.UTC().Format("20060102T150405Z")
	sc := s.scopeFor(keys, date[:8])
	scope := date[:8] + sc.tail
	// In the order in which they are signed: that of their names.
	query := appendQuery([]byte("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="), keys.AccessKeyID+"/"+scope)
	query = append(query, "&X-Amz-Date="+date+"&X-Amz-Expires="+strconv.FormatInt(int64(life/time.Second), 10)...)
	if keys.SessionToken != "" {
		query = appendQuery(append(query, "&X-Amz-Security-Token="...), keys.SessionToken)
	}
	query = append(query, "&X-Amz-SignedHeaders=host"...)
	if payer {
		query = append(query, "&x-amz-request-payer=requester"...)
	}
	r := s.newRequest(http.MethodGet, key, string(query))
	sum := sha256.Sum256([]byte(r.Method + "\n" + r.Path + "\n" + r.Query + "\nhost:" + s.Host + "\n\nhost\n" + unsigned))
	sum = sc.mac([]byte("AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + hex.EncodeToString(sum[:])))
	return s.Scheme + "://" + s.Host + r.Path + "?" + r.Query + "&X-Amz-Signature=" + hex.EncodeToString(sum[:])
}

// Presign makes a link to an object of one bucket.
func (t *Account) Presign(ctx context.Context, p remote.Path, life time.Duration) (remote.Presigned, error) {
	b, err := t.hold(p)
	if err != nil {
		return remote.Presigned{}, err
	}
	return b.Presign(ctx, bucketRoot(p), life)
}
