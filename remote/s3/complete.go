package s3

import (
	"context"
	"crypto/md5" //nolint:gosec // the ETag of a multipart object is made of it
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"gantry/remote"
)

const completeTries = 5

// Commit completes the upload. The answer to that request is not to be trusted:
// it may be lost, empty, or an error although it worked. Whatever comes, the
// object itself is asked afterwards.
func (m *multi) Commit(ctx context.Context, parts []remote.Part) (remote.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := act{op: "upload", api: "s3:PutObject", path: m.path, tries: dataTries}
	if m.done != nil {
		return *m.done, nil
	}
	plan, err := m.plan(w, parts)
	if err != nil {
		return remote.Entry{}, err
	}
	for try := 1; ; try++ { // an upload makes one version, however often it is completed
		got, err := m.complete(ctx, w, plan)
		if err != nil {
			err = m.t.c.adapt(err, m.conditional(), func() (err error) {
				got, err = m.complete(ctx, w, plan)
				return err
			})
		}
		if err != nil && m.vacant(ctx, err) {
			got, err = m.complete(ctx, w, plan)
		}
		if err == nil && got.said {
			m.tell(got.id)
			return m.published(ctx, w, plan, got)
		}
		if err != nil && !ambiguous(err) && try == 1 {
			return remote.Entry{}, m.outcome(err)
		}
		// The object may be there. Ask for it before anything is said or sent.
		e, here := m.t.ours(ctx, m.path, plan.size, plan.sum, plan.tag)
		if here {
			return m.keep(e), nil
		}
		if err != nil && (!ambiguous(err) || gone(err)) {
			if err = m.outcome(err); e.Size == plan.size {
				err = inDoubt(err) // an upload is gone because it was completed, most likely by us
			}
			return remote.Entry{}, err
		}
		if try == completeTries || !pause(ctx, try) {
			if err == nil {
				err = refuse(w, remote.Unreachable, "The server did not say whether the upload is complete. Try again.")
			}
			return remote.Entry{}, m.outcome(err)
		}
	}
}

// plan is what the object will be.
type plan struct {
	parts []types.CompletedPart
	size  int64
	sum   remote.Sum // of the whole; zero when a part has none
	tag   string     // ETag that a store without encryption gives
}

// plan checks the parts against what was promised: a part list that is wrong
// must not become a shorter object.
func (m *multi) plan(w act, parts []remote.Part) (plan, error) {
	p := plan{parts: make([]types.CompletedPart, len(parts))}
	crc, summed := uint64(0), len(parts) > 0
	var join remote.CRCJoiner
	for i, part := range parts {
		if part.Num <= 0 || part.Tag == "" || i > 0 && part.Num <= parts[i-1].Num {
			return p, refuse(w, remote.Invalid, "The parts of the upload are not in order. Start it again.")
		}
		p.parts[i] = types.CompletedPart{PartNumber: aws.Int32(int32(part.Num)), ETag: aws.String(quoted(part.Tag))}
		p.size += part.Size
		if part.Sum.Algorithm != remote.CRC64NVME || len(part.Sum.Digest) != 8 {
			summed = false
			continue
		}
		if m.whole {
			p.parts[i].ChecksumCRC64NVME = aws.String(base64.StdEncoding.EncodeToString([]byte(part.Sum.Digest)))
		}
		crc = join.Join(crc, binary.BigEndian.Uint64([]byte(part.Sum.Digest)), part.Size)
	}
	if len(parts) == 0 || m.o.Size >= 0 && p.size != m.o.Size {
		return p, refuse(w, remote.Changed, "The parts do not add up to the planned size: the source changed while it was sent. Try again.")
	}
	if summed {
		p.sum = remote.Sum{Algorithm: remote.CRC64NVME, Digest: digest(crc)}
	}
	p.tag = tagOf(parts)
	return p, nil
}

