package ui

import (
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/panel"
)

func findActions() []Action {
	const group = "find"
	sort := func(id, key, help string, by panel.SortBy, reverse bool) Action {
		return Action{
			ID: id, Help: help, Group: group, Scope: onPanes, Keys: []string{", " + key},
			Run: func(m *Model) tea.Cmd { return m.here().SetSort(by, reverse) },
		}
	}
	return []Action{
		{ID: "filter", Help: "filter as you type", Group: group, Scope: onPanes, Keys: []string{"/"}, Run: (*Model).startFilter},
		{ID: "find", Help: "find below this folder", Group: group, Scope: onPanes, Keys: []string{"f"}, Here: []string{"s3:ListBucket"}, Blocked: needPlace, Run: (*Model).askFind},
		sort("sort-name", "n", "sort by name", panel.ByName, false),
		sort("sort-size", "s", "sort by size", panel.BySize, false),
		sort("sort-time", "m", "sort by time", panel.ByTime, false),
		sort("sort-type", "t", "sort by type", panel.ByType, false),
		sort("sort-name-reverse", "N", "sort by name, last first", panel.ByName, true),
		sort("sort-size-reverse", "S", "sort by size, largest first", panel.BySize, true),
		sort("sort-time-reverse", "M", "sort by time, newest first", panel.ByTime, true),
		sort("sort-type-reverse", "T", "sort by type, last first", panel.ByType, true),
		{
			ID: "toggle-hidden", Help: "show or hide names with a dot", Group: group, Scope: onPanes, Keys: []string{"."},
			Run: func(m *Model) tea.Cmd { return m.here().SetHidden(!m.here().Hidden()) },
		},
	}
}

// needPlace is the Blocked of actions on the active pane's folder.
func needPlace(m *Model) string {
	place := m.here().Place()
	_, failed := place.Tree.(*broken)
	return nothing(place.Tree == nil || failed, "the pane shows no place")
}

func goActions() []Action {
	const group = "go"
	return []Action{
		{ID: "go-to", Help: "go to a location", Group: group, Scope: onPanes, Keys: []string{":"}, Run: (*Model).askLocation},
		{
			ID: "go-home", Help: "go to the home folder", Group: group, Scope: onPanes, Keys: []string{"g h"},
			Blocked: func(m *Model) string { return nothing(m.d.Home == "", "there is no home folder") },
			Run:     func(m *Model) tea.Cmd { return m.openLocation(m.here(), m.d.Home, asked) },
		},
		{ID: "go-root", Help: "go to the root of this place", Group: group, Scope: onPanes, Keys: []string{"g /"}, Run: (*Model).goRoot},
		{
			ID: "go-buckets", Help: "go to the buckets of the AWS settings around", Group: group, Scope: onPanes, Keys: []string{"g b"},
			Run: func(m *Model) tea.Cmd { return m.openLocation(m.here(), "s3://", asked) },
		},
		{ID: "go-servers", Help: "go to a server", Group: group, Scope: onPanes, Keys: []string{"g s"}, Run: func(m *Model) tea.Cmd { return m.openServers("") }},
		{
			ID: "go-mounts", Help: "go to a mount", Group: group, Scope: onPanes, Keys: []string{"g m"},
			Blocked: func(m *Model) string { return nothing(len(m.d.Mounts()) == 0, "the store holds no mounts") },
			Run:     (*Model).chooseMount,
		},
		{
			ID: "set-bookmark", Help: "remember this place under a letter", Group: group, Scope: onPanes, Keys: []string{"m <letter>"},
			Blocked: needPlace, Run: (*Model).setBookmark,
		},
		{ID: "go-bookmark", Help: "go to a remembered place", Group: group, Scope: onPanes, Keys: []string{"' <letter>"}, Run: (*Model).goBookmark},
	}
}

// askLocation asks where to go. Where the pane is stands there to go on from, and
// gives way to what is typed: a path of the disk is none of the bucket that shows.
func (m *Model) askLocation() tea.Cmd {
	p, given := m.here(), ""
	if place := p.Place(); place.Tree != nil {
		given = place.Location()
	}
	m.dialogs.Push(dialog.NewPrompt(m.st, dialog.PromptOptions{
		Title: "Go to", Text: "A folder, SERVER:path or s3://bucket/key:", Value: given, SelectAll: true, OK: "Go",
		OnOK: func(v string) tea.Cmd { return m.openLocation(p, from(p.Place(), v), asked) },
	}))
	return nil
}

// from is the location that a user means who typed one in a pane at place: a path
// without a beginning of its own goes on from there. With ./ or ../ it is one of
// the disk wherever the pane is.
func from(place remote.Place, typed string) string {
	_, failed := place.Tree.(*broken)
	if typed == "" || typed[0] == '/' || typed[0] == '~' || filepath.IsAbs(typed) || place.Tree == nil || failed {
		return typed
	}
	if i := strings.IndexAny(typed, `:/`); i > 0 && typed[i] == ':' {
		return typed // SERVER:path, s3://
	}
	if isDisk(place) {
		return filepath.Join(string(place.Path), typed)
	}
	if first, _, _ := strings.Cut(typed, "/"); first == "." || first == ".." {
		return typed
	}
	return place.Location() + typed
}

// goRoot goes to the top of the tree, in a mount to the top of the mount.
func (m *Model) goRoot() tea.Cmd {
	place := m.here().Place()
	if place.Tree == nil {
		return nil
	}
	if place.Mount != "" {
		place.Path = place.Root
		return m.goTo(m.here(), place, "")
	}
	if !isDisk(place) {
		place.Path = ""
		return m.goTo(m.here(), place, "")
	}
	for up := place.Tree.Dir(place.Path); up != place.Path; up = place.Tree.Dir(place.Path) {
		place.Path = up
	}
	return m.goTo(m.here(), place, "")
}

// chooseMount offers the folders of the mounts.
func (m *Model) chooseMount() tea.Cmd {
	p := m.here()
	o := dialog.ChoiceOptions{Title: "Mounts"}
	for _, mount := range m.d.Mounts() {
		o.Options = append(o.Options, dialog.Option{
			Label: mount.Folder, Help: mount.Server + ":" + mount.Path,
			Run: func() tea.Cmd { return m.openLocation(p, mount.Folder, asked) },
		})
	}
	m.dialogs.Push(dialog.NewChoice(m.st, o))
	return nil
}
