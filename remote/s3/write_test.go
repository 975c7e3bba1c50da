package s3_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/crc64nvme"

	"gantry/remote"
	"gantry/remote/s3"
)

// uploads is a fake that knows multipart uploads of one object: enough to lose
// answers after they took effect.
type uploads struct {
	open    atomic.Bool // the upload is not completed or aborted
	stored  atomic.Value
	etag    string
	tries   atomic.Int64
	onClose func(u *uploads, try int64, w http.ResponseWriter, r *http.Request)
}

const partSize = 5 << 20

func (u *uploads) serve(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
	switch op {
	case "CreateUpload":
		u.open.Store(true)
		fmt.Fprint(w, "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>")
	case "UploadPart":
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("ETag", fmt.Sprintf(`"part-%s-%d"`, r.URL.Query().Get("partNumber"), len(b)))
	case "Complete":
		u.onClose(u, u.tries.Add(1), w, r)
	case "HeadObject", "Get":
		size, ok := u.stored.Load().(string)
		if !ok {
			refuse(w, http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", u.etag)
		w.Header().Set("Content-Length", size)
		w.Header().Set("X-Amz-Checksum-Crc64nvme", u.sum())
		w.Header().Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	case "ListParts":
		if !u.open.Load() {
			refuse(w, http.StatusNotFound, "NoSuchUpload")
			return
		}
		fmt.Fprint(w, "<ListPartsResult></ListPartsResult>")
	case "Abort":
		if !u.open.Swap(false) {
			refuse(w, http.StatusNotFound, "NoSuchUpload")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func (u *uploads) sum() string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum([]byte(uploadData))))
}

// apply completes the upload.
func (u *uploads) apply() {
	u.open.Store(false)
	u.stored.Store(fmt.Sprint(len(uploadData)))
}

var uploadData = strings.Repeat("0123456789abcdef", (partSize+16)/16)

const completed = `<CompleteMultipartUploadResult><ETag>"whole-2"</ETag></CompleteMultipartUploadResult>`

func hangUp(w http.ResponseWriter) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

// TestCompleteIsSettledByHead: S01 to S06, S22, U17.
func TestCompleteIsSettledByHead(t *testing.T) {
	for _, c := range []struct {
		name string
		kind remote.Kind // Other means that it works
		do   func(u *uploads, try int64, w http.ResponseWriter, r *http.Request)
	}{
		{"as it should be", 0, func(u *uploads, _ int64, w http.ResponseWriter, _ *http.Request) { u.apply(); fmt.Fprint(w, completed) }},
		{"S01 200 with InternalError, then success", 0, func(u *uploads, try int64, w http.ResponseWriter, _ *http.Request) {
			if try == 1 {
				fmt.Fprint(w, "<Error><Code>InternalError</Code></Error>")
				return
			}
			u.apply()
			fmt.Fprint(w, completed)
		}},
		{"S02 200 with AccessDenied", remote.Denied, func(_ *uploads, try int64, w http.ResponseWriter, _ *http.Request) {
			if try > 1 {
				t.Error("a refusal was repeated")
			}
			fmt.Fprint(w, "<Error><Code>AccessDenied</Code></Error>")
		}},
		{"S03 applied, answer lost", 0, func(u *uploads, try int64, w http.ResponseWriter, _ *http.Request) {
			u.apply()
			hangUp(w)
		}},
		{"S03 applied, answer lost, HEAD comes later", 0, func(u *uploads, try int64, w http.ResponseWriter, _ *http.Request) {
			if try == 1 {
				u.open.Store(false)
				hangUp(w)
				return
			}
			u.apply()
			refuse(w, http.StatusNotFound, "NoSuchUpload")
		}},
		{"S04 empty answer, applied", 0, func(u *uploads, _ int64, w http.ResponseWriter, _ *http.Request) { u.apply() }},
		{"S04 empty answer, not applied, then success", 0, func(u *uploads, try int64, w http.ResponseWriter, _ *http.Request) {
			if try > 1 {
				u.apply()
				fmt.Fprint(w, completed)
			}
		}},
		{"S05 white space, then success", 0, func(u *uploads, _ int64, w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `<?xml version="1.0"?>`)
			for range 5 {
				fmt.Fprint(w, "  \n")
				_ = http.NewResponseController(w).Flush()
			}
			u.apply()
			fmt.Fprint(w, completed)
		}},
		{"S06 white space, then cut, applied", 0, func(u *uploads, _ int64, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "<?xml version=\"1.0\"?>\n    ")
			_ = http.NewResponseController(w).Flush()
			u.apply()
			hangUp(w)
		}},
		{"S22 the upload is gone", remote.NotExist, func(_ *uploads, _ int64, w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusNotFound, "NoSuchUpload")
		}},
		{"S23 a part is not what it was", remote.Corrupt, func(_ *uploads, _ int64, w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusBadRequest, "InvalidPart")
		}},
		{"U17 a shorter object", remote.Corrupt, func(u *uploads, _ int64, w http.ResponseWriter, _ *http.Request) {
			u.stored.Store("17")
			fmt.Fprint(w, completed)
		}},
		{"N01 errors for ever", remote.Unreachable, func(_ *uploads, _ int64, w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusInternalServerError, "InternalError")
		}},
		{"S25 something is there by now", remote.Exist, func(_ *uploads, _ int64, w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			u := &uploads{etag: `"whole-2"`, onClose: c.do}
			f := newFake(t, u.serve)
			e, err := tryPut(t.Context(), f.tree(t, nil, s3.Options{}), "k", uploadData, remote.CreateOptions{PartSize: partSize, IfAbsent: c.kind == remote.Exist})
			if c.kind != 0 {
				wantKind(t, err, c.kind)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if e.Size != int64(len(uploadData)) || e.Version != "whole-2" || e.Sum.Algorithm != remote.CRC64NVME {
				t.Errorf("%+v", e)
			}
		})
	}
}

