package transfer

import (
	"encoding/json"
	"iter"
	"time"

	"gantry/remote"
	"gantry/transfer/plan"
)

// sourcesMost is how many sources of one job the journal keeps. Of a longer
// list those that have not been planned are lost with the process, and the job
// that is resumed says so.
const sourcesMost = 10_000

// sourcesLight is how many sources are kept to the end, so that the job can be
// listed anew should the journal be damaged. Of more, those of a copy that have
// been planned are dropped, since they are written again with every step.
const sourcesLight = 500

// spec is what a job was asked for, as the journal keeps it: the rules, and as
// much of the sources as is needed to go on listing. Names are bytes, which
// JSON strings are not.
type spec struct {
	Rules
	Sources  []specSource     `json:"sources,omitempty"`
	Dropped  int              `json:"dropped,omitempty"`  // sources before these, which have been planned
	Whole    bool             `json:"whole,omitempty"`    // no source is missing at the end
	Planned  int              `json:"planned,omitempty"`  // of a copy the source that the plan is at; of a move how many it has met
	Last     []byte           `json:"last,omitempty"`     // up to this name below that source everything is planned
	Num      int64            `json:"num,omitempty"`      // of the last item that was planned
	Recorded bool             `json:"recorded,omitempty"` // everything is planned
	Levels   map[string]int64 `json:"levels,omitempty"`   // items that are done by how they were verified
	Phased   bool             `json:"phased,omitempty"`   // a move that copies everything first
	Deleting bool             `json:"deleting,omitempty"` // and has begun to delete
}

type specSource struct {
	Path     []byte      `json:"path"`
	Name     []byte      `json:"name,omitempty"`
	Dir      bool        `json:"dir,omitempty"`
	Type     remote.Type `json:"type,omitempty"`
	Size     int64       `json:"size"`
	ModTime  time.Time   `json:"mtime,omitzero"`
	Version  []byte      `json:"version,omitempty"`
	As       []byte      `json:"as,omitempty"`
	Contents bool        `json:"contents,omitempty"`
	Exact    bool        `json:"exact,omitempty"`
}

func specOf(s plan.Source) specSource {
	e := s.Entry
	return specSource{
		Path: []byte(e.Path), Name: []byte(e.Name), Dir: e.Dir, Type: e.Type, Size: e.Size, ModTime: e.ModTime,
		Version: []byte(e.Version), As: []byte(s.As), Contents: s.Contents, Exact: s.Exact,
	}
}

func (s specSource) source() plan.Source {
	return plan.Source{
		Entry: remote.Entry{
			Path: remote.Path(s.Path), Name: string(s.Name), Dir: s.Dir, Type: s.Type, Size: s.Size,
			ModTime: s.ModTime, Version: string(s.Version),
		},
		As: string(s.As), Contents: s.Contents, Exact: s.Exact,
	}
}

// readSpec takes apart what the journal kept.
func readSpec(b []byte) (spec, error) {
	var s spec
	if len(b) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, &remote.Error{
			Op: "resume", Kind: remote.Corrupt, Err: err,
			Hint: "What the journal says about this job cannot be read. Discard or cancel it, and start the same thing again.",
		}
	}
	return s, nil
}

// sources is what a job still knows of its sources, see spec. It belongs to
// job.mu.
type sources struct {
	list    []plan.Source
	dropped int // of them, at the beginning
	whole   bool
	planned int
	last    string
	num     int64
}

// blob is the job's spec for the journal. The caller holds job.mu.
func (j *job) blob() []byte {
	k := &j.kept
	s := spec{
		Rules: j.req.Rules, Dropped: k.dropped, Whole: k.whole, Planned: k.planned, Last: []byte(k.last), Num: k.num,
		Recorded: j.recorded, Phased: j.phased, Deleting: j.deleting, Levels: j.levels,
	}
	s.OnConflict = j.policy // what was answered for all goes on to hold
	for _, src := range k.list {
		s.Sources = append(s.Sources, specOf(src))
	}
	b, err := json.Marshal(s)
	if err != nil { // cannot happen: plain data
		return nil
	}
	return b
}

// keepSources writes down what is to be done before any of it is, as far as a
// journal that lasts can hold it, and returns all of it.
func (j *job) keepSources(all iter.Seq2[plan.Source, error]) iter.Seq2[plan.Source, error] {
	if !j.q.jr.Durable() || j.req.Rules.DryRun || j.req.List != nil {
		return all
	}
	return func(yield func(plan.Source, error) bool) {
		next, stop := iter.Pull2(all)
		defer stop()
		var list []plan.Source
		whole := false
		for len(list) < sourcesMost {
			s, err, ok := next()
			if !ok {
				whole = true
				break
			}
			if err != nil {
				if !yield(s, err) {
					return
				}
				continue
			}
			list = append(list, s)
		}
		j.mu.Lock()
		j.kept.list, j.kept.whole = list, whole
		j.mu.Unlock()
		j.save()
		for _, s := range list {
			if !yield(s, nil) {
				return
			}
		}
		for !whole {
			s, err, ok := next()
			if !ok || !yield(s, err) {
				return
			}
		}
	}
}

// keepList is keepSources for those that are known when the job is accepted.
func (j *job) keepList() {
	if !j.q.jr.Durable() || j.req.List == nil {
		return
	}
	j.kept.whole = len(j.req.List) <= sourcesMost
	for _, s := range j.req.List[:min(len(j.req.List), sourcesMost)] {
		j.kept.list = append(j.kept.list, plan.Source{Entry: s.Entry, As: s.As, Contents: s.Contents, Exact: s.Exact})
	}
}

// passed notes how far the plan is on record: up to the item of that number,
// which came from a name below the source of that index. The caller holds job.mu.
func (j *job) passed(source int, name string, num int64) {
	k := &j.kept
	k.num = max(k.num, num)
	if j.listsAnew() {
		k.planned = max(k.planned, source+1)
		return
	}
	if source > k.planned {
		k.planned, k.last = source, ""
	}
	if name != "" {
		k.last = name
	}
	if n := source - k.dropped; n > 0 && len(k.list) > sourcesLight && j.req.Op == Copy {
		k.list = k.list[min(n, len(k.list)):]
		k.dropped = source
	}
}

// rest are the sources of a copy from the one that its plan was at.
func (s *spec) rest() []specSource {
	return s.Sources[min(max(s.Planned-s.Dropped, 0), len(s.Sources)):]
}
