package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/text"
)

// progressLine is the one live line of a command that lasts, on a terminal. A
// nil line draws nothing.
type progressLine struct {
	w     io.Writer
	drawn bool
}

func (l *progressLine) draw(done, total, items, all int64, listed bool, rate float64, failures int, proven transfer.Progress) {
	if l == nil {
		return
	}
	of := text.Size(total)
	if !listed {
		of = "at least " + of
	}
	parts := []string{fmt.Sprintf("%s of %s", text.Size(done), of), fmt.Sprintf("%s of %s", text.Count(items), text.Count(all))}
	if rate > 0 {
		parts = append(parts, text.Rate(rate))
		if listed && total > done {
			parts = append(parts, text.ETA(time.Duration(float64(total-done)/rate*float64(time.Second))))
		}
	}
	if proven.Total > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s parts verified", text.Count(proven.Done), text.Count(proven.Total)))
	}
	if failures > 0 {
		parts = append(parts, fmt.Sprintf("%s failed", text.Count(int64(failures))))
	}
	l.drawn = true
	_, _ = io.WriteString(l.w, "\r\x1b[K"+strings.Join(parts, "  "))
}

// clear takes the line away, so that other text can be printed.
func (l *progressLine) clear() {
	if l == nil || !l.drawn {
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
	for _, part := range []struct {
		n    int64
		word string
	}{{t.Skipped, "skipped"}, {t.Failed, "failed"}, {t.Cancelled, "cancelled"}} {
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
}

// itemJSON is an ended item as --json prints it.
type itemJSON struct {
	Type        string `json:"type"`
	State       string `json:"state"`
	Source      string `json:"source"`
	SourceBytes []byte `json:"source_base64,omitempty"` // when it is not UTF-8
	Target      string `json:"target,omitempty"`
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
}

func newItemJSON(it transfer.ItemSnapshot) itemJSON {
	j := itemJSON{
		Type: "item", State: it.State.String(), Source: it.Source, Target: it.Target, Dir: it.Dir,
		Size: max(it.Bytes.Total, 0), Attempts: it.Attempts, Verified: it.Verified, Reason: it.Reason,
		Proven: it.Proven.Done, Parts: it.Proven.Total, Note: it.Note,
	}
	if it.Skipped {
		j.State = "skipped"
	}
	if it.Err != nil {
		kind := remote.KindOf(it.Err)
		if kind == remote.Exist {
			j.Type = "conflict"
		}
		j.Kind, j.Message = kind.String(), remote.HintOf(it.Err)
	}
	if !utf8.ValidString(it.Source) {
		j.SourceBytes = []byte(it.Source)
	}
	return j
}
