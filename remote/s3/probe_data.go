package s3

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

const probeText = "This object belongs to a test of gantry and may be removed.\n"

func (p *probe) list(ctx context.Context) remote.Step {
	var page struct {
		Contents []struct {
			Key  string
			Size int64
		}
		CommonPrefixes []struct{ Prefix string }
	}
	query := "list-type=2&max-keys=10&prefix=" + queryEscape(p.t.prefix)
	_, err := p.t.ask(ctx, act{op: "list", api: "s3:ListBucket", tries: 2}, http.MethodGet, "", query, nil, nil, readXML(&page))
	if err != nil {
		s := outcome(err, "", "reading and writing entries whose names are typed in full")
		switch remote.KindOf(err) {
		case remote.NotExist, remote.Auth, remote.Unreachable, remote.Invalid:
			return p.fatal(s, "the bucket does not answer")
		}
		return s
	}
	for _, o := range page.Contents {
		if o.Size > 0 && !strings.HasSuffix(o.Key, "/") {
			p.sample = o.Key
			break
		}
	}
	if len(page.Contents) == 0 {
		return fine("nothing there yet")
	}
	return fine("")
}

// readXML decodes a small answer into v.
func readXML(v any) func(*http.Response) error {
	return func(res *http.Response) error {
		return xml.NewDecoder(io.LimitReader(res.Body, maxErrorBody)).Decode(v)
	}
}

// queryEscape escapes as signatures want it: a space is %20.
func queryEscape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func (p *probe) read(ctx context.Context) remote.Step {
	const without = "listing, and uploading if writing works"
	key := p.sample
	w := act{op: "read", api: "s3:GetObject", tries: 2}
	if key == "" { // a name that is not there tells as well whether reading is allowed
		_, err := p.t.ask(ctx, w, http.MethodGet, p.key, "", nil, nil, nil)
		if remote.KindOf(err) == remote.NotExist {
			return fine("there is no object yet, but one could be read")
		}
		return outcome(err, "", without)
	}
	_, err := p.t.ask(ctx, w, http.MethodGet, key, "", nil, []wire.Header{{Name: "range", Value: "bytes=0-0"}}, nil)
	return outcome(err, "", without)
}

func (p *probe) write(ctx context.Context) remote.Step {
	h, err := p.t.ask(ctx, act{op: "write", api: "s3:PutObject", tries: 2}, http.MethodPut, p.key, "", []byte(probeText), p.attributes(), nil)
	if err != nil {
		return outcome(err, "", "browsing and downloading")
	}
	p.written, p.version = true, h.Get("X-Amz-Version-Id")
	return fine("")
}

// attributes are the headers that the server's settings put on every object.
func (p *probe) attributes() []wire.Header {
	r := &wire.Request{}
	p.t.attributes(r, object{})
	return r.Headers
}

func (p *probe) multipart(ctx context.Context) remote.Step {
	const without = "uploads in one piece, of up to 5 GiB"
	key := p.key + "-parts"
	id, err := p.begin(ctx, key)
	if err != nil {
		return outcome(err, "", without)
	}
	w := act{op: "write", api: "s3:PutObject", tries: 2}
	at := "uploadId=" + queryEscape(id)
	h, err := p.t.ask(ctx, w, http.MethodPut, key, "partNumber=1&"+at, []byte(probeText), nil, nil)
	if err != nil {
		return p.leave(key, id, outcome(err, "", without))
	}
	body := "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + xmlText(h.Get("ETag")) + "</ETag></Part></CompleteMultipartUpload>"
	h, err = p.t.ask(ctx, w, http.MethodPost, key, at, []byte(body), nil, refusedInside)
	if err != nil {
		return p.leave(key, id, outcome(err, "", without))
	}
	return p.discard(key, h.Get("X-Amz-Version-Id"), fine(""))
}

// refusedInside finds the error that may come inside an answer of 200.
func refusedInside(res *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	if err != nil {
		return err
	}
	if a := parseAnswer(body); a.code != "" {
		a.status = http.StatusInternalServerError
		return a
	}
	return nil
}

func (p *probe) begin(ctx context.Context, key string) (id string, err error) {
	var out struct {
		UploadID string `xml:"UploadId"`
	}
	_, err = p.t.ask(ctx, act{op: "begin an upload", api: "s3:PutObject", tries: 2}, http.MethodPost, key, "uploads=", nil, p.attributes(), readXML(&out))
	if err == nil && out.UploadID == "" {
		err = &remote.Error{Op: "begin an upload", Kind: remote.Unsupported, Hint: "This store does not support uploads in parts."}
	}
	return out.UploadID, err
}

func (p *probe) abortUpload(ctx context.Context) remote.Step {
	const without = "everything but cleaning up after uploads that were cancelled; a lifecycle rule can do that"
	key := p.key + "-aborted"
	id, err := p.begin(ctx, key)
	if err != nil {
		return skipped("no upload could be begun")
	}
	_, err = p.t.ask(ctx, act{op: "abort the upload", api: "s3:AbortMultipartUpload", tries: 2}, http.MethodDelete, key, "uploadId="+queryEscape(id), nil, nil, nil)
	s := outcome(err, "", without)
	if err != nil {
		s.Detail = "an upload of " + key + " without parts is left over"
	}
	return s
}

