package transfer

import (
	"hash/maphash"
	"maps"
	"slices"

	"gantry/remote"
	"gantry/transfer/journal"
)

// known are the items on record that have not ended, or have failed, while a plan
// is made once more. A nil known knows nothing. It keeps a hash of each, since there
// may be millions.
type known struct {
	j      *job
	seed   maphash.Seed
	nums   map[uint64]int64
	failed map[uint64]int64 // to be tried again
	faults []int64          // what failed before it was an item: the plan meets it again, or not
	only   bool             // what is not known is none of our business
	left   bool             // and there is something of the kind
	ending bool             // of a deletion
}

func (k *known) hash(kind itemKind, p remote.Path) uint64 {
	b := byte('f')
	if kind == kindFolder {
		b = 'd'
	}
	var h maphash.Hash
	h.SetSeed(k.seed)
	_ = h.WriteByte(b)              // a hash never fails
	_, _ = h.WriteString(string(p)) // nor here
	return h.Sum64()
}

func (k *known) has(p remote.Path) bool {
	h := k.hash(kindFile, p)
	_, open := k.nums[h]
	_, failed := k.failed[h]
	return open || failed
}

// recognise makes it the item of the same entry that is on record. One that had
// failed is planned anew under its number: what becomes of it now counts.
func (k *known) recognise(it *item) {
	if k == nil {
		return
	}
	h := k.hash(it.kind, it.src.Path)
	num, ok := k.nums[h]
	if !ok {
		it.resumed = k.j.adopted.lost && k.j.req.Op == Copy // it may have been done
		h = k.hash(kindFile, it.src.Path)                   // of what kind it was is not on record any more
		if num, ok = k.failed[h]; ok {
			delete(k.failed, h)
			it.num = num
		}
		return
	}
	delete(k.nums, h)
	it.num = num
	k.j.comeBack(it)
}

// stranger tells whether an entry that a plan shows is to be left alone: a
// deletion deletes what was there when it was confirmed, as far as anybody
// knows, and nothing that came later.
func (k *known) stranger(e remote.Entry) bool {
	if k == nil || !k.ending || k.has(e.Path) {
		return false
	}
	late := e.ModTime.After(k.j.created)
	k.left = k.left || k.only && !late
	return k.only || late
}

func newKnown(j *job) *known {
	return &known{j: j, seed: maphash.MakeSeed(), nums: map[uint64]int64{}, failed: map[uint64]int64{}}
}

func kindOf(rec journal.Item) itemKind {
	if rec.Dir {
		return kindFolder
	}
	return kindFile
}

// readKnown reads the items of a job that have not ended, or have failed, before
// its sources are listed once more.
func (j *job) readKnown() (*known, error) {
	k := newKnown(j)
	k.only, k.ending = j.adopted.listed, j.req.Op == Delete
	for rec, err := range j.q.jr.Items(j.ctx, int64(j.id)) {
		if err != nil {
			return nil, err
		}
		k.nums[k.hash(kindOf(rec), rec.Source.Path)] = rec.Num
	}
	f, ok := j.q.jr.(journal.Failures)
	if !ok {
		return k, nil
	}
	for rec, err := range f.Failed(j.ctx, int64(j.id)) {
		switch {
		case err != nil:
			return nil, err
		case rec.Source.Path == "":
			k.faults = append(k.faults, rec.Num)
		default:
			k.failed[k.hash(kindFile, rec.Source.Path)] = rec.Num
		}
	}
	return k, nil
}

// settle ends the second listing. What had failed in the first one has been tried
// again, unless a deletion leaves alone what may lie where it could not look. An item
// that had failed and was not met again has still failed, except that to be gone is
// all that a deletion wants. In a move in phases it holds up nothing any more.
func (k *known) settle() error {
	j := k.j
	f, ok := j.q.jr.(journal.Failures)
	if !ok {
		return nil
	}
	var over []int64
	still, absent := 0, 0
	if k.left {
		still += len(k.faults)
	} else {
		over = k.faults
	}
	switch whole := j.adopted.knowsAll(); {
	case whole && j.req.Op == Delete:
		over = slices.AppendSeq(over, maps.Values(k.failed))
	case whole && j.phased:
		absent = len(k.failed)
		fallthrough
	default:
		still += len(k.failed)
	}
	j.mu.Lock()
	j.failCount += still
	j.absent += absent
	j.mu.Unlock()
	if len(over) == 0 {
		return nil
	}
	return f.Retract(j.ctx, int64(j.id), over)
}
