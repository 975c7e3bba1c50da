package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/term"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/text"
)

// moved is how far the jobs of a command are together.
type moved struct {
	bytes, items transfer.Progress
	counted      int64 // of the items, by the word, see transfer.Snapshot.Counted
	word         string
	listed       bool
	rate         float64
	eta          time.Duration // of the slowest; -1 while nobody can tell
	failures     int
	proven       transfer.Progress
	trouble      error // of one of the jobs
	moving       bool  // one of the jobs moves bytes, or may
	checking     bool  // one of them verifies what it has moved
}

func (m *moved) add(s transfer.Snapshot) {
	m.bytes.Done += s.Bytes.Done
	m.bytes.Total += max(s.Bytes.Total, s.Bytes.Done)
	m.items.Done += s.Items.Done
	m.items.Total += max(s.Items.Total, s.Items.Done)
	n, word := s.Counted()
	m.counted += n
	if m.word == "" || word != "" && s.Undoable { // what other jobs have deleted was copied as well
		m.word = word
	}
	m.proven.Done += s.Proven.Done
	m.proven.Total += s.Proven.Total
	m.rate, m.failures, m.listed = m.rate+s.Rate, m.failures+s.Failures, m.listed && s.Listed
	if s.Trouble != nil {
		m.trouble = s.Trouble
	}
	m.moving = m.moving || s.State == transfer.Running || s.State == transfer.Listing
	m.checking = m.checking || s.State == transfer.Verifying
	switch {
	case s.State.Ended() || m.eta < 0:
	case s.ETA < 0:
		m.eta = -1
	default:
		m.eta = max(m.eta, s.ETA)
	}
}

// verifying tells whether all that is left to do is to verify what was moved.
func (m *moved) verifying() bool { return m.checking && !m.moving }

// count is how many items are done: "12", "copied 12".
func (m *moved) count() string { return strings.TrimSpace(m.word + " " + text.Count(m.counted)) }

// far is how much is done: "139 MiB of 300 MiB, 0 of 1 item".
func (m *moved) far() string {
	least := ""
	if !m.listed {
		least = "at least "
	}
	items := fmt.Sprintf("%s of %s%s", m.count(), least, text.Plural(m.items.Total, "item"))
	if m.bytes.Total == 0 {
		return items
	}
	return fmt.Sprintf("%s of %s%s, %s", text.Size(m.bytes.Done), least, text.Size(m.bytes.Total), items)
}

// line is all of it in w columns.
func (m *moved) line(w int) string {
	of := text.Size(m.bytes.Total)
	if !m.listed {
		of = "at least " + of
	}
	parts := []string{
		fmt.Sprintf("%s of %s", text.Size(m.bytes.Done), of),
		fmt.Sprintf("%s of %s", m.count(), text.Count(m.items.Total)),
	}
	if m.failures > 0 {
		parts = append(parts, text.Count(int64(m.failures))+" failed")
	}
	switch {
	case m.verifying():
		parts = append(parts, transfer.Verifying.String())
	case m.rate > 0:
		parts = append(parts, text.Rate(m.rate))
	}
	if m.eta > 0 && !m.verifying() {
		parts = append(parts, text.ETA(m.eta))
	}
	if m.proven.Total > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s parts verified", text.Count(m.proven.Done), text.Count(m.proven.Total)))
	}
	if m.trouble != nil {
		parts = append(parts, "trying again: "+remote.HintOf(m.trouble))
	}
	return text.Truncate(text.Clean(strings.Join(parts, "  ")), w)
}

func (m *moved) json() progressJSON {
	j := progressJSON{
		"progress", m.bytes.Done, m.bytes.Total, m.items.Done, m.items.Total, m.listed, m.rate, m.failures,
		m.proven.Done, m.proven.Total, "", m.verifying(),
	}
	if m.trouble != nil {
		j.Trouble = remote.HintOf(m.trouble)
	}
	return j
}

// progressLine is the one live line of a command that lasts, on a terminal. A
// nil line draws nothing. Its methods may be called from several goroutines.
type progressLine struct {
	w     io.Writer
	width func() int // of the terminal now

	mu    sync.Mutex
	drawn bool
}

