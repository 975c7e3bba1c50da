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

// spec is what a job was asked for, as the journal keeps it: the rules, and as
// much of the sources as is needed to go on listing. Names are bytes, which
// JSON strings are not.
type spec struct {
	Rules
	Sources []specSource `json:"sources,omitempty"`
	Whole   bool         `json:"whole,omitempty"`   // Sources are all there are
	Planned int          `json:"planned,omitempty"` // sources that were planned, or begun; of a copy they are left out
	Last    []byte       `json:"last,omitempty"`    // up to this name below the first of Sources everything is planned
	Num     int64        `json:"num,omitempty"`     // of the last item that was planned
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
}

func specOf(s plan.Source) specSource {
	e := s.Entry
	return specSource{
		Path: []byte(e.Path), Name: []byte(e.Name), Dir: e.Dir, Type: e.Type, Size: e.Size, ModTime: e.ModTime,
		Version: []byte(e.Version), As: []byte(s.As), Contents: s.Contents,
	}
}

func (s specSource) source() plan.Source {
	return plan.Source{
		Entry: remote.Entry{
			Path: remote.Path(s.Path), Name: string(s.Name), Dir: s.Dir, Type: s.Type, Size: s.Size,
			ModTime: s.ModTime, Version: string(s.Version),
		},
		As: string(s.As), Contents: s.Contents,
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
			Hint: "What the journal says about this job cannot be read. Discard it and start it again.",
		}
	}
	return s, nil
}

// sources is what a job still knows of its sources. It belongs to job.mu.
type sources struct {
	list    []plan.Source // not planned yet, or begun
	whole   bool
	planned int    // how many have been planned before list; of a move, how many of list
	last    string // name below list[0] up to which all is planned
	num     int64  // of the last item planned
}

// blob is the job's spec for the journal. The caller holds job.mu.
func (j *job) blob() []byte {
	s := spec{Rules: j.req.Rules, Whole: j.kept.whole, Planned: j.kept.planned, Last: []byte(j.kept.last), Num: j.kept.num}
	s.OnConflict = j.policy // what was answered for all goes on to hold
	if !j.recorded || j.req.Op != Copy {
		for _, src := range j.kept.list {
			s.Sources = append(s.Sources, specOf(src))
		}
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
		j.kept.list = append(j.kept.list, plan.Source{Entry: s.Entry, As: s.As, Contents: s.Contents})
	}
}

// passed notes how far the plan is on record: up to the item of that number,
// which came from a name below the source of that index. Of a copy the sources
// before it are not needed any more. The caller holds job.mu.
func (j *job) passed(source int, name string, num int64) {
	k := &j.kept
	k.num = max(k.num, num)
	if j.req.Op != Copy {
		k.planned = max(k.planned, source+1)
		return
	}
	if n := source - k.planned; n > 0 {
		k.list = k.list[min(n, len(k.list)):]
		k.planned, k.last = source, ""
	}
	if name != "" {
		k.last = name
	}
}
