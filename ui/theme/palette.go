package theme

import "github.com/muesli/termenv"

// A colour has a value for terminals with many colours and an index for those
// with sixteen, whose shades belong to the user. The zero colour is the
// terminal's own.
type colour struct {
	hex string // "#rrggbb"
	idx string // "0" to "15"
}

// A palette says how each meaning looks; everything on the screen is one of these.
type palette struct {
	faint   colour // borders at rest, hints, what is not possible now
	accent  colour // where the focus is
	onTint  colour // text on accent
	dir     colour // what can be entered
	link    colour // what points elsewhere
	archive colour // what holds other files
	media   colour // what is looked at or listened to
	mark    colour // what the user has marked
	cursor  colour // background of the row under the cursor
	onRow   colour // text on cursor
	resting colour // background of the cursor row in the other pane
	good    colour
	warn    colour
	bad     colour
	onBad   colour // text on bad
	bar     colour // background of the key bar and of fields
	window  colour // background of windows
	strong  bool   // bold wherever it helps: high contrast
}

func dark() palette {
	return palette{
		faint: colour{"#8b949e", "8"}, accent: colour{"#58a6ff", "12"}, onTint: colour{"#0d1117", "0"},
		dir: colour{"#79c0ff", "12"}, link: colour{"#56d4dd", "14"}, archive: colour{"#ffa657", "3"}, media: colour{"#d2a8ff", "13"},
		mark:   colour{"#f2cc60", "11"},
		cursor: colour{"#1f6feb", "4"}, onRow: colour{"#ffffff", "15"}, resting: colour{"#30363d", "8"},
		good: colour{"#56d364", "10"}, warn: colour{"#e3b341", "11"}, bad: colour{"#ff7b72", "9"},
		onBad: colour{"#0d1117", "0"}, bar: colour{"#2d333b", ""}, window: colour{"#1c2128", ""},
	}
}

func light() palette {
	return palette{
		faint: colour{"#59636e", "8"}, accent: colour{"#0550ae", "4"}, onTint: colour{"#ffffff", "15"},
		dir: colour{"#0550ae", "4"}, link: colour{"#116b73", "6"}, archive: colour{"#953800", "3"}, media: colour{"#7340c9", "5"},
		mark:   colour{"#8a4600", "5"},
		cursor: colour{"#0969da", "4"}, onRow: colour{"#ffffff", "15"}, resting: colour{"#d1d9e0", "7"},
		good: colour{"#116329", "2"}, warn: colour{"#7d4e00", "5"}, bad: colour{"#b3121d", "1"},
		onBad: colour{"#ffffff", "15"}, bar: colour{"#dde3e9", ""}, window: colour{"#eff2f5", ""},
	}
}

func highContrast(darkBackground bool) palette {
	black, white := colour{"#000000", "0"}, colour{"#ffffff", "15"}
	p := palette{
		faint: white, accent: colour{"#ffff00", "11"}, onTint: black,
		dir: colour{"#00ffff", "14"}, link: colour{"#ff9cff", "13"}, archive: colour{"#ffaf5f", "3"}, media: colour{"#d7afff", "13"},
		mark:   colour{"#ffff00", "11"},
		cursor: white, onRow: black, resting: colour{"#5f5f5f", "8"},
		good: colour{"#00ff00", "10"}, warn: colour{"#ffff00", "11"}, bad: colour{"#ff9090", "9"},
		onBad: black, bar: colour{"#303030", ""}, window: colour{"#1a1a1a", ""}, strong: true,
	}
	if !darkBackground {
		p = palette{
			faint: black, accent: colour{"#0000c0", "4"}, onTint: white,
			dir: colour{"#0000c0", "4"}, link: colour{"#6a006a", "5"}, archive: colour{"#5f3700", "3"}, media: colour{"#4b0082", "5"},
			mark:   colour{"#7a0000", "1"},
			cursor: black, onRow: white, resting: colour{"#c0c0c0", "7"},
			good: colour{"#005000", "2"}, warn: colour{"#5f3700", "5"}, bad: colour{"#a00000", "1"},
			onBad: white, bar: colour{"#e4e4e4", ""}, window: colour{"#f4f4f4", ""}, strong: true,
		}
	}
	return p
}

// sgr is the colour's part of an SGR sequence in what the terminal can do.
func (c colour) sgr(p termenv.Profile, background bool) string {
	v := c.hex
	if p == termenv.ANSI {
		v = c.idx
	}
	if v == "" || p == termenv.Ascii {
		return ""
	}
	col := p.Color(v)
	if col == nil {
		return ""
	}
	return col.Sequence(background)
}