// newProgressLine is for the terminal f; nil if it is none.
func newProgressLine(stream any) *progressLine {
	f, ok := stream.(*os.File)
	if !ok || !terminal(f) {
		return nil
	}
	return &progressLine{w: f, width: func() int {
		if w, _, err := term.GetSize(f.Fd()); err == nil && w > 0 {
			return w
		}
		return 80
	}}
}

func (l *progressLine) draw(m moved) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drawn = true
	// In the last column some terminals wrap, and the line could not be taken away.
	_, _ = io.WriteString(l.w, "\r\x1b[K"+m.line(l.width()-1))
}

// clear takes the line away, so that other text can be printed.
func (l *progressLine) clear() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.drawn {
		return
	}
	l.drawn = false
	_, _ = io.WriteString(l.w, "\r\x1b[K")
}

// String is the summary for people.
func (t totals) String() string {
	verb := map[string]string{"copy": "copied", "move": "moved", "delete": "deleted"}[t.Op]
	if t.DryRun {
		verb = "would be " + verb
	}
	s := fmt.Sprintf("%s %s", text.Count(t.Done), verb)
	if t.Bytes > 0 {
		s += ", " + text.Size(t.Bytes)
		if t.Seconds > 0 && !t.DryRun {
			s += " at " + text.Rate(float64(t.Bytes)/t.Seconds)
		}
	}
	cancelled := "cancelled"
	if t.kept {
		cancelled = "left"
	}
	for _, part := range []struct {
		n    int64
		word string
	}{{t.Skipped, "skipped"}, {t.Failed, "failed"}, {t.Cancelled, cancelled}} {
		if part.n > 0 {
			s += fmt.Sprintf(", %s %s", text.Count(part.n), part.word)
		}
	}
	return s
}

// progressJSON is a step of progress as --json prints it; totals grow until
// listed is true.
type progressJSON struct {
	Type     string  `json:"type"`
	Bytes    int64   `json:"bytes"`
	Total    int64   `json:"total_bytes"`
	Items    int64   `json:"items"`
	AllItems int64   `json:"total_items"`
	Listed   bool    `json:"listed"`
	Rate     float64 `json:"bytes_per_second"`
	Failures int     `json:"failures"`
	Proven   int64   `json:"parts_proven,omitempty"` // of interrupted items, against their sources
	Parts    int64   `json:"parts,omitempty"`        // of these items
	Trouble  string  `json:"trouble,omitempty"`      // why nothing succeeds although it is tried again
	Checking bool    `json:"verifying,omitempty"`    // nothing is left to be moved, only to be verified
}

// itemJSON is an ended item as --json prints it.
type itemJSON struct {
	Type        string `json:"type"`
	State       string `json:"state"`
	Source      string `json:"source"`
	SourceBytes []byte `json:"source_base64,omitempty"` // when it is not UTF-8
	Target      string `json:"target,omitempty"`
	TargetBytes []byte `json:"target_base64,omitempty"`
	Dir         bool   `json:"dir,omitempty"`
	Size        int64  `json:"size"`
	Attempts    int    `json:"attempts,omitempty"`
	Verified    string `json:"verified,omitempty"`
	Proven      int64  `json:"parts_proven,omitempty"` // of an item that was interrupted
	Parts       int64  `json:"parts,omitempty"`
	Note        string `json:"note,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Kind        string `json:"kind,omitempty"`
	Message     string `json:"message,omitempty"`
	Cause       string `json:"cause,omitempty"` // what the server said, with the request's id
}

func newItemJSON(it transfer.ItemSnapshot) itemJSON {
	j := itemJSON{
		Type: "item", State: it.State.String(), Source: it.Source, Target: it.Target, Dir: it.Dir,
		Size: max(it.Bytes.Total, 0), Attempts: it.Attempts, Verified: it.Verified, Reason: it.Reason,
		Proven: it.Proven.Done, Parts: it.Proven.Total, Note: it.Note,
		SourceBytes: rawBytes(it.Source), TargetBytes: rawBytes(it.Target),
	}
	if it.Skipped {
		j.State = "skipped"
	}
	if it.Err != nil {
		kind := remote.KindOf(it.Err)
		if kind == remote.Exist {
			j.Type = "conflict"
		}
		j.Kind, j.Message, j.Cause = kind.String(), remote.HintOf(it.Err), remote.CauseOf(it.Err)
	}
	return j
}