// tagOf is the ETag of a multipart object as AWS makes it without encryption,
// "" when the parts' tags are no MD5.
func tagOf(parts []remote.Part) string {
	all := make([]byte, 0, 16*len(parts))
	for _, p := range parts {
		raw, err := hex.DecodeString(p.Tag)
		if err != nil || len(raw) != 16 {
			return ""
		}
		all = append(all, raw...)
	}
	sum := md5.Sum(all) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:]) + "-" + itoa(len(parts))
}

// completed is the answer to CompleteMultipartUpload.
type completed struct {
	said bool   // the answer is more than its status
	tag  string // "" where the store has none
	id   string // of the version that the upload made
	sum  remote.Sum
}

// complete sends the request.
func (m *multi) complete(ctx context.Context, w act, p plan) (completed, error) {
	var got completed
	err := m.t.b.run(ctx, w, func(a attempt) error {
		if err := m.lookFirst(a); err != nil {
			return err
		}
		in := &s3.CompleteMultipartUploadInput{
			Bucket: aws.String(m.t.b.name), Key: aws.String(m.key), UploadId: aws.String(m.id),
			MultipartUpload: &types.CompletedMultipartUpload{Parts: p.parts}, RequestPayer: m.t.c.payer(),
			MpuObjectSize: aws.Int64(p.size),
		}
		if m.whole && p.sum.Algorithm == remote.CRC64NVME {
			in.ChecksumCRC64NVME = aws.String(base64.StdEncoding.EncodeToString([]byte(p.sum.Digest)))
			in.ChecksumType = types.ChecksumTypeFullObject
		}
		if !m.unconditioned() {
			if m.o.IfAbsent {
				in.IfNoneMatch = aws.String("*")
			} else if m.o.IfVersion != "" {
				in.IfMatch = aws.String(quoted(m.o.IfVersion))
			}
		}
		out, err := a.site.slow.CompleteMultipartUpload(a.ctx, in)
		if err == nil {
			got = completed{
				said: out.ETag != nil || out.Key != nil || out.Bucket != nil || out.Location != nil,
				tag:  unquote(aws.ToString(out.ETag)), id: aws.ToString(out.VersionId), sum: crcSum(aws.ToString(out.ChecksumCRC64NVME)),
			}
		}
		return err
	})
	return got, err
}

// ambiguous: the upload may be complete in spite of err.
func ambiguous(err error) bool {
	if gone(err) || remote.KindOf(err) == remote.Unreachable || remote.KindOf(err) == remote.Throttled {
		return true
	}
	// An error inside an answer of 200, or an answer that was cut.
	if a := answerOf(err); a.status != 0 {
		return a.code == "ConditionalRequestConflict" || a.code == "OperationAborted" ||
			a.status/100 == 2 && a.code == ""
	}
	return remote.KindOf(err) == remote.Other && !remote.Cancelled(err)
}

// published looks at the object after an answer that says it is there. A store
// that made something else of the parts is found out before anybody deletes a
// source.
func (m *multi) published(ctx context.Context, w act, p plan, said completed) (remote.Entry, error) {
	e := m.stored(p.size, said.tag, said.sum)
	now, at, err := m.t.statObject(ctx, m.path)
	if err == nil && now.Version == said.tag {
		e = now
		m.wrote(at)
	} // else reading may not be allowed, or somebody overwrote it: then the answer counts
	if e.Size != p.size || e.Sum.Algorithm == remote.CRC64NVME && p.sum.Algorithm == remote.CRC64NVME && e.Sum != p.sum {
		return remote.Entry{}, refuse(w, remote.Corrupt, "The store did not make of the parts what was sent. Upload it again, and tell who runs the server.")
	}
	if e.Sum.Algorithm == remote.NoSum && p.tag != "" && p.tag == said.tag && m.proved(p) {
		e.Sum = md5Sum(p.tag[:2*md5.Size])
	}
	return m.keep(e), nil
}

// proved: the store has shown for each part that it has what was sent.
func (m *multi) proved(p plan) bool {
	for _, part := range p.parts {
		if tag, _ := m.md5s.Load(int(*part.PartNumber)); tag != unquote(*part.ETag) {
			return false
		}
	}
	return true
}

func (m *multi) keep(e remote.Entry) remote.Entry {
	m.done = &e
	return e
}
