package s3

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

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

// Kept are the newest versions of p, deletions among them.
func (t *Tree) Kept(ctx context.Context, p remote.Path, n int) ([]remote.Kept, error) {
	var out struct {
		Rows []struct {
			XMLName xml.Name
			Key     string
			ID      string `xml:"VersionId"`
			ETag    string
		} `xml:",any"`
	}
	w := act{op: "list versions", api: "s3:ListBucketVersions", path: p, tries: metaTries}
	query := fmt.Sprintf("encoding-type=url&max-keys=%d&prefix=%s&versions=", n, queryEscape(t.key(p)))
	if _, err := t.ask(ctx, w, http.MethodGet, "", query, nil, nil, readXML(&out)); err != nil {
		return nil, err
	}
	var all []remote.Kept
	for _, r := range out.Rows {
		if r.XMLName.Local != "Version" && r.XMLName.Local != "DeleteMarker" {
			continue
		}
		if key, err := url.QueryUnescape(r.Key); err == nil && key == t.key(p) { // others begin like it
			all = append(all, remote.Kept{ID: r.ID, Version: strings.Trim(r.ETag, `"`)})
		}
	}
	return all, nil
}

// Revert deletes the version id of p, if it is the current one. Whoever writes
// between the look and the deletion has a version of its own, which stays.
func (t *Tree) Revert(ctx context.Context, p remote.Path, id string) error {
	w := act{op: "delete the version", api: "s3:DeleteObjectVersion", path: p, tries: metaTries}
	if err := t.writable(w.op, p); err != nil {
		return err
	}
	current := ""
	look := act{op: "read", api: "s3:GetObject", path: p, tries: metaTries}
	err := t.b.run(ctx, look, func(a attempt) error {
		h, err := a.head(t.key(p))
		if err == nil {
			current = h.header.Get(hdrVersionID)
		}
		return err
	})
	if err != nil {
		return err
	}
	if current != id {
		return refuse(w, remote.Changed, "Somebody has written it since. List its folder to see what is there now.")
	}
	defer t.b.glance.forget()
	_, err = t.ask(ctx, w, http.MethodDelete, t.key(p), "versionId="+queryEscape(id), nil, nil, nil)
	if codeOf(err) == "NoSuchVersion" { // an earlier try has deleted it, and its answer was lost
		return nil
	}
	return err
}

const hdrVersionID = "X-Amz-Version-Id"

// tell says under which id the bucket keeps what was written. "null" is no
// version of its own: what is called so is overwritten for good.
func (s *sink) tell(id string) {
	if s.o.VersionID != nil && id != "" && id != "null" {
		s.o.VersionID(id)
	}
}

// wrote says when the store has it that what was written was written.
func (s *sink) wrote(at time.Time) {
	if s.o.Written != nil && !at.IsZero() {
		s.o.Written(at)
	}
}

var (
	_ remote.Versioner = (*Tree)(nil)
	_ remote.Reverter  = (*Tree)(nil)
	_ remote.Reverter  = (*Account)(nil)
	_ remote.Keeper    = (*Tree)(nil)
	_ remote.Keeper    = (*Account)(nil)
	_ remote.Pinner    = (*Tree)(nil)
	_ remote.Pinner    = (*Account)(nil)
)
