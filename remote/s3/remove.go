package s3

import (
	"context"
	"crypto/md5" //nolint:gosec // stores demand it for this request
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"

	"gantry/remote"
	"gantry/remote/s3/scan"
)

const (
	removeBatch = 1000
	removeAhead = 16 // single deletes at a time
)

// Remove deletes the objects at ps, a thousand with one request. What is gone
// already is no error.
func (t *Tree) Remove(ctx context.Context, ps []remote.Path) error {
	ds := make([]doomed, len(ps))
	for i, p := range ps {
		ds[i].path = p
	}
	return t.remove(ctx, ds)
}

func (t *Tree) remove(ctx context.Context, ds []doomed) error {
	if len(ds) == 0 {
		return nil
	}
	if err := t.writable("delete", ds[0].path); err != nil {
		return err
	}
	defer t.b.glance.forget()
	var batch, single []doomed
	for _, d := range ds {
		switch {
		case d.path == "" || string(d.path) == t.within:
			return refuse(act{op: "delete", path: d.path}, remote.Invalid, "The root of a server cannot be deleted.")
		case xmlSafe(t.key(d.path)):
			batch = append(batch, d)
		default:
			single = append(single, d) // its name cannot travel in XML
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
// again; left are those for which the store knows no such request, and those whose
// ETags it says are others: a request of its own settles each.
func (t *Tree) removeBatch(ctx context.Context, ds []doomed) (left []doomed, errs []error) {
	w := act{op: "delete", api: "s3:DeleteObject", tries: metaTries}
	byKey := make(map[string]doomed, len(ds))
	for _, d := range ds {
		byKey[t.key(d.path)] = d
	}
	var refused []refusal
	pin, dropped := !t.c.quirks.noBatchIf.Load(), false
	for try := 1; len(ds) > 0; try++ {
		var answers []refusal
		err := t.b.run(ctx, w, func(a attempt) (err error) {
			answers, err = a.deleteObjects(t, ds, pin)
			return err
		})
		if err == nil && dropped {
			t.c.quirks.noBatchIf.Store(true)
		}
		if err != nil {
			if k := remote.KindOf(err); (k == remote.Unsupported || k == remote.Invalid) && t.c.srv.Integrity != "strict" {
				if pin && ds[0].tag != "" && t.lenient() { // perhaps for the sake of the ETags
					pin, dropped = false, true
					continue
				}
				t.c.quirks.noMulti.Store(k == remote.Unsupported)
				return append(left, ds...), t.refusals(refused, byKey)
			}
			return left, append(t.refusals(refused, byKey), t.eachOf(ds, err)...)
		}
		ds = nil
		for _, r := range answers {
			d, ok := byKey[r.key]
			again := fault{answer: answer{code: r.code}}
			if again.throttled() {
				t.c.slowDown()
			}
			switch {
			case !ok || vanished(r.code, d.path):
			case again.retryable() && try < metaTries:
				ds = append(ds, d)
			case r.code == "PreconditionFailed" && d.tag != "":
				left = append(left, d)
			default:
				refused = append(refused, r)
			}
		}
		if len(ds) > 0 && !pause(ctx, try) {
			return left, append(t.refusals(refused, byKey), t.eachOf(ds, stopped(ctx, w))...)
		}
	}
	return left, t.refusals(refused, byKey)
}

// eachOf reports one failure of a request for every key that it was for.
func (t *Tree) eachOf(ds []doomed, err error) []error {
	var e *remote.Error
	if !errors.As(err, &e) {
		return []error{err}
	}
	errs := make([]error, len(ds))
	for i, d := range ds {
		one := *e
		one.Path = d.path
		errs[i] = &one
	}
	return errs
}

func (t *Tree) refusals(rs []refusal, byKey map[string]doomed) []error {
	errs := make([]error, len(rs))
	for i, r := range rs {
		status := http.StatusForbidden
		if r.code != "AccessDenied" {
			status = http.StatusConflict
		}
		w := act{op: "delete", api: "s3:DeleteObject", path: byKey[r.key].path}
		errs[i] = t.c.fault(w, t.b, inspect(&answer{status: status, code: r.code, message: r.message}))
	}
	return errs
}

// refusal is one key that was not deleted.
type refusal struct{ key, code, message string }

// deleteObjects sends one request for ds, with their ETags if pin.
func (a attempt) deleteObjects(t *Tree, ds []doomed, pin bool) ([]refusal, error) {
	var b strings.Builder
	b.WriteString(`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>`)
	for _, d := range ds {
		b.WriteString("<Object><Key>")
		b.WriteString(xmlEscaper.Replace(t.key(d.path)))
		b.WriteString("</Key>")
		if pin && d.tag != "" {
			b.WriteString("<ETag>" + xmlEscaper.Replace(quoted(d.tag)) + "</ETag>")
		}
		b.WriteString("</Object>")
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
