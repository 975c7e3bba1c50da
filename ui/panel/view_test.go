package panel_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/charmbracelet/x/vt"
	"github.com/muesli/termenv"

	"gantry/remote"
	"gantry/ui/panel"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// motley are entries of every look, among them names that terminals disagree on.
func motley() []remote.Entry {
	deep := object("in/", "archive.tar.gz", 7<<30)
	deep.Class = "DEEP_ARCHIVE"
	link := object("in/", "link", 9)
	link.Type = remote.Link
	fifo := object("in/", "pipe", 0)
	fifo.Type = remote.Special
	unknown := object("in/", "unknown", -1)
	unknown.ModTime = time.Time{}
	return []remote.Entry{
		folder("in/", "march"), folder("in/", ""), deep, link, fifo, unknown,
		object("in/", "世界報告.txt", 100), object("in/", "e\u0301te\u0301.md", 2048), object("in/", "हिन्दी.txt", 5),
		object("in/", "evil\x1b[31m\u202e.exe", 3), object("in/", "bad\xff\n.bin", 4),
		object("in/", strings.Repeat("long", 30)+".parquet", 1288490188),
	}
}

func TestLooks(t *testing.T) {
	for _, c := range []struct {
		name string
		w, h int
		do   func(p *panel.Panel)
	}{
		{"wide", 100, 19, func(p *panel.Panel) { p.CursorAt("archive.tar.gz") }},
		{"half", 50, 19, func(p *panel.Panel) { p.MarkAll(); p.Bottom() }},
		{"small", 40, 8, func(p *panel.Panel) { p.Move(2) }},
		{"tiny", 20, 5, func(p *panel.Panel) { p.Bottom() }},
		{"filtered", 60, 8, func(p *panel.Panel) { run(p, p.SetFilter("T")) }},
		{"nothing", 60, 8, func(p *panel.Panel) { run(p, p.SetFilter("nowhere")) }},
		{"sorted", 60, 8, func(p *panel.Panel) { run(p, p.SetSort(panel.BySize, true)); p.Top(); p.MarkRange(); p.Move(2) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := acme(motley()...)
			b.readOnly = true
			p := opened(t, b)
			p.SetSize(c.w, c.h)
			c.do(p)
			golden.RequireEqual(t, []byte(screen(p)+"\n"))
		})
	}
}

func TestEveryViewHasExactlyItsSize(t *testing.T) {
	broken := acme()
	broken.fail = map[string]error{"in/@": &remote.Error{Kind: remote.Auth, Hint: strings.Repeat("a sentence with a remedy ", 9)}}
	odd := acme(motley()...)
	odd.pageSize, odd.fail = 6, map[string]error{"in/@6": &remote.Error{Kind: remote.Throttled, Hint: "slow\ndown"}}
	for name, b := range map[string]*bucket{"entries": acme(motley()...), "empty": acme(), "broken": broken, "partial": odd} {
		for _, styles := range []*theme.Styles{theme.Plain(), theme.New("dark", termenv.TrueColor, true), theme.New("dark", termenv.Ascii, true)} {
			p := panel.New(panel.Options{ID: 1, Styles: styles, Now: func() time.Time { return noon }})
			p.SetPos(3)
			for _, l := range p.View(true) {
				t.Errorf("a pane of no size has the line %q", l)
			}
			run(p, p.Open(t.Context(), place(b, "in/"), ""))
			p.MarkRow(2)
			for w := 0; w < 130; w += 1 + w/24 {
				for h := range 9 {
					p.SetSize(w, h)
					checkSize(t, name, p, w, h)
				}
			}
		}
	}
}

func checkSize(t *testing.T, name string, p *panel.Panel, w, h int) {
	t.Helper()
	for _, focus := range []bool{true, false} {
		lines := p.View(focus)
		if len(lines) != h {
			t.Fatalf("%s %dx%d: %d lines", name, w, h, len(lines))
		}
		for i, l := range lines {
			if got := text.Width(l); got != w {
				t.Fatalf("%s %dx%d: line %d has %d cells: %q", name, w, h, i, got, l)
			}
		}
	}
}

// TestBordersStandStraightInATerminal draws a pane in the middle of an emulated
// screen; the right border must be where it belongs, whatever the names.
func TestBordersStandStraightInATerminal(t *testing.T) {
	const x, w, h = 7, 40, 18
	p := opened(t, acme(motley()...))
	p.SetSize(w, h)
	p.SetPos(x)
	emu := vt.NewEmulator(80, h)
	for y, l := range p.View(true) {
		_, _ = fmt.Fprintf(emu, "\x1b[%d;%dH%s", y+1, x+1, l)
	}
	for y := 1; y < h-1; y++ {
		for _, at := range []int{x, x + w - 1} {
			if c := emu.CellAt(at, y); c == nil || !strings.Contains("│├┤", c.Content) {
				t.Errorf("line %d has no border at %d", y, at)
			}
		}
	}
}

