package transfer

import (
	"context"
	"errors"

	"gantry/remote"
)

// The notes about tags that did not come along.
const (
	noteNoTags    = "Its tags could not be read, so the copy has none."
	noteTagsStay  = "The target does not take tags, so the copy has none."
	noteTagsApart = "The tags of the source may not be written to the target, so the copy has none."
)

// keepAttrs works out what goes with the content of the target. A copy from one
// bucket to another that passes through us keeps what the store itself would
// keep: type, headers, metadata and tags, but not the storage class.
func (t *task) keepAttrs(ctx context.Context, w *writing) error {
	it, j := t.it, t.j
	it.attrs = j.req.Rules.Attrs
	if !j.fromKeyed || !j.toKeyed || w.entry.Attrs == nil {
		return nil
	}
	own := *w.entry.Attrs
	own.StorageClass, own.Joint, own.Sealed = "", remote.Joint{}, false
	if own.TagCount > 0 && !it.untagged {
		tags, err := t.tagsOf(ctx, w.entry)
		if err != nil {
			return err
		}
		own.Tags = tags
	}
	own.TagCount = 0
	it.attrs = own.With(j.req.Rules.Attrs)
	return nil
}

// tagsOf asks for the tags of the source. Who may not read them has a copy
// without, and is told.
func (t *task) tagsOf(ctx context.Context, e remote.Entry) (tags map[string]string, err error) {
	tagger, ok := remote.As[remote.Tagger](t.j.req.From)
	if !ok {
		return nil, nil
	}
	err = t.try(ctx, t.fromGate(), func(ctx context.Context) (err error) {
		if tags, err = tagger.Tags(ctx, e); err != nil {
			return sourceError{err}
		}
		return nil
	})
	switch remote.KindOf(err) {
	case remote.Denied, remote.Unsupported:
		t.remark(noteNoTags)
		return nil, nil
	}
	return tags, err
}

// withoutTags tells whether the item is worth another try without the tags of
// its source, which the target refused.
func (t *task) withoutTags(err error) bool {
	it, k := t.it, remote.KindOf(err)
	if len(it.attrs.Tags) == 0 || it.untagged || errors.As(err, new(sourceError)) || k != remote.Denied && k != remote.Unsupported {
		return false
	}
	it.untagged = true
	t.remark(noteTagsApart)
	if k == remote.Unsupported {
		t.remark(noteTagsStay)
	}
	return true
}
