package dialog

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// Help shows every action with its keys, group by group.
type Help struct {
	st    *theme.Styles
	items []Item
	body  scroll
	hits  zones
}

// NewHelp makes the window; items come in the order of the groups.
func NewHelp(st *theme.Styles, items []Item) *Help {
	return &Help{st: st, items: items}
}

// Update scrolls; Enter, q and ? close.
func (p *Help) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return true, nil
	}
	if k, ok := msg.(tea.KeyMsg); ok && !p.body.key(k) {
		switch k.String() {
		case "enter", "q", "?", "f1":
			return true, nil
		}
	}
	return false, nil
}

// Mouse scrolls and presses the button.
func (p *Help) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	p.body.wheel(msg)
	return clicked(msg) && p.hits.at(x, y) == 0, nil
}

// View is the part of the table that is scrolled to.
func (p *Help) View(w, h int) []string {
	b := newBox(p.st, "Keys", 76, w)
	keys := 0
	for _, it := range p.items {
		keys = max(keys, text.Width(text.Clean(it.Keys)))
	}
	keys = min(keys, b.inner/3)
	lines := p.lines(keys, b.inner)
	from, to := p.body.window(len(lines), h-borders-1)
	b.add(lines[from:to]...)
	b.foot = p.body.position()
	bs, hits := buttons(p.st, []button{{label: "Close"}}, 0, b.inner, len(b.lines)+1)
	p.hits = hits
	b.add(bs...)
	return b.render(h)
}

func (p *Help) lines(keys, inner int) []string {
	var out []string
	group := ""
	for i, it := range p.items {
		if i == 0 || it.Group != group {
			group = it.Group
			if i > 0 {
				out = append(out, "")
			}
			out = append(out, p.st.TitleFocus.Render(strings.ToUpper(text.Clean(group))))
		}
		line := "  " + p.st.KeyNum.Render(text.Pad(text.Clean(it.Keys), keys)) + "  "
		rest := max(1, inner-keys-4)
		help, style := text.Clean(it.Help), p.st.Dialog
		if it.Blocked != "" {
			help, style = help+" – "+text.Clean(it.Blocked), p.st.Disabled
		}
		for j, part := range text.Wrap(help, rest) {
			if j > 0 {
				line = text.Pad("", keys+4)
			}
			out = append(out, line+style.Render(part))
		}
	}
	return out
}

// Help are the keys.
func (p *Help) Help() []Hint {
	return []Hint{{"Esc", "close"}, {"↑↓", "scroll"}}
}
