package s3

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"gantry/remote"
)

const (
	copyWorkers  = 8
	copyPartTry  = 8
	minCopyPart  = 64 << 20
	copyPartsMax = 9500
)

// large copies ranges of the source into parts of an upload, several at a time.
func (j *copying) large(ctx context.Context) (remote.Entry, error) {
	h, err := j.sourceHead(ctx)
	if err != nil {
		return remote.Entry{}, err
	}
	if h.size != j.e.Size || j.e.Version != "" && unquote(h.header.Get("Etag")) != j.e.Version {
		return remote.Entry{}, j.otherSource(nil)
	}
	j.e.Version = unquote(h.header.Get("Etag"))
	own := objectFrom(h.header)
	own.class = "" // the class of the target's server counts, not the source's
	o := j.o
	o.Size = j.e.Size
	m := &multi{sink: sink{t: j.t, path: j.path, key: j.key, o: o, attrs: own.with(j.attrs)}}
	// Only AWS works out checksums of copied parts that can be relied on: others
	// refuse them, or give every part the sum of the whole source.
	if err := m.begin(ctx, j.t.c.srv.Endpoint == ""); err != nil {
		return remote.Entry{}, err
	}
	parts, err := j.ranges(ctx, m)
	var e remote.Entry
	if err == nil {
		e, err = m.Commit(ctx, parts)
	}
	if err != nil {
		if aerr := m.Abort(ctx); aerr != nil {
			j.t.c.o.Log.Warn("abort failed", "server", j.t.c.srv.Name, "error", aerr)
		}
		return remote.Entry{}, sure(err) // content alone is not all of it: the tags would be missing
	}
	if want := sumOf(h.header); want.Algorithm == remote.CRC64NVME && e.Sum.Algorithm == remote.CRC64NVME && want != e.Sum {
		return remote.Entry{}, refuse(j.act, remote.Corrupt, "The copy is not what the source is. Delete it and copy again.")
	}
	return e, j.copyTags(ctx)
}

// ranges copies all parts.
func (j *copying) ranges(ctx context.Context, m *multi) ([]remote.Part, error) {
	size := max(min(minCopyPart, j.t.c.o.MaxCopy), (j.e.Size+copyPartsMax-1)/copyPartsMax)
	count := int((j.e.Size + size - 1) / size)
	parts := make([]remote.Part, count)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(copyWorkers)
	for i := range parts {
		g.Go(func() error {
			from := int64(i) * size
			n := min(size, j.e.Size-from)
			part, err := j.copyRange(ctx, m, i+1, from, n)
			if err != nil {
				return err
			}
			parts[i] = part
			if j.o.Progress != nil {
				j.o.Progress(n)
			}
			return nil
		})
	}
	return parts, g.Wait()
}

func (j *copying) copyRange(ctx context.Context, m *multi, num int, from, n int64) (remote.Part, error) {
	part := remote.Part{Num: num, Size: n}
	w := j.act
	w.tries = copyPartTry
	err := j.t.b.run(ctx, w, func(a attempt) error {
		in := &s3.UploadPartCopyInput{
			Bucket: aws.String(j.t.b.name), Key: aws.String(j.key), UploadId: aws.String(m.id), PartNumber: aws.Int32(int32(num)),
			CopySource:      aws.String(copySource(j.from.b.name, j.from.key(j.e.Path))),
			CopySourceRange: aws.String(fmt.Sprintf("bytes=%d-%d", from, from+n-1)), RequestPayer: j.t.c.payer(),
		}
		if j.e.Version != "" {
			in.CopySourceIfMatch = aws.String(quoted(j.e.Version))
		}
		out, err := a.site.slow.UploadPartCopy(a.ctx, in)
		if err != nil {
			return err
		}
		if out.CopyPartResult == nil || aws.ToString(out.CopyPartResult.ETag) == "" {
			return &answer{status: 200}
		}
		part.Tag = unquote(aws.ToString(out.CopyPartResult.ETag))
		part.Sum = crcSum(aws.ToString(out.CopyPartResult.ChecksumCRC64NVME))
		return nil
	})
	if statusOf(err) == http.StatusPreconditionFailed { // a range has no condition on the target
		err = j.otherSource(err)
	}
	return part, err
}

const tagTimeout = 30 * time.Second

// copyTags gives the target the tags of the source, which a multipart copy does
// not take along. Whoever may not read tags, or a store without any, has none
// to lose as far as we can know.
func (j *copying) copyTags(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tagTimeout)
	defer cancel()
	tags, err := j.from.tags(ctx, j.e.Path)
	if err != nil || len(tags.TagSet) == 0 {
		if k := remote.KindOf(err); k == remote.Denied || k == remote.Unsupported || k == remote.NotExist {
			return nil
		}
		return err
	}
	write := act{op: "write tags", api: "s3:PutObjectTagging", path: j.path, tries: metaTries}
	return j.t.b.run(ctx, write, func(a attempt) error {
		_, err := a.site.client.PutObjectTagging(a.ctx, taggingInput(j.t.b.name, j.key, tags))
		return err
	})
}

func (t *Tree) tags(ctx context.Context, p remote.Path) (out *s3.GetObjectTaggingOutput, err error) {
	w := act{op: "read tags", api: "s3:GetObjectTagging", path: p, tries: metaTries}
	err = t.b.run(ctx, w, func(a attempt) (err error) {
		out, err = a.site.client.GetObjectTagging(a.ctx, &s3.GetObjectTaggingInput{
			Bucket: aws.String(t.b.name), Key: aws.String(t.key(p)), RequestPayer: t.c.payer(),
		})
		return err
	})
	return out, err
}

// Tags are the tags of e.
func (t *Tree) Tags(ctx context.Context, e remote.Entry) (map[string]string, error) {
	out, err := t.tags(ctx, e.Path)
	if err != nil {
		return nil, err
	}
	tags := make(map[string]string, len(out.TagSet))
	for _, tag := range out.TagSet {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return tags, nil
}

func taggingInput(bucket, key string, tags *s3.GetObjectTaggingOutput) *s3.PutObjectTaggingInput {
	return &s3.PutObjectTaggingInput{
		Bucket: aws.String(bucket), Key: aws.String(key), Tagging: &types.Tagging{TagSet: tags.TagSet},
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
	}
}
