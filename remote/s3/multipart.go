package s3

import (
	"context"
	"crypto/md5" //nolint:gosec // the ETag of many parts, nothing is secured by it
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// multi writes an object as a multipart upload.
type multi struct {
	sink
	id    string
	have  []remote.Part
	whole bool // the upload is of the kind that checks the sum of the whole

	md5s sync.Map // int to string: the ETags of parts that are the MD5 of what was sent

	mu   sync.Mutex
	done *remote.Entry // after a Commit that worked
	over bool          // after Abort
}

// multipart begins an upload, or goes on with one.
func (t *Tree) multipart(ctx context.Context, base sink) (remote.Sink, error) {
	m := &multi{sink: base, id: base.o.Resume}
	if m.id != "" {
		have, algorithm, err := m.list(ctx)
		switch remote.KindOf(err) {
		case remote.Other:
			if err != nil {
				return nil, err
			}
			m.have, m.whole = have, algorithm == types.ChecksumAlgorithmCrc64nvme
			return m, nil
		case remote.Denied:
			// Who may not list parts may still write them: the journal of the
			// caller knows what is there.
			return m, nil
		default:
			return nil, err
		}
	}
	begin := func() error { return m.begin(ctx, !t.c.quirks.noCRC.Load()) }
	err := begin()
	if err != nil {
		err = t.c.adapt(err, false, begin)
	}
	if ctx.Err() != nil && m.id != "" {
		// Called off while the store began the upload: it is known now, so it can go.
		return nil, errors.Join(context.Cause(ctx), m.Abort(ctx))
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// begin makes the upload; whole asks the store to check the sum of the whole.
func (m *multi) begin(ctx context.Context, whole bool) error {
	m.whole = whole
	w := act{op: "upload", api: "s3:PutObject", path: m.path, tries: metaTries}
	tried := begun{since: time.Now()}
	err := m.t.b.run(ctx, w, func(a attempt) error {
		ctx, cancel := grace(a.ctx)
		defer cancel()
		out, err := a.site.client.CreateMultipartUpload(ctx, m.t.createInput(m.key, m.attrs, m.whole))
		if err != nil {
			tried.note(err)
			return err
		}
		if m.id = aws.ToString(out.UploadId); m.id == "" {
			return &answer{status: http.StatusOK, code: "NoUploadId"}
		}
		return nil
	})
	if err == nil {
		m.dropLost(ctx, tried)
	}
	return err
}

// grace is a context for a request that makes something whose name only its
// answer tells: when ctx ends, the answer is waited for a while, or what was made
// would stay with the store, unknown and billed.
func grace(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(graceTimeout, cancel) })
	return longer, func() {
		stop()
		cancel()
	}
}

// createInput is CreateMultipartUpload with the settings of the server.
func (t *Tree) createInput(key string, a object, whole bool) *s3.CreateMultipartUploadInput {
	srv := t.c.srv
	in := &s3.CreateMultipartUploadInput{
		Bucket: aws.String(t.b.name), Key: aws.String(key), RequestPayer: t.c.payer(),
		ContentType: optional(a.contentType), Metadata: a.meta,
		StorageClass: types.StorageClass(a.class), ACL: types.ObjectCannedACL(srv.ACL), SSEKMSKeyId: optional(srv.KMSKeyID),
	}
	in.Tagging = optional(a.tags)
	in.CacheControl, in.ContentDisposition = optional(a.headers["cache-control"]), optional(a.headers["content-disposition"])
	in.ContentEncoding, in.ContentLanguage = optional(a.headers["content-encoding"]), optional(a.headers["content-language"])
	if at, err := http.ParseTime(a.headers["expires"]); err == nil {
		in.Expires = aws.Time(at)
	}
	if srv.Encryption != "none" {
		in.ServerSideEncryption = types.ServerSideEncryption(srv.Encryption)
	}
	if whole {
		in.ChecksumAlgorithm = types.ChecksumAlgorithmCrc64nvme
		in.ChecksumType = types.ChecksumTypeFullObject
	}
	return in
}

// ID is the upload id.
func (m *multi) ID() string { return m.id }

// Have lists the parts that the store has.
func (m *multi) Have() []remote.Part { return slices.Clone(m.have) }

// list asks for the parts of the upload, page after page.
func (m *multi) list(ctx context.Context) ([]remote.Part, types.ChecksumAlgorithm, error) {
	var parts []remote.Part
	var algorithm types.ChecksumAlgorithm
	w := act{op: "upload", api: "s3:ListMultipartUploadParts", path: m.path, tries: metaTries}
	for marker := ""; ; {
		var out *s3.ListPartsOutput
		err := m.t.b.run(ctx, w, func(a attempt) (err error) {
			out, err = a.site.client.ListParts(a.ctx, &s3.ListPartsInput{
				Bucket: aws.String(m.t.b.name), Key: aws.String(m.key), UploadId: aws.String(m.id),
				PartNumberMarker: optional(marker), RequestPayer: m.t.c.payer(),
			})
			return err
		})
		if err != nil {
			return nil, "", err
		}
		algorithm = out.ChecksumAlgorithm
		for _, p := range out.Parts {
			parts = append(parts, partOf(p))
		}
		next := aws.ToString(out.NextPartNumberMarker)
		if !aws.ToBool(out.IsTruncated) {
			return parts, algorithm, nil
		}
		if n, _ := strconv.Atoi(next); n <= 0 || next == marker || len(parts) > maxParts {
			return nil, "", listingError(errRepeats)
		}
		marker = next
	}
}

func partOf(p types.Part) remote.Part {
	out := remote.Part{Num: int(aws.ToInt32(p.PartNumber)), Size: aws.ToInt64(p.Size), Tag: unquote(aws.ToString(p.ETag))}
	out.Sum = crcSum(aws.ToString(p.ChecksumCRC64NVME))
	return out
}

func crcSum(text string) remote.Sum {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != 8 {
		return remote.Sum{}
	}
	return remote.Sum{Algorithm: remote.CRC64NVME, Digest: string(raw)}
}

// WritePart sends one part. The checksum is worked out before a byte leaves and
// the store compares it with what arrives, so that a source that changes in
// between is found out.
func (m *multi) WritePart(ctx context.Context, n int, body io.ReadSeeker) (remote.Part, error) {
	w := act{op: "upload", api: "s3:PutObject", path: m.path, tries: dataTries}
	if n < 1 || n > maxParts {
		return remote.Part{}, refuse(w, remote.Invalid, "An upload has at most 10,000 parts. Choose a larger part size.")
	}
	part, err := m.send(ctx, w, n, body)
	if err != nil {
		err = m.t.c.adapt(err, false, func() (err error) {
			part, err = m.send(ctx, w, n, body)
			return err
		})
	}
	return part, err
}

func (m *multi) send(ctx context.Context, w act, n int, body io.ReadSeeker) (remote.Part, error) {
	sum, err := m.t.c.hash(body, m.t.c.quirks.noCRC.Load())
	if err != nil {
		return remote.Part{}, m.t.c.fault(w, m.t.b, inspect(err))
	}
	query := string(appendQuery([]byte("partNumber="+itoa(n)+"&uploadId="), m.id))
	part := remote.Part{Num: n, Size: sum.size, Sum: sum.sum()}
	err = m.t.b.run(ctx, w, func(a attempt) error {
		r := a.site.newRequest(http.MethodPut, m.key, query)
		if m.whole || sum.md5 != "" {
			sum.protect(r)
		}
		r.Body = &wire.Replay{Source: body, Size: sum.size}
		res, err := a.do(r)
		if err != nil {
			return err
		}
		wire.Drain(res)
		if part.Tag = unquote(res.Header.Get("Etag")); part.Tag == "" {
			return &answer{status: res.StatusCode, code: "NoETag"}
		}
		return nil
	})
	if err != nil {
		return remote.Part{}, err
	}
	if sum.md5 != "" && tagMD5(part.Tag) == sum.md5 {
		m.md5s.Store(n, part.Tag)
	}
	return part, nil
}

// md5Sum is the sum that tag, the hexadecimal digits of an MD5, stands for.
func md5Sum(tag string) remote.Sum {
	raw, _ := hex.DecodeString(tag)
	return remote.Sum{Algorithm: remote.MD5, Digest: string(raw)}
}

// tagMD5 is an ETag of the form of an MD5 in base64, "" for others.
func tagMD5(tag string) string {
	raw, err := hex.DecodeString(tag)
	if err != nil || len(raw) != md5.Size {
		return ""
	}
	return base64.StdEncoding.EncodeToString(raw)
}

const (
	abortTries   = 5
	abortTimeout = 30 * time.Second
	graceTimeout = 5 * time.Second // for the answer to a request that was called off
)

// Abort throws the parts away and makes sure that they are gone: a part that
// was on its way may land after the first try, and is billed until somebody
// notices.
func (m *multi) Abort(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done != nil || m.over {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	err := m.t.abort(ctx, m.path, m.id)
	m.over = err == nil
	return err
}

func (t *Tree) abort(ctx context.Context, p remote.Path, id string) error {
	w := act{op: "abort the upload", api: "s3:AbortMultipartUpload", path: p, tries: metaTries}
	for try := 1; ; try++ {
		err := t.b.run(ctx, w, func(a attempt) error {
			_, err := a.site.client.AbortMultipartUpload(a.ctx, &s3.AbortMultipartUploadInput{
				Bucket: aws.String(t.b.name), Key: aws.String(t.key(p)), UploadId: aws.String(id), RequestPayer: t.c.payer(),
			})
			return err
		})
		switch {
		case remote.GoneOf(err) != "": // with its bucket
			return nil
		case gone(err):
			if !t.lists(ctx, p, id) {
				return nil
			}
		case err != nil:
			return leftBehind(err)
		default:
			m := &multi{sink: sink{t: t, path: p, key: t.key(p)}, id: id}
			if _, _, err := m.list(ctx); err != nil {
				return nil // gone, or nobody will tell
			}
		}
		if try == abortTries || !pause(ctx, try) {
			return leftBehind(&remote.Error{Op: w.op, Path: p, Kind: remote.Other, Err: errLeft})
		}
	}
}

// lists tells whether the store still lists an upload that it says is not there: then
// it is billed. It is the first of its key, but for others of the same object.
func (t *Tree) lists(ctx context.Context, p remote.Path, id string) bool {
	out, err := t.uploadPage(ctx, p, mark{})
	return err == nil && slices.ContainsFunc(out.Uploads, func(u types.MultipartUpload) bool {
		return aws.ToString(u.UploadId) == id && decoded(aws.ToString(u.Key), out.EncodingType) == t.key(p)
	})
}

var errLeft = errors.New("parts remain")

// gone: the upload is not there.
func gone(err error) bool { return codeOf(err) == "NoSuchUpload" }

// leftBehind says what an abort that failed means for the bill.
func leftBehind(err error) error {
	var e *remote.Error
	if errors.As(err, &e) {
		e.Hint = "The unfinished upload could not be removed; its parts remain and are billed. " + e.Hint
	}
	return err
}
