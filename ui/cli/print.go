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
	json bool
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
	if now {
		return p.w.Flush()
	}
	return nil
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
		Type: "entry", Location: t.Label() + string(e.Path), Key: string(e.Path), Name: e.Name,
		Dir: e.Dir, Link: e.Type == remote.Link, Class: e.Class,
	}
	if t.Label() != "" {
		j.ETag = e.Version
	}
	if !utf8.ValidString(j.Key) {
		j.KeyBytes = []byte(j.Key)
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
	if e.json {
		_ = e.out.Object(errorJSON{"error", location, remote.KindOf(err).String(), hint, remote.CauseOf(err)}, true)
	}
}
