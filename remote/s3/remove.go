package s3

import (
	"context"
	"crypto/md5" //nolint:gosec // stores demand it for this request
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"gantry/remote"
	"gantry/remote/s3/scan"
	"gantry/remote/s3/wire"
)

const (
	removeBatch = 1000
	removeAhead = 16 // single deletes at a time
)

// Remove deletes the objects at ps, a thousand with one request. What is gone
// already is no error.
func (t *Tree) Remove(ctx context.Context, ps []remote.Path) error {
	if len(ps) == 0 {
		return nil
	}
	if err := t.writable("delete", ps[0]); err != nil {
		return err
	}
	defer t.b.glance.forget()
	var batch, single []remote.Path
	for _, p := range ps {
		switch {
		case p == "" || string(p) == t.within:
			return refuse(act{op: "delete", path: p}, remote.Invalid, "The root of a server cannot be deleted.")
		case xmlSafe(t.key(p)):
			batch = append(batch, p)
		default:
			single = append(single, p) // its name cannot travel in XML
		}
	}
	if len(batch) == 1 || t.c.quirks.noMulti.Load() {
		single, batch = append(single, batch...), nil
	}
	var errs []error
	for b := range slices.Chunk(batch, removeBatch) {
		left, refused := t.removeBatch(ctx, b)
		single = append(single, left...)
		errs = append(errs, refused...)
	}
	errs = append(errs, t.removeEach(ctx, single)...)
	return errors.Join(errs...)
}

// removeEach sends one request for each key.
func (t *Tree) removeEach(ctx context.Context, ps []remote.Path) []error {
	errs := make([]error, len(ps))
	var g errgroup.Group
	g.SetLimit(removeAhead)
	for i, p := range ps {
		g.Go(func() error {
			w := act{op: "delete", api: "s3:DeleteObject", path: p, tries: metaTries}
			err := t.b.run(ctx, w, func(a attempt) error {
				res, err := a.do(a.site.newRequest(http.MethodDelete, t.key(p), ""))
				if err == nil {
					wire.Drain(res)
				}
				return err
			})
			if !vanished(codeOf(err), p) && (statusOf(err) != http.StatusNotFound || codeOf(err) == "NoSuchBucket") {
				errs[i] = err
			}
			return nil
		})
	}
	_ = g.Wait() // the errors are in errs
	return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

// vanished: the code says that there was nothing to delete. A store that keeps
// objects as files has no slash object beside a folder with something in it.
func vanished(code string, p remote.Path) bool {
	switch code {
	case "NoSuchKey":
		return true
	case "ErrDirectoryNotEmpty", "DirectoryNotEmpty":
		return strings.HasSuffix(string(p), "/")
	}
	return false
}

// removeBatch deletes up to a thousand keys. Keys that failed for now are tried
// again; left are those for which the store knows no such request.
func (t *Tree) removeBatch(ctx context.Context, ps []remote.Path) (left []remote.Path, errs []error) {
	w := act{op: "delete", api: "s3:DeleteObject", tries: metaTries}
	byKey := make(map[string]remote.Path, len(ps))
	for _, p := range ps {
		byKey[t.key(p)] = p
	}
	var refused []refusal
	for try := 1; len(ps) > 0; try++ {
		var answers []refusal
		err := t.b.run(ctx, w, func(a attempt) (err error) {
			answers, err = a.deleteObjects(t, ps)
			return err
		})
		if err != nil {
			if k := remote.KindOf(err); (k == remote.Unsupported || k == remote.Invalid) && t.c.srv.Integrity != "strict" {
				t.c.quirks.noMulti.Store(k == remote.Unsupported)
				return ps, nil
			}
			return nil, t.eachOf(ps, err)
		}
		ps = nil
		for _, r := range answers {
			p, ok := byKey[r.key]
			again := fault{answer: answer{code: r.code}}
			if again.throttled() {
				t.c.slowDown()
			}
			switch {
			case !ok || vanished(r.code, p):
			case again.retryable() && try < metaTries:
				ps = append(ps, p)
			default:
				refused = append(refused, r)
			}
		}
		if len(ps) > 0 && !pause(ctx, try) {
			return nil, t.eachOf(ps, stopped(ctx, w))
		}
	}
	return nil, t.refusals(refused, byKey)
}

// eachOf reports one failure of a request for every key that it was for.
func (t *Tree) eachOf(ps []remote.Path, err error) []error {
	var e *remote.Error
	if !errors.As(err, &e) {
		return []error{err}
	}
	errs := make([]error, len(ps))
	for i, p := range ps {
		one := *e
		one.Path = p
		errs[i] = &one
	}
	return errs
}

func (t *Tree) refusals(rs []refusal, byKey map[string]remote.Path) []error {
	errs := make([]error, len(rs))
	for i, r := range rs {
		status := http.StatusForbidden
		if r.code != "AccessDenied" {
			status = http.StatusConflict
		}
		w := act{op: "delete", api: "s3:DeleteObject", path: byKey[r.key]}
		errs[i] = t.c.fault(w, t.b, inspect(&answer{status: status, code: r.code, message: r.message}))
	}
	return errs
}

// refusal is one key that was not deleted.
type refusal struct{ key, code, message string }

// deleteObjects sends one request for ps.
func (a attempt) deleteObjects(t *Tree, ps []remote.Path) ([]refusal, error) {
	var b strings.Builder
	b.WriteString(`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>`)
	for _, p := range ps {
		b.WriteString("<Object><Key>")
		b.WriteString(xmlEscaper.Replace(t.key(p)))
		b.WriteString("</Key></Object>")
	}
	b.WriteString("</Delete>")
	r := a.site.newRequest(http.MethodPost, "", "delete=")
	r.Small = []byte(b.String())
	sum := md5.Sum(r.Small) //nolint:gosec // see the import
	r.Set("content-md5", base64.StdEncoding.EncodeToString(sum[:]))
	r.Set("content-type", "application/xml")
	res, err := a.do(r)
	if err != nil {
		return nil, err
	}
	buf := t.c.buffer()
	defer t.c.putBuffer(buf)
	if err := buf.fill(res, maxPageBytes); err != nil {
		return nil, err
	}
	return readRefusals(buf.b)
}

// readRefusals reads <DeleteResult>: the errors in it. An <Error> as a whole
// answer, under a status of 200, is an error too.
func readRefusals(doc []byte) ([]refusal, error) {
	var out []refusal
	s := scan.New(doc)
	root := true
	for {
		name, opens, _, err := s.Next()
		if err != nil {
			return nil, err
		}
		switch {
		case name == nil && root:
			return nil, scan.ErrIncomplete
		case name == nil:
			return out, nil
		case !opens:
		case root && string(name) == "Error":
			a := parseAnswer(doc)
			a.status = http.StatusOK
			return nil, a
		case string(name) == "Error":
			r, err := readRefusal(s)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		root = false
	}
}

func readRefusal(s *scan.Scanner) (refusal, error) {
	var r refusal
	for {
		name, opens, _, err := s.Next()
		if err != nil || name == nil {
			return r, scan.ErrIncomplete
		}
		if !opens {
			return r, nil
		}
		var into *string
		switch string(name) {
		case "Key":
			into = &r.key
		case "Code":
			into = &r.code
		case "Message":
			into = &r.message
		default:
			if err := s.Skip(); err != nil {
				return r, err
			}
			continue
		}
		text, err := s.Leaf()
		if err != nil {
			return r, err
		}
		*into = string(scan.AppendText(nil, text))
	}
}