func (p *probe) tagging(ctx context.Context) remote.Step {
	const without = "everything but tags: they are not shown, and copies lose them"
	if !p.written {
		return skipped("there is no object to tag")
	}
	body := "<Tagging><TagSet><Tag><Key>gantry</Key><Value>probe</Value></Tag></TagSet></Tagging>"
	_, err := p.t.ask(ctx, act{op: "tag", api: "s3:PutObjectTagging", tries: 2}, http.MethodPut, p.key, "tagging=", []byte(body), []wire.Header{{Name: "content-md5", Value: md5Of(body)}}, nil)
	if err == nil {
		_, err = p.t.ask(ctx, act{op: "read tags", api: "s3:GetObjectTagging", tries: 2}, http.MethodGet, p.key, "tagging=", nil, nil, nil)
	}
	return outcome(err, "", without)
}

func (p *probe) remove(ctx context.Context) remote.Step {
	if !p.written {
		return skipped("there is no object to delete")
	}
	h, err := p.t.ask(ctx, act{op: "delete", api: "s3:DeleteObject", tries: 2}, http.MethodDelete, p.key, "", nil, nil, nil)
	if err != nil {
		s := outcome(err, "", "browsing, downloading, uploading; nothing can be moved away")
		s.Detail = p.key + " is left over"
		return s
	}
	p.written = false
	if p.version == "" || p.version == "null" {
		return fine("")
	}
	// The bucket keeps versions: what was deleted is still there, under a marker.
	w := act{op: "delete the version", api: "s3:DeleteObjectVersion", tries: 2}
	for _, v := range []string{h.Get("X-Amz-Version-Id"), p.version} {
		if v == "" || v == "null" {
			continue
		}
		if _, err := p.t.ask(ctx, w, http.MethodDelete, p.key, "versionId="+queryEscape(v), nil, nil, nil); err != nil {
			s := fine("old versions stay: they cannot be removed for good")
			s.Missing, s.Hint = remote.ActionOf(err), "The versions of "+p.key+" are left over. Remove them with a credential that may."
			return s
		}
	}
	return fine("")
}

func (p *probe) versions(ctx context.Context) remote.Step {
	var out struct{ Status string }
	_, err := p.t.ask(ctx, act{op: "ask about versions", api: "s3:GetBucketVersioning", tries: 2}, http.MethodGet, "", "versioning=", nil, nil, readXML(&out))
	if err == nil {
		_, err = p.t.ask(ctx, act{op: "list versions", api: "s3:ListBucketVersions", tries: 2}, http.MethodGet, "", "max-keys=1&prefix="+queryEscape(p.t.prefix)+"&versions=", nil, nil, nil)
	}
	detail := "the bucket keeps none"
	switch out.Status {
	case "Enabled":
		detail = "the bucket keeps old versions"
	case "Suspended":
		detail = "the bucket has stopped keeping old versions"
	}
	p.r.Versioned = out.Status == "Enabled"
	p.r.Locked = p.r.Versioned && p.locked(ctx)
	return outcome(err, detail, "everything but old versions")
}

// locked tells whether the bucket has object lock. A bucket without it, a store
// that knows none and a credential that may not ask say no.
func (p *probe) locked(ctx context.Context) bool {
	var out struct{ ObjectLockEnabled string }
	_, err := p.t.ask(ctx, act{op: "ask about object lock", api: "s3:GetBucketObjectLockConfiguration", tries: 1}, http.MethodGet, "", "object-lock=", nil, nil, readXML(&out))
	return err == nil && out.ObjectLockEnabled == "Enabled"
}

func (p *probe) lifecycle(ctx context.Context) remote.Step {
	rules, err := p.t.rules(ctx)
	if err != nil {
		return outcome(err, "", "everything but showing and setting what becomes of unfinished uploads")
	}
	if _, days := rules.uncompleted(); days > 0 {
		return fine(fmt.Sprintf("unfinished uploads are aborted after %d days", days))
	}
	return fine("no rule aborts unfinished uploads")
}

// leave ends an upload that a step could not finish.
func (p *probe) leave(key, id string, s remote.Step) remote.Step {
	ctx, cancel := p.cleaning()
	defer cancel()
	_, err := p.t.ask(ctx, act{op: "abort the upload", api: "s3:AbortMultipartUpload", tries: 2}, http.MethodDelete, key, "uploadId="+queryEscape(id), nil, nil, nil)
	if err != nil && remote.KindOf(err) != remote.NotExist {
		s.Detail = "an unfinished upload of " + key + " is left over"
	}
	return s
}

// discard removes an object that a step wrote, with its version if it has one.
func (p *probe) discard(key, version string, s remote.Step) remote.Step {
	ctx, cancel := p.cleaning()
	defer cancel()
	query := ""
	if version != "" && version != "null" {
		query = "versionId=" + queryEscape(version)
	}
	_, err := p.t.ask(ctx, act{op: "delete", api: "s3:DeleteObject", tries: 2}, http.MethodDelete, key, query, nil, nil, nil)
	if err != nil && query != "" {
		_, err = p.t.ask(ctx, act{op: "delete", api: "s3:DeleteObject", tries: 2}, http.MethodDelete, key, "", nil, nil, nil)
	}
	if err != nil {
		s.Detail = key + " is left over"
	}
	return s
}

// clean removes the object of the test if no step did.
func (p *probe) clean() {
	if p.written {
		_ = p.discard(p.key, p.version, remote.Step{}) // the step that failed to has said so
	}
}

// cleaning is a context that lasts when the test is called off.
func (p *probe) cleaning() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(p.ctx), stepTimeout)
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
