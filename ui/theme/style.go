package theme

// A Style is a prepared pair of escape sequences. The zero Style changes
// nothing. A Style never measures or cleans what it renders: that is ui/text's.
type Style struct{ open string }

// Reset is the sequence that ends every style.
const Reset = "\x1b[m"

// Open is the sequence that starts the style, "" when it changes nothing.
// Styles may be opened on top of each other; what both set, the later wins.
func (s Style) Open() string { return s.open }

// Close is the sequence that ends the style and every style opened before it:
// who draws inside another style opens that one again.
func (s Style) Close() string {
	if s.open == "" {
		return ""
	}
	return Reset
}

// Render is t in the style. t must not close a style itself.
func (s Style) Render(t string) string {
	if s.open == "" || t == "" {
		return t
	}
	return s.open + t + Reset
}

// On is s drawn on top of base: what s does not set shows base. It allocates,
// so combine styles where they are built, not where rows are drawn.
func (s Style) On(base Style) Style { return Style{open: base.open + s.open} }
