package theme

import (
	"slices"
	"strings"

	"github.com/muesli/termenv"
)

// Styles is how everything looks. Fields are named by meaning; their comments
// say what else tells the meaning when there is no colour.
type Styles struct {
	Name string // the theme in use: "dark", "light", "high-contrast", "plain"
	Dark bool   // the terminal's background is dark

	Text        Style // ordinary text; changes nothing
	Dim         Style // hints, separators
	Disabled    Style // not possible now; the reason is beside it
	Border      Style // a pane or window at rest
	BorderFocus Style // where the keys go
	Title       Style // a title at rest
	TitleFocus  Style // bold
	PathFocus   Style // the location of the pane that has the keys; reverse
	Badge       Style // RO, versioned, locked: words by themselves
	BadgeWarn   Style // "?" for a partial listing and the like

	Header     Style // column heads
	HeaderSort Style // the column that sorts; has an arrow
	Foot       Style // the line under a listing
	Status     Style // the status lines

	File         Style // a row; changes nothing
	Dir          Style // a row; the name ends in a slash
	Link         Style // a row
	Archive      Style // a row; the extension says it too
	Media        Style // a row: pictures, films, music
	Meta         Style // size and time of a row
	Hidden       Style // a row; the name starts with a dot
	Marked       Style // a row; has a ● before it
	Match        Style // letters that a filter matched; underlined
	Cursor       Style // the row under the cursor, reverse without colours
	CursorMarked Style // the same when it is marked
	CursorBlur   Style // the cursor's row in the pane without focus; underlined without colours
	DropTarget   Style // where a drag would drop
	Ghost        Style // what is being dragged

	Good Style // has a ✓ or words
	Warn Style // has a ! or words
	Bad  Style // has a ✗ or words

	KeyNum  Style // "F1" in the key bar, a letter in a hint
	KeyName Style // "Help" in the key bar
	KeyOff  Style // an action in the key bar that is not possible now

	Dialog       Style // a window and its text; a background where there are colours enough
	DialogBorder Style // the frame of a window and its title
	DialogDanger Style // the same of a dangerous window
	Button       Style // shown as "[ Yes ]"
	ButtonFocus  Style // reverse
	ButtonDanger Style // the focused button that destroys something; reverse
	Input        Style // a text field; underlined without colours
	InputCursor  Style // the cell where typing goes; reverse
	InputSelect  Style // text that typing replaces; reverse

	Progress     Style // the filled part of a bar
	ProgressRest Style // the rest of a bar
}

// Names are the words that `theme` in the store may have, the default first.
func Names() []string { return []string{"auto", "dark", "light", "high-contrast", "plain"} }

// New builds the styles. name is one of Names, anything else counts as "auto",
// which takes dark or light by the terminal's background. termenv.Ascii is
// NO_COLOR: attributes only. "plain" has no escape sequence at all.
func New(name string, profile termenv.Profile, darkBackground bool) *Styles {
	if !slices.Contains(Names(), name) || name == "auto" {
		name = "light"
		if darkBackground {
			name = "dark"
		}
	}
	if name == "plain" {
		return Plain()
	}
	var p palette
	switch name {
	case "light":
		p = light()
	case "high-contrast":
		p = highContrast(darkBackground)
	default:
		p = dark()
	}
	s := build(p, profile)
	s.Name, s.Dark = name, darkBackground
	return s
}

// Plain is a screen without any escape sequence: for tests and for terminals
// that cannot do anything.
func Plain() *Styles { return &Styles{Name: "plain", Dark: true} }

// Attributes of SGR.
const (
	bold      = "1"
	faint     = "2"
	underline = "4"
	reverse   = "7"
)

// builder makes styles of one palette for one terminal.
type builder struct {
	palette
	profile termenv.Profile
}

// fg is text in a colour.
func (b builder) fg(c colour, attrs ...string) Style {
	return b.on(c, colour{}, attrs...)
}

// on is text in fg on bg; an empty colour is left as it is.
func (b builder) on(fg, bg colour, attrs ...string) Style {
	parts := slices.Clone(attrs)
	for _, p := range []string{fg.sgr(b.profile, false), bg.sgr(b.profile, true)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return Style{}
	}
	return Style{open: "\x1b[" + strings.Join(parts, ";") + "m"}
}

