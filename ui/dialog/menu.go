package dialog

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// MenuOptions is a menu of actions in groups.
type MenuOptions struct {
	Items []Item // in the order of their groups
	Group string // the group to begin with; the first when empty
	At    *Point // hang there, and close on a click elsewhere; nil for the middle
	OnRun func(id string) tea.Cmd
}

// Menu shows the actions of one group at a time: left and right change the
// group, up and down the action.
type Menu struct {
	st     *theme.Styles
	o      MenuOptions
	groups []string
	group  int
	cur    int // into the items of the group
	list   scroll
	hits   zones
	tabs   zones
}

// NewMenu makes the menu.
func NewMenu(st *theme.Styles, o MenuOptions) *Menu {
	m := &Menu{st: st, o: o}
	for _, it := range o.Items {
		if n := len(m.groups); n == 0 || m.groups[n-1] != it.Group {
			m.groups = append(m.groups, it.Group)
			if it.Group == o.Group {
				m.group = n
			}
		}
	}
	return m
}

// items are those of the group that is shown.
func (m *Menu) items() []Item {
	var out []Item
	for _, it := range m.o.Items {
		if it.Group == m.groups[m.group] {
			out = append(out, it)
		}
	}
	return out
}

// Update moves and picks.
func (m *Menu) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) || len(m.groups) == 0 {
		return true, nil
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	n := len(m.items())
	switch k.String() {
	case "left", "h", "shift+tab":
		m.turn(m.group - 1)
	case "right", "l", "tab":
		m.turn(m.group + 1)
	case "up", "k":
		m.cur = (m.cur + n - 1) % n
	case "down", "j":
		m.cur = (m.cur + 1) % n
	case "home":
		m.cur = 0
	case "end":
		m.cur = n - 1
	case "enter", " ":
		return m.pick(m.cur)
	case "f9":
		return true, nil
	}
	return false, nil
}

func (m *Menu) turn(group int) {
	n := len(m.groups)
	m.group, m.cur = (group+n)%n, 0
}

func (m *Menu) pick(i int) (done bool, cmd tea.Cmd) {
	items := m.items()
	if i < 0 || i >= len(items) {
		return false, nil
	}
	m.cur = i
	if items[i].Blocked != "" {
		return false, nil
	}
	if m.o.OnRun == nil {
		return true, nil
	}
	return true, m.o.OnRun(items[i].ID)
}

// Mouse picks an item or a group; elsewhere a click closes a menu that hangs
// somewhere.
func (m *Menu) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	if len(m.groups) == 0 {
		return true, nil
	}
	i := m.hits.at(x, y)
	switch {
	case wheel(msg) != 0:
		m.cur = within(m.cur+wheel(msg), len(m.items()))
	case msg.Action == tea.MouseActionMotion && i >= 0:
		m.cur = i
	case clicked(msg) && i >= 0:
		return m.pick(i)
	case clicked(msg) && m.tabs.at(x, y) >= 0:
		m.turn(m.tabs.at(x, y))
	case pressed(msg) && m.o.At != nil && m.hits.outside(x, y) && m.tabs.outside(x, y):
		return true, nil
	}
	return false, nil
}

// Place hangs the menu at its point.
func (m *Menu) Place(w, h, boxW, boxH int) (x, y int) {
	if m.o.At != nil {
		return place(*m.o.At, w, h, boxW, boxH)
	}
	return (w - boxW) / 2, (h - boxH) / 3
}

// View is the groups in a line and the actions of one below.
func (m *Menu) View(w, h int) []string {
	inner, most := 0, 0
	tabs := 0
	for _, g := range m.groups {
		tabs += text.Width(text.Clean(g)) + 3
	}
	counts := map[string]int{}
	for _, it := range m.o.Items {
		inner = max(inner, text.Width(text.Clean(it.Help))+max(text.Width(text.Clean(it.Keys)), text.Width(text.Clean(it.Blocked)))+5)
		counts[it.Group]++
		most = max(most, counts[it.Group])
	}
	title := "Menu"
	if len(m.groups) == 1 {
		title = m.groups[0]
	} else {
		inner = max(inner, tabs)
	}
	b := newBox(m.st, title, inner, w)
	if len(m.groups) == 0 {
		return b.render(h)
	}
	m.tabs = m.tabs[:0]
	if len(m.groups) > 1 {
		b.add(m.tabLine(b.inner))
	}
	items := m.items()
	room := min(most, h-borders-len(b.lines))
	m.list.page = max(1, room)
	m.list.show(m.cur)
	from, to := m.list.window(len(items), room)
	m.hits = m.hits[:0]
	for i := from; i < to; i++ {
		m.hits = append(m.hits, zone{1, len(b.lines) + 1, b.inner + 2, i})
		b.styled(m.look(items[i], i), m.line(items[i], i, b.inner))
	}
	for len(b.lines) < room {
		b.add("")
	}
	b.foot = m.list.position()
	return b.render(h)
}

// tabLine is the groups, the open one lit and always in sight.
func (m *Menu) tabLine(inner int) string {
	line, x := "", 0
	first := 0
	for first < m.group && m.tabsWidth(first, m.group) > inner {
		first++
	}
	for i := first; i < len(m.groups); i++ {
		name := text.Truncate(text.Clean(m.groups[i]), inner-3)
		face, style := " "+name+" ", m.st.Dialog
		if i == m.group {
			face, style = "["+name+"]", m.st.ButtonFocus
		}
		n := text.Width(face)
		if x+n > inner {
			break
		}
		m.tabs = append(m.tabs, zone{margin/2 + x, 1, n, i})
		line += style.Render(face) + " "
		x += n + 1
	}
	return line
}

func (m *Menu) tabsWidth(from, to int) int {
	n := 0
	for _, g := range m.groups[from : to+1] {
		n += text.Width(text.Clean(g)) + 3
	}
	return n
}

func (m *Menu) look(it Item, i int) theme.Style {
	switch {
	case i == m.cur:
		return m.st.ButtonFocus
	case it.Blocked != "":
		return m.st.Disabled
	}
	return m.st.Dialog
}

func (m *Menu) line(it Item, i, inner int) string {
	mark := "  "
	if i == m.cur {
		mark = "▸ "
	}
	right := text.Clean(it.Keys)
	if it.Blocked != "" {
		right = text.Clean(it.Blocked)
	}
	right = text.Truncate(right, inner/2)
	return mark + text.Pad(text.Clean(it.Help), inner-3-text.Width(right)) + " " + right
}

// Help are the keys.
func (m *Menu) Help() []Hint {
	return []Hint{{"←→", "group"}, {"↑↓", "choose"}, {"Enter", "do it"}, {"Esc", "close"}}
}