// TestAbortIsRepeatedUntilThePartsAreGone: U13, S17.
func TestAbortIsRepeatedUntilThePartsAreGone(t *testing.T) {
	u := &uploads{}
	var aborts atomic.Int64
	f := newFake(t, func(f *fake, op string, w http.ResponseWriter, r *http.Request) {
		if op == "Abort" && aborts.Add(1) < 3 {
			w.WriteHeader(http.StatusNoContent) // a part lands afterwards
			return
		}
		u.serve(f, op, w, r)
	})
	tree := f.tree(t, nil, s3.Options{})
	s, err := tree.Create(t.Context(), "k", remote.CreateOptions{Size: 20 << 20, PartSize: partSize})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Abort(ctx); err != nil { // also when the job was cancelled
		t.Fatal(err)
	}
	if n := aborts.Load(); n != 3 || u.open.Load() {
		t.Errorf("%d aborts, open %v", n, u.open.Load())
	}
	if err := s.Abort(ctx); err != nil || aborts.Load() != 3 {
		t.Errorf("aborted again: %v", err)
	}

	denied := newFake(t, func(f *fake, op string, w http.ResponseWriter, r *http.Request) {
		if op == "Abort" {
			refuse(w, http.StatusForbidden, "AccessDenied")
			return
		}
		u.serve(f, op, w, r)
	})
	if s, err = denied.tree(t, nil, s3.Options{}).Create(t.Context(), "k", remote.CreateOptions{Size: 20 << 20, PartSize: partSize}); err != nil {
		t.Fatal(err)
	}
	err = s.Abort(t.Context())
	wantKind(t, err, remote.Denied)
	if !strings.Contains(remote.HintOf(err), "remain") {
		t.Errorf("the leftover is not named: %q", remote.HintOf(err))
	}
}

