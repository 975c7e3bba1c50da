package ui

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// Bounds of what is shown of a file.
const (
	viewMax = 256 << 10 // bytes of text
	hexMax  = 64 << 10  // bytes of anything else
	hexRow  = 16
)

// contentMsg is the beginning of a file, ready to be shown.
type contentMsg struct {
	title string
	text  string
	end   bool // begin at the end, as for a log
	err   error
}

// viewEntry reads the beginning of e in a Cmd and shows it.
func (m *Model) viewEntry(place remote.Place, e remote.Entry) tea.Cmd {
	if e.Type == remote.Special {
		m.say(bad, "View: "+e.Name+" is a pipe, a socket or a device")
		return nil
	}
	m.say(plain, "Reading "+e.Name+"…")
	ctx := m.ctx
	return func() tea.Msg {
		b, err := head(ctx, place.Tree, e)
		return contentMsg{title: e.Name, text: render(b, e.Size), err: err}
	}
}

// head is the first viewMax bytes of e.
func head(ctx context.Context, t remote.Tree, e remote.Entry) ([]byte, error) {
	n := int64(viewMax)
	if e.Size >= 0 {
		n = min(n, e.Size)
	}
	if n == 0 {
		return nil, nil
	}
	r, err := t.Open(ctx, e, 0, n)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, n))
	return b, errors.Join(err, r.Close())
}

// render makes content fit to be read: text as it is, anything else in
// hexadecimal. What comes out is still untrusted; the window cleans it.
func render(b []byte, size int64) string {
	if len(b) == 0 {
		return "(empty)"
	}
	var out strings.Builder
	shown := int64(len(b))
	if isText(b) {
		out.Write(bytes.ToValidUTF8(b, []byte("\uFFFD")))
	} else {
		shown = min(shown, hexMax)
		dump(&out, b[:shown])
	}
	if size > shown {
		fmt.Fprintf(&out, "\n… the first %s of %s", text.Size(shown), text.Size(size))
	}
	return out.String()
}

// isText tells whether content is worth showing as it is. A character that is
// cut at the end does not count.
func isText(b []byte) bool {
	if bytes.IndexByte(b, 0) >= 0 {
		return false
	}
	bad := 0
	for rest := b; len(rest) > utf8.UTFMax; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			bad++
		}
		rest = rest[n:]
	}
	return bad*10 <= len(b)
}

// dump writes rows of address, bytes and printable characters.
func dump(out *strings.Builder, b []byte) {
	for at := 0; at < len(b); at += hexRow {
		row := b[at:min(at+hexRow, len(b))]
		fmt.Fprintf(out, "%08x  ", at)
		for i := range hexRow {
			if i < len(row) {
				out.WriteString(hex.EncodeToString(row[i : i+1]))
			} else {
				out.WriteString("  ")
			}
			out.WriteByte(' ')
		}
		out.WriteByte(' ')
		for _, c := range row {
			if c < 0x20 || c > 0x7e {
				c = '.'
			}
			out.WriteByte(c)
		}
		out.WriteByte('\n')
	}
}

// viewLog shows the end of the program's log.
func (m *Model) viewLog() tea.Cmd {
	file := m.d.LogFile
	return func() tea.Msg {
		b, err := tail(file)
		return contentMsg{title: "Log " + file, text: string(b), end: true, err: err}
	}
}

// tail is the last viewMax bytes of a local file, from the start of a line.
func tail(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	from := max(0, info.Size()-viewMax)
	b, err := io.ReadAll(io.NewSectionReader(f, from, viewMax))
	if err != nil {
		return nil, err
	}
	if i := bytes.IndexByte(b, '\n'); from > 0 && i >= 0 {
		b = b[i+1:]
	}
	return b, nil
}

// showContent opens the window with what was read.
func (m *Model) showContent(msg contentMsg) tea.Cmd {
	m.hush()
	if msg.err != nil {
		m.fail("read "+msg.title, msg.err)
		return nil
	}
	width := max(40, m.w-8)
	d := dialog.NewInfo(m.st, dialog.InfoOptions{Title: msg.title, Text: msg.text, Width: width})
	m.dialogs.Push(d)
	if msg.end {
		d.View(m.w, m.windowHeight()) // it scrolls by what it has drawn
		d.Update(tea.KeyMsg{Type: tea.KeyEnd})
	}
	return nil
}
