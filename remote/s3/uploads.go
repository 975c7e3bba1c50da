package s3

import (
	"context"
	"iter"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"gantry/remote"
)

var (
	_ remote.Uploads = (*Tree)(nil)
	_ remote.Uploads = (*Account)(nil)
)

// mark is where a listing of uploads goes on: behind this upload of this key.
type mark struct{ key, id string }

// ListUploads yields the multipart uploads of the bucket that nobody completed
// or aborted, in the order of their keys. Each is asked for its parts, which
// says what it costs.
func (t *Tree) ListUploads(ctx context.Context, prefix remote.Path) iter.Seq2[remote.Upload, error] {
	return func(yield func(remote.Upload, error) bool) {
		for at := (mark{}); ; {
			out, err := t.uploadPage(ctx, prefix, at)
			if err != nil {
				yield(remote.Upload{}, err)
				return
			}
			for i := range out.Uploads {
				u, ok, err := t.uploadOf(ctx, &out.Uploads[i], out.EncodingType)
				if err != nil {
					yield(remote.Upload{}, err)
					return
				}
				if ok && !yield(u, nil) {
					return
				}
			}
			if !aws.ToBool(out.IsTruncated) {
				return
			}
			next := mark{decoded(aws.ToString(out.NextKeyMarker), out.EncodingType), aws.ToString(out.NextUploadIdMarker)}
			// A store without an order inside one key can only be held to the keys.
			if next.key == "" || next == at || next.key < at.key {
				yield(remote.Upload{}, listingError(errRepeats))
				return
			}
			at = next
		}
	}
}

// uploadPage gets one page of uploads.
func (t *Tree) uploadPage(ctx context.Context, prefix remote.Path, at mark) (out *s3.ListMultipartUploadsOutput, err error) {
	w := act{op: "list unfinished uploads", api: "s3:ListBucketMultipartUploads", path: prefix, tries: metaTries}
	err = t.b.run(ctx, w, func(a attempt) (err error) {
		out, err = a.site.client.ListMultipartUploads(a.ctx, &s3.ListMultipartUploadsInput{
			Bucket: aws.String(t.b.name), Prefix: optional(t.key(prefix)), EncodingType: types.EncodingTypeUrl,
			KeyMarker: optional(at.key), UploadIdMarker: optional(at.id), RequestPayer: t.c.payer(),
		})
		return err
	})
	return out, err
}

// uploadOf describes one upload, with its parts; ok is false if it is outside
// of this tree, or gone by now.
func (t *Tree) uploadOf(ctx context.Context, x *types.MultipartUpload, enc types.EncodingType) (u remote.Upload, ok bool, err error) {
	key := decoded(aws.ToString(x.Key), enc)
	if !strings.HasPrefix(key, t.prefix) {
		return u, false, nil
	}
	u = remote.Upload{Path: t.path(key), ID: aws.ToString(x.UploadId), Started: aws.ToTime(x.Initiated), Parts: -1, Size: -1}
	m := &multi{sink: sink{t: t, path: u.Path, key: key}, id: u.ID}
	parts, _, err := m.list(ctx)
	switch {
	case gone(err):
		return u, false, nil
	case err != nil && ctx.Err() != nil:
		return u, false, err
	case err == nil:
		u.Parts, u.Size = len(parts), 0
		for _, p := range parts {
			u.Size += p.Size
		}
	}
	return u, true, nil // who may not look at parts still learns that they are there
}

// decoded undoes encoding-type=url.
func decoded(s string, enc types.EncodingType) string {
	if enc != types.EncodingTypeUrl {
		return s
	}
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// AbortUpload aborts a multipart upload and makes sure that its parts are gone.
func (t *Tree) AbortUpload(ctx context.Context, u remote.Upload) error {
	if err := t.writable("abort the upload", u.Path); err != nil {
		return err
	}
	return t.abort(ctx, u.Path, u.ID)
}

// ListUploads yields the unfinished uploads of one bucket; the root would have
// to ask every bucket of the account and is refused.
func (t *Account) ListUploads(ctx context.Context, prefix remote.Path) iter.Seq2[remote.Upload, error] {
	b, err := t.hold(prefix)
	if err != nil {
		return func(yield func(remote.Upload, error) bool) { yield(remote.Upload{}, err) }
	}
	return b.ListUploads(ctx, bucketRoot(prefix))
}

// AbortUpload aborts a multipart upload.
func (t *Account) AbortUpload(ctx context.Context, u remote.Upload) error {
	b, err := t.hold(u.Path)
	if err != nil {
		return err
	}
	return b.AbortUpload(ctx, u)
}
