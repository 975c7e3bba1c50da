package transfer

import (
	"encoding/json"
	"time"

	"gantry/remote"
	"gantry/transfer/plan"
)

// sourcesFew is how many sources go with the record of the job, which is written
// again with every step. More are put on record by themselves, once.
const sourcesFew = 500

// Of sources that come one by one so many are on record before the first of them
// is planned, and then so many at a time.
const (
	sourcesFirst = 10_000
	sourcesPage  = 1000
)

// listPage is how many sources of a list are brought into form at a time.
const listPage = 50_000

// spec is what a job was asked for, as the journal keeps it: the rules, the
// sources if they are few, and how far they are planned. Names are bytes, which
// JSON strings are not.
type spec struct {
	Rules
	Sources  []specSource     `json:"sources,omitempty"`
	Dropped  int              `json:"dropped,omitempty"`  // sources before these, which an older gantry has not kept
	Apart    int              `json:"apart,omitempty"`    // at least so many sources go on record by themselves
	Whole    bool             `json:"whole,omitempty"`    // no source is missing at the end
	Planned  int              `json:"planned,omitempty"`  // of a copy how many are behind the plan; of a move how many it has met
	Last     []byte           `json:"last,omitempty"`     // up to this name below that source everything is planned
	Num      int64            `json:"num,omitempty"`      // of the last item that was planned
	Recorded bool             `json:"recorded,omitempty"` // everything is planned, or was before the journal was damaged
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

// sources is what a job knows of its sources, see spec. It belongs to job.mu.
type sources struct {
	list    []plan.Source // all, or the first few of those that are on record by themselves
	dropped int
	apart   int
	failed  bool // to be put on record
	whole   bool
	planned int
	last    string
	num     int64
}

// blob is the job's spec for the journal. The caller holds job.mu.
func (j *job) blob() []byte {
	k := &j.kept
	s := spec{
		Rules: j.req.Rules, Dropped: k.dropped, Apart: k.apart, Whole: k.whole, Planned: k.planned, Last: []byte(k.last), Num: k.num,
		Recorded: j.recorded || j.adopted != nil && j.adopted.lost, Phased: j.phased, Deleting: j.deleting, Levels: j.levels,
	}
	s.OnConflict = j.policy // what was answered for all goes on to hold
	if k.apart == 0 {
		for _, src := range k.list {
			s.Sources = append(s.Sources, specOf(src))
		}
	}
	b, err := json.Marshal(s)
	if err != nil { // cannot happen: plain data
		return nil
	}
	return b
}
