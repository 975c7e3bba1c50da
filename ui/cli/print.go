package cli

import (
	"bufio"
	"encoding/json"
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"gantry/remote"
	"gantry/ui/text"
)

// printer writes data to stdout, buffered. Its methods may be called from
// several goroutines.
type printer struct {
	mu   sync.Mutex
	w    *bufio.Writer
	safe bool // the output is a terminal: make text safe

	objects, errors int64 // printed as JSON, by what they are
	summed          bool  // the summary is out
}

func newPrinter(w io.Writer, onTerminal bool) *printer {
	return &printer{w: bufio.NewWriterSize(w, 64<<10), safe: onTerminal}
}

// Line writes one line of untrusted text: exact into a pipe, safe on a terminal.
func (p *printer) Line(s string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.safe {
		s = text.Clean(s)
	}
	if _, err := p.w.WriteString(s); err != nil {
		return err
	}
	return p.w.WriteByte('\n')
}

// Object writes v as one line of JSON. It is flushed at once if now is set, so
// that a reader sees progress while it happens.
func (p *printer) Object(v any, now bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	enc := json.NewEncoder(p.w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	if _, failed := v.(errorJSON); failed {
		p.errors++
	} else {
		p.objects++
	}
	if now {
		return p.w.Flush()
	}
	return nil
}

// Summary is Object for the last line, which is printed once.
func (p *printer) Summary(v any) error {
	if p.summed {
		return nil
	}
	p.summed = true
	return p.Object(v, true)
}

// endSummary is the summary of a command that has none of its own.
type endSummary struct {
	Type   string `json:"type"`
	Items  int64  `json:"items"`  // printed or changed
	Failed int64  `json:"failed"` // errors
}

// end prints the summary, with which JSON ends whatever became of the command.
func (e *env) end() error {
	if !e.json {
		return nil
	}
	if e.sum != nil {
		return e.out.Summary(e.sum())
	}
	return e.out.Summary(endSummary{"summary", e.changed + e.out.objects, e.out.errors})
}

// did counts what a command has changed without a word, unless that failed.
func (e *env) did(err error) error {
	if err == nil {
		e.changed++
	}
	return err
}

// rawBytes are those of a text that JSON cannot hold: not UTF-8. nil for any other.
func rawBytes(s string) []byte {
	if utf8.ValidString(s) {
		return nil
	}
	return []byte(s)
}

// Flush writes what is buffered.
func (p *printer) Flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.w.Flush()
}

// entryJSON is an entry as --json prints it: sizes in bytes, times in RFC 3339.
type entryJSON struct {
	Type     string     `json:"type"`
	Location string     `json:"location"`
	Key      string     `json:"key"`
	KeyBytes []byte     `json:"key_base64,omitempty"` // when the key is not UTF-8
	Name     string     `json:"name"`
	Dir      bool       `json:"dir"`
	Link     bool       `json:"link,omitempty"`
	Size     *int64     `json:"size,omitempty"`
	Time     *time.Time `json:"time,omitempty"`
	Class    string     `json:"class,omitempty"`
	ETag     string     `json:"etag,omitempty"`
}

func newEntryJSON(t remote.Tree, e remote.Entry) entryJSON {
	j := entryJSON{
		Type: "entry", Location: t.Label() + string(e.Path), Key: string(e.Path), KeyBytes: rawBytes(string(e.Path)), Name: e.Name,
		Dir: e.Dir, Link: e.Type == remote.Link, Class: e.Class,
	}
	if t.Label() != "" {
		j.ETag = e.Version
	}
	if !e.Dir && e.Size >= 0 {
		j.Size = &e.Size
	}
	if !e.ModTime.IsZero() {
		utc := e.ModTime.UTC()
		j.Time = &utc
	}
	return j
}

// errorJSON is a failure as --json prints it.
type errorJSON struct {
	Type     string `json:"type"`
	Location string `json:"location,omitempty"`
	Kind     string `json:"kind"`
	Message  string `json:"message"`
	Cause    string `json:"cause,omitempty"` // what the server said, with the request's id
}

// fail reports an error about one location, on stderr and, with --json, on
// stdout too.
func (e *env) fail(location string, err error) {
	hint := remote.HintOf(err)
	if location != "" {
		e.warnf("%s: %s", location, hint)
	} else {
		e.warnf("%s", hint)
	}
	e.object(location, remote.KindOf(err), hint, remote.CauseOf(err))
}

// object reports an error on stdout with --json.
func (e *env) object(location string, k remote.Kind, message, cause string) {
	if e.json {
		_ = e.out.Object(errorJSON{"error", location, k.String(), message, cause}, true)
	}
}
