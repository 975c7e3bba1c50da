package panel_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"gantry/remote"
	"gantry/ui/panel"
	"gantry/ui/theme"
)

func TestNamesHaveTheColourOfTheirKind(t *testing.T) {
	s := theme.New("dark", termenv.TrueColor, true)
	link := object("in/", "l.zip", 1)
	link.Type = remote.Link
	p := panel.New(panel.Options{ID: 1, Styles: s, Hidden: true, Now: func() time.Time { return noon }})
	p.SetSize(80, 20)
	run(p, p.Open(t.Context(), place(acme(
		folder("in/", "folder.zip"), link, object("in/", "a.tar.GZ", 1), object("in/", "b.JPeg", 1),
		object("in/", "c.txt", 1), object("in/", ".png", 1), object("in/", "noext", 1), object("in/", "d.verylongextension", 1),
	), "in/"), ""))
	for name, style := range map[string]theme.Style{
		"folder.zip/": s.Dir, "l.zip": s.Link, "a.tar.GZ": s.Archive, "b.JPeg": s.Media, "c.txt": s.File,
		".png": s.Hidden, "noext": s.File, "d.verylongextension": s.File,
	} {
		for _, l := range p.View(false) {
			at := strings.Index(l, name)
			if at < 0 {
				continue
			}
			before := strings.TrimSuffix(ansi.Strip(l[:at]), "▸ ")
			if style.Open() != "" && !strings.Contains(l[:at], style.Open()) {
				t.Errorf("%s is not in its colour: %q (after %q)", name, l, before)
			}
			for what, other := range map[string]theme.Style{"archive": s.Archive, "media": s.Media, "link": s.Link} {
				if other != style && strings.Contains(l, other.Open()) {
					t.Errorf("%s has the colour of %s", name, what)
				}
			}
		}
	}
}

func TestANameThatIsCutStandsInTheFoot(t *testing.T) {
	long := strings.Repeat("quarter ", 6) + "1.parquet"
	p := opened(t, acme(object("in/", long, 1), object("in/", "short", 1)))
	p.SetSize(60, 12)
	p.CursorAt(long)
	if got := p.View(true)[10]; !strings.Contains(got, "1 of 2 · STANDARD · quarter quarter qu…quarter 1.parquet") {
		t.Errorf("the foot is %q", got)
	}
	p.SetSize(100, 12)
	if got := p.View(true)[10]; strings.Contains(got, "quarter") {
		t.Errorf("the foot repeats a name that can be read: %q", got)
	}
	p.SetSize(60, 12)
	p.CursorAt("short")
	if got := p.View(true)[10]; strings.Contains(got, "short") {
		t.Errorf("the foot is %q", got)
	}
}

func TestANarrowPaneShowsTheYearOfOldEntries(t *testing.T) {
	old := object("in/", "old", 1)
	old.ModTime = time.Date(2019, 4, 5, 6, 7, 8, 0, time.UTC)
	p := opened(t, acme(old))
	p.SetSize(40, 8)
	if got := screen(p); !strings.Contains(got, "1B  2019  ") || strings.Contains(got, "2019-") {
		t.Errorf("got\n%s", got)
	}
}