// TestALostReplyOfAConditionalPutIsNoConflict: the object that is there is ours.
func TestALostReplyOfAConditionalPutIsNoConflict(t *testing.T) {
	var stored atomic.Bool
	f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
		switch {
		case op == "Put" && !stored.Swap(true):
			_, _ = io.Copy(io.Discard, r.Body)
			hangUp(w)
		case op == "Put":
			refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		default:
			w.Header().Set("ETag", `"e"`)
			w.Header().Set("Content-Length", "4")
			w.Header().Set("X-Amz-Checksum-Crc64nvme", sumText("data"))
		}
	})
	s, err := f.tree(t, nil, s3.Options{}).Create(t.Context(), "k", remote.CreateOptions{Size: 4, IfAbsent: true})
	if err != nil {
		t.Fatal(err)
	}
	part, err := s.WritePart(t.Context(), 1, strings.NewReader("data"))
	if err != nil {
		t.Fatal(err)
	}
	if e, err := s.Commit(t.Context(), []remote.Part{part}); err != nil || e.Version != "e" {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestUploadsCarryWhatTheServerSays(t *testing.T) {
	var seen atomic.Value
	u := &uploads{etag: `"whole-2"`, onClose: func(u *uploads, _ int64, w http.ResponseWriter, _ *http.Request) { u.apply(); fmt.Fprint(w, completed) }}
	f := newFake(t, func(f *fake, op string, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Request-Payer") != "requester" {
			t.Errorf("S37: %s does not say who pays", op)
		}
		if op == "Put" || op == "CreateUpload" {
			seen.Store(r.Header.Clone())
		}
		if op == "Put" {
			w.Header().Set("ETag", `"e"`)
			return
		}
		u.serve(f, op, w, r)
	})
	tree := f.tree(t, func(s *remote.Server) {
		s.StorageClass, s.Encryption, s.KMSKeyID, s.ACL, s.RequesterPays = "STANDARD_IA", "aws:kms", "key-id", "bucket-owner-full-control", true
	}, s3.Options{UserAgent: "gantry/test"})
	for _, size := range []int64{0, partSize} {
		_, err := tryPut(t.Context(), tree, "k", uploadData, remote.CreateOptions{
			PartSize: size, ModTime: time.Unix(5, 250e6),
			Attrs: remote.Attrs{ContentType: "text/x", Metadata: map[string]string{"Colour": "red"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		h := seen.Load().(http.Header)
		for name, want := range map[string]string{
			"X-Amz-Storage-Class": "STANDARD_IA", "X-Amz-Server-Side-Encryption": "aws:kms", "X-Amz-Acl": "bucket-owner-full-control",
			"X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": "key-id", "Content-Type": "text/x", "X-Amz-Meta-Colour": "red", "X-Amz-Meta-Mtime": "5.25",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
}

func TestU22TooMuchMetadataIsRefusedBeforeSending(t *testing.T) {
	f := newFake(t, func(*fake, string, http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	tree := f.tree(t, nil, s3.Options{})
	for _, meta := range []map[string]string{{"a": strings.Repeat("x", 2<<10)}, {"no good": "x"}, {"a": "line\nbreak"}} {
		_, err := tree.Create(t.Context(), "k", remote.CreateOptions{Attrs: remote.Attrs{Metadata: meta}})
		wantKind(t, err, remote.Invalid)
	}
	for _, o := range []remote.CreateOptions{{Size: 1 << 60}} {
		_, err := tree.Create(t.Context(), "k", o)
		wantKind(t, err, remote.Invalid)
	}
}

// growing is a source that gives more, or less, the second time it is read.
type growing struct {
	*strings.Reader
	reads int
	more  string
}

func (g *growing) Seek(off int64, whence int) (int64, error) {
	if off == 0 && whence == io.SeekStart {
		if g.reads++; g.reads > 1 {
			g.Reader = strings.NewReader(g.more)
		}
	}
	return g.Reader.Seek(off, whence)
}

// TestASourceThatChangesIsNotPublished: U01, U02, U03.
func TestASourceThatChangesIsNotPublished(t *testing.T) {
	tree := open(t, newBucket(t), rootKey(t), s3.Options{})
	for name, more := range map[string]string{"longer": "012345", "shorter": "012", "other": "x1234"} {
		s, err := tree.Create(t.Context(), "k", remote.CreateOptions{Size: 5})
		if err != nil {
			t.Fatal(err)
		}
		part, err := s.WritePart(t.Context(), 1, &growing{Reader: strings.NewReader("01234"), more: more})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Commit(t.Context(), []remote.Part{part})
		if name == "longer" {
			if err != nil || get(t, tree, remote.Entry{Path: "k", Size: 5}) != "01234" {
				t.Errorf("%s: %v", name, err)
			}
			_ = tree.Remove(t.Context(), []remote.Path{"k"})
			continue
		}
		if k := remote.KindOf(err); k != remote.Changed && k != remote.Corrupt {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := tree.Stat(t.Context(), "k"); remote.KindOf(err) != remote.NotExist {
			t.Errorf("%s: something was published: %v", name, err)
		}
	}
}
