package ui

import (
	"context"
	"net/url"
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
)

// dropMost bounds how many paths one paste may name.
const dropMost = 10_000

// droppedMsg is what pasted paths turned out to be.
type droppedMsg struct {
	place   remote.Place // of the first
	entries []remote.Entry
	err     error
}

// pasted is text that was pasted, which never runs an action. While a filter is
// typed it is part of it. Files that are dropped from the desktop come as
// pasted paths: they are looked up and the user is asked where they go.
func (m *Model) pasted(s string) tea.Cmd {
	if m.filter.on {
		m.filter.typed = append(m.filter.typed, []rune(s)...)
		return m.here().SetFilter(string(m.filter.typed))
	}
	paths := droppedPaths(s)
	if m.view != onPanes || len(paths) == 0 || len(paths) > dropMost {
		m.say(plain, "Pasted text runs no actions; paste where text is asked for.")
		return nil
	}
	ctx, open := m.ctx, m.d.Open
	return func() tea.Msg { return lookUp(ctx, open, paths) }
}

// lookUp finds the entries of local paths.
func lookUp(ctx context.Context, open opener, paths []string) droppedMsg {
	var msg droppedMsg
	for _, p := range paths {
		place, err := open(ctx, p)
		if err != nil {
			return droppedMsg{err: err}
		}
		e, err := place.Tree.Stat(ctx, place.Path)
		if err != nil {
			return droppedMsg{err: err}
		}
		dir := place.Tree.Dir(place.Path)
		e.Name = base(dir, place.Path)
		if msg.place.Tree == nil {
			place.Path = dir
			msg.place = place
		}
		if place.Tree != msg.place.Tree {
			return droppedMsg{err: &remote.Error{Op: "drop", Path: e.Path, Kind: remote.Unsupported, Hint: "The dropped files are in different places; drop them one place at a time."}}
		}
		msg.entries = append(msg.entries, e)
	}
	return msg
}

// dropped asks where dropped files go, beginning with the active pane.
func (m *Model) dropped(msg droppedMsg) tea.Cmd {
	if msg.err != nil {
		m.fail("take what was dropped", msg.err)
		return nil
	}
	c := cargo{place: msg.place, count: len(msg.entries), first: msg.entries[0]}
	for _, e := range msg.entries {
		if e.Dir {
			c.dirs++
			continue
		}
		c.bytes += max(0, e.Size)
	}
	c.all = func(yield func(remote.Entry) bool) {
		for _, e := range msg.entries {
			if !yield(e) {
				return
			}
		}
	}
	return m.askWhere(transfer.Copy, c, m.here().Place())
}

// droppedPaths reads pasted text as absolute local paths: one or several,
// separated by spaces or newlines, quoted as shells and terminals do, or as
// file:// URLs. nil when the text is anything else.
func droppedPaths(s string) []string {
	words := shellWords(s)
	for i, w := range words {
		if u, err := url.Parse(w); err == nil && u.Scheme == "file" {
			w = u.Path
		}
		if !filepath.IsAbs(w) {
			return nil
		}
		words[i] = filepath.Clean(w)
	}
	return words
}

// shellWords splits as a shell does: at white space, with '…', "…" and, where a
// backslash does not separate folders, backslashes as quotes.
func shellWords(s string) []string {
	var words []string
	var word strings.Builder
	quote, inWord, escaped := rune(0), false, false
	for _, r := range s {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'' && filepath.Separator != '\\':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\n' || r == '\r' || r == '\t':
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}