func TestNoByteOfANameReachesTheTerminalRaw(t *testing.T) {
	p := opened(t, acme(motley()...))
	p.SetSize(120, 30)
	for _, l := range p.View(true) {
		if strings.ContainsAny(l, "\x1b\n\u202e") || !utf8.ValidString(l) {
			t.Errorf("%q", l)
		}
	}
}

func TestTheViewIsMadeOnceAndAgainOnTheNextDay(t *testing.T) {
	now := noon
	p := panel.New(panel.Options{ID: 1, Now: func() time.Time { return now }})
	p.SetSize(60, 12)
	run(p, p.Open(t.Context(), place(acme(object("in/", "a", 1)), "in/"), ""))
	if !strings.Contains(screen(p), "11:00") {
		t.Errorf("today:\n%s", screen(p))
	}
	if n := testing.AllocsPerRun(10, func() { p.View(true) }); n > 0 {
		t.Errorf("an unchanged view takes %v allocations", n)
	}
	now = now.AddDate(0, 0, 1)
	if !strings.Contains(screen(p), "Nov 23") {
		t.Errorf("tomorrow:\n%s", screen(p))
	}
}

func TestTheTitleShowsWhereThePaneIs(t *testing.T) {
	local := &bucket{folders: map[remote.Path][]remote.Entry{"/home/u/reports": nil, "/srv": nil, "/": nil}}
	deep := acme()
	deep.folders["in/2026/march/west/"] = nil
	for _, c := range []struct {
		place remote.Place
		w     int
		want  string
	}{
		{remote.Place{Tree: local, Path: "/home/u/reports"}, 40, "┌ ~/reports ──────────────────── local ┐"},
		{remote.Place{Tree: local, Path: "/srv"}, 40, "┌ /srv ───────────────────────── local ┐"},
		{remote.Place{Tree: local, Path: "/"}, 40, "┌ / ──────────────────────────── local ┐"},
		{remote.Place{Tree: deep, Path: "in/2026/march/west/", Region: "eu-central-1"}, 40, "┌ …in/2026/march/west/ ── eu-central-1 ┐"},
		{remote.Place{Tree: deep, Path: "in/2026/march/west/", Region: "eu-central-1", Mount: "/home/u/m"}, 60, "┌ acme:in/2026/march/west/ ────────── eu-central-1 ─ mount ┐"},
		{remote.Place{Tree: deep, Path: "in/2026/march/west/", Region: "eu-central-1", Mount: "/home/u/m"}, 20, "┌ …west/ ─── mount ┐"},
	} {
		p := panel.New(panel.Options{ID: 1, Home: "/home/u"})
		p.SetSize(c.w, 8)
		run(p, p.Open(t.Context(), c.place, ""))
		if got := p.View(false)[0]; got != c.want {
			t.Errorf("%s\n%s is wanted", got, c.want)
		}
	}
}

func TestTheRowOfTheParentIsMissingWhereNothingIsAbove(t *testing.T) {
	b := acme()
	b.folders[""] = []remote.Entry{folder("", "in")}
	p := opened(t, b)
	run(p, p.Open(t.Context(), place(b, ""), "")) // above it are the servers
	if p.Len() != 2 {
		t.Errorf("at the root of a server: %d rows", p.Len())
	}
	at := remote.Place{Tree: b}
	run(p, p.Open(t.Context(), at, ""))
	if p.OnParent() || p.Len() != 1 {
		t.Errorf("at the root: %d rows, on .. %v", p.Len(), p.OnParent())
	}
	at.Mount = "/home/u/m"
	run(p, p.Open(t.Context(), at, ""))
	if p.OnParent() || p.Len() != 2 {
		t.Errorf("at the root of a mount: %d rows, on .. %v", p.Len(), p.OnParent())
	}
	if p.Top(); !p.OnParent() {
		t.Error("the first row is not ..")
	}
}

func TestTheDropTargetIsLit(t *testing.T) {
	styles := theme.New("dark", termenv.TrueColor, true)
	p := panel.New(panel.Options{ID: 1, Styles: styles})
	p.SetSize(60, 12)
	run(p, p.Open(t.Context(), place(acme(folder("in/", "dir"), object("in/", "a", 1)), "in/"), ""))
	lit := func() (out []string) {
		for _, l := range p.View(true) {
			if strings.Contains(l, styles.DropTarget.Open()) {
				out = append(out, ansi.Strip(l))
			}
		}
		return out
	}
	p.SetDrop(1)
	if got := lit(); len(got) != 1 || !strings.Contains(got[0], "dir/") {
		t.Errorf("lit: %q", got)
	}
	p.SetDrop(panel.DropPane)
	if got := lit(); len(got) != 12 {
		t.Errorf("%d lines are lit for the pane", len(got))
	}
	p.SetDrop(panel.NoDrop)
	if got := lit(); len(got) != 0 {
		t.Errorf("lit: %q", got)
	}
}