// mono gives attrs when the terminal shows no colours, and else none: what
// colour says there, an attribute has to say here.
func (b builder) mono(attrs ...string) []string {
	if b.profile == termenv.Ascii {
		return attrs
	}
	return nil
}

// tint is text on a strong background. With sixteen colours it is the other way
// round, text of that colour in reverse: terminals show bold black as grey.
func (b builder) tint(fg, bg colour) Style {
	if b.profile == termenv.ANSI {
		return b.fg(bg, reverse)
	}
	return b.on(fg, bg, append([]string{bold}, b.mono(reverse)...)...)
}

// heavy adds bold in high contrast.
func (b builder) heavy(attrs ...string) []string {
	if b.strong {
		return append([]string{bold}, attrs...)
	}
	return attrs
}

func build(p palette, profile termenv.Profile) *Styles {
	b := builder{p, profile}
	s := &Styles{
		Dim:         b.fg(p.faint, b.mono(faint)...),
		Disabled:    b.fg(p.faint, faint),
		Border:      b.fg(p.faint, b.mono(faint)...),
		BorderFocus: b.fg(p.accent, b.heavy()...),
		Title:       b.fg(p.faint),
		TitleFocus:  b.fg(p.accent, bold),
		PathFocus:   b.tint(p.onTint, p.accent),
		Badge:       b.fg(p.warn),
		BadgeWarn:   b.fg(p.bad, bold),

		Header:     b.fg(p.faint, b.heavy()...),
		HeaderSort: b.fg(p.accent, bold),
		Foot:       b.fg(p.faint, b.mono(faint)...),
	}
	b.rows(s)
	b.windows(s)
	return s
}

func (b builder) rows(s *Styles) {
	s.Dir = b.fg(b.dir, bold)
	s.Link = b.fg(b.link)
	s.Archive = b.fg(b.archive)
	s.Media = b.fg(b.media)
	s.Meta = b.fg(b.faint)
	s.Hidden = b.fg(b.faint, b.mono(faint)...)
	s.Marked = b.fg(b.mark, bold)
	s.Match = b.fg(b.warn, underline)
	s.Cursor = b.on(b.onRow, b.cursor, b.heavy(b.mono(reverse)...)...)
	s.CursorMarked = b.on(b.onRow, b.cursor, append([]string{bold}, b.mono(reverse)...)...)
	s.CursorBlur = b.on(colour{}, b.resting, b.mono(underline)...)
	s.DropTarget = b.tint(b.onTint, b.good)
	s.Ghost = b.tint(b.onTint, b.mark)
	if b.profile == termenv.ANSI && b.onRow.idx == "0" {
		s.Cursor, s.CursorMarked = b.tint(b.onRow, b.cursor), b.tint(b.onRow, b.mark)
	}
	if b.profile == termenv.ANSI {
		// The sixteen colours hold no shade that is surely behind every text.
		s.CursorBlur = Style{open: "\x1b[" + underline + "m"}
	}
}

func (b builder) windows(s *Styles) {
	s.Good = b.fg(b.good, b.heavy()...)
	s.Warn = b.fg(b.warn, b.heavy()...)
	s.Bad = b.fg(b.bad, bold)

	s.KeyNum = b.fg(b.accent, bold)
	s.KeyName = b.on(colour{}, b.bar, b.mono(reverse)...)
	s.KeyOff = b.on(b.faint, b.bar, faint)

	s.Dialog = b.on(colour{}, b.window)
	s.DialogBorder = b.fg(b.accent, bold)
	s.DialogDanger = b.fg(b.bad, bold)
	s.Button = b.on(colour{}, b.bar)
	s.ButtonFocus = b.tint(b.onTint, b.accent)
	s.ButtonDanger = b.tint(b.onBad, b.bad)
	s.Input = b.on(colour{}, b.bar, b.mono(underline)...)
	if b.profile == termenv.ANSI {
		s.Input = Style{open: "\x1b[" + underline + "m"}
	}
	s.InputCursor = Style{open: "\x1b[" + reverse + "m"}
	s.InputSelect = b.tint(b.onTint, b.mark)
	s.Progress = b.fg(b.good)
	s.ProgressRest = b.fg(b.faint, b.mono(faint)...)
}
