package demo

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"
	"time"

	"gantry/remote/demo/sigv4"
)

const day = 24 * time.Hour

// history puts what only the gateway itself can make: versions, a delete
// marker and tags.
func (g *Gateway) history(ctx context.Context, bucket string, now time.Time) error {
	for _, v := range []struct {
		key      string
		versions []string
		age      time.Duration // of the newest
	}{
		{"contracts/agreement.txt", agreements(), 2 * day},
		{"site/index.html", pages(), 5 * day},
		{"site/style.css", []string{"body { color: black }\n", "body { color: #223; font: 16px/1.5 sans-serif }\n"}, 8 * day},
		{"notes/plan.md", []string{"# Plan\n\nBuild a ferry.\n", "# Plan\n\nBuild a ferry, and a pier for it.\n"}, 6 * day},
		{"notes/old plan.md", []string{"# Plan\n\nBuild a bridge.\n", "# Plan\n\nBuild a ferry.\n"}, 30 * day},
	} {
		uri := "/" + bucket + "/" + sigv4.Escape(v.key, true)
		for i, text := range v.versions {
			h := http.Header{
				"Content-Type":     {contentType(v.key)},
				"X-Amz-Meta-Draft": {fmt.Sprint(i + 1)},
				"X-Amz-Tagging":    {"project=quayside&state=draft"},
			}
			if _, err := g.do(ctx, http.MethodPut, uri, []byte(text), h); err != nil {
				return err
			}
		}
	}
	if _, err := g.do(ctx, http.MethodDelete, "/"+bucket+"/notes/old%20plan.md", nil, nil); err != nil {
		return err
	}
	if err := g.backdate(bucket, now); err != nil {
		return err
	}
	return restamp(path.Join(path.Dir(g.dir), "versions", bucket), now.Add(-8*day), 13*day)
}

// backdate gives the newest versions the age that they would have.
func (g *Gateway) backdate(bucket string, now time.Time) error {
	root, err := os.OpenRoot(g.BucketDir(bucket))
	if err != nil {
		return fmt.Errorf("open bucket %s: %w", bucket, err)
	}
	defer root.Close()
	var errs []error
	for key, age := range map[string]time.Duration{
		"contracts/agreement.txt": 2 * day, "site/index.html": 5 * day, "site/style.css": 8 * day, "notes/plan.md": 6 * day,
	} {
		errs = append(errs, root.Chtimes(key, time.Time{}, now.Add(-age)))
	}
	return errors.Join(errs...)
}

// leftover starts a multipart upload, sends three parts of it, and forgets it.
func (g *Gateway) leftover(ctx context.Context, bucket, key string, started time.Time) error {
	uri := "/" + bucket + "/" + sigv4.Escape(key, true)
	answer, err := g.do(ctx, http.MethodPost, uri+"?uploads=", nil, nil)
	if err != nil {
		return err
	}
	var upload struct{ UploadId string }
	if err := xml.Unmarshal(answer, &upload); err != nil {
		return fmt.Errorf("start an upload: %w", err)
	}
	part := bytes.Repeat([]byte("night backup, unfinished. "), 5*mib/26+1)
	for n := 1; n <= 3; n++ {
		q := fmt.Sprintf("?partNumber=%d&uploadId=%s", n, upload.UploadId)
		if _, err := g.do(ctx, http.MethodPut, uri+q, part, nil); err != nil {
			return err
		}
	}
	return g.backdateUpload(bucket, upload.UploadId, started)
}

// backdateUpload finds the folder in which the gateway keeps an upload: its
// age is when the upload was started.
func (g *Gateway) backdateUpload(bucket, id string, started time.Time) error {
	root, err := os.OpenRoot(g.BucketDir(bucket))
	if err != nil {
		return fmt.Errorf("open bucket %s: %w", bucket, err)
	}
	defer root.Close()
	const uploads = ".sgwtmp/multipart"
	d, err := root.Open(uploads)
	if err != nil {
		return fmt.Errorf("find upload: %w", err)
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return fmt.Errorf("find upload: %w", err)
	}
	for _, n := range names {
		if dir := path.Join(uploads, n, id); root.Chtimes(dir, time.Time{}, started) == nil {
			return nil
		}
	}
	return fmt.Errorf("upload %s of %s has no folder", id, bucket)
}

func agreements() []string {
	head := "AGREEMENT ON THE EXCHANGE OF CARGO DATA\n\nbetween Quayside Ltd. and the Harbour Authority\n\n"
	clauses := []string{
		"1. Manifests are sent as CSV files, one a ship.\n",
		"2. Files are named by IMO number and date.\n",
		"3. Corrections replace the file of the same name.\n",
		"4. Either side keeps every version for ten years.\n",
	}
	var all []string
	for i := range clauses {
		all = append(all, head+strings.Join(clauses[:i+1], ""))
	}
	return all
}

func pages() []string {
	const frame = "<!doctype html>\n<title>Quayside</title>\n<link rel=stylesheet href=style.css>\n<h1>%s</h1>\n<p>%s</p>\n"
	return []string{
		fmt.Sprintf(frame, "Coming soon", "We are building."),
		fmt.Sprintf(frame, "Welcome", "Berths, cranes, and coffee."),
		fmt.Sprintf(frame, "Welcome", "Berths, cranes, and coffee. Now open on Sundays."),
	}
}
