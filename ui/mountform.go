package ui

import (
	"errors"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/servers"
)

// addMount mounts the server under the cursor.
func (m *Model) addMount() tea.Cmd {
	s, ok := m.servers.Server()
	if !ok {
		return nil
	}
	return m.mountForm(s.Server.Name)
}

// mountForm asks for a mount of a server; "" is for the first.
func (m *Model) mountForm(server string) tea.Cmd {
	var names []string
	for _, s := range m.d.Servers() {
		names = append(names, s.Server.Name)
	}
	if len(names) == 0 {
		m.say(bad, "There is no server yet that a folder could be a window onto.")
		return nil
	}
	folder := ""
	if place := m.here().Place(); isDisk(place) {
		folder = place.Location()
	}
	ctx, admin := m.ctx, m.d.Admin
	var form *dialog.Form
	form = dialog.NewForm(m.st, dialog.FormOptions{
		Title: "New mount", OK: "Mount", Stays: true,
		Text: "The folder becomes a window onto the bucket: what is done inside is done there.",
		Fields: []dialog.Field{
			{Key: "folder", Label: "Folder", Value: folder, Hint: "~/partners/acme", Check: checkFolder, Help: "An empty folder; it is made if it is not there."},
			{Key: "server", Label: "Server", Kind: dialog.ChoiceField, Value: server, Choices: names, Help: "Whose bucket it shows."},
			{Key: "path", Label: "Path", Hint: "all of it", Check: checkMountPath, Help: "What the folder shows, as in inbox/ ; empty shows all of it."},
			{Key: "hide", Label: "Hide what is in it", Kind: dialog.BoolField, Help: "A folder that holds something is refused, unless you say that the mount may hide it."},
		},
		OnOK: func(v dialog.Values) tea.Cmd {
			mount := remote.Mount{Folder: strings.TrimSpace(v["folder"]), Server: v["server"], Path: v["path"]}
			form.SetNote("mounting…")
			return func() tea.Msg {
				return savedMsg{what: "mount " + mount.Folder, tab: servers.Mounts, name: mount.Folder, form: form, err: admin.SaveMount(ctx, mount, v["hide"] == "true")}
			}
		},
	})
	m.dialogs.Push(form)
	return nil
}

func checkFolder(v string) error {
	v = strings.TrimSpace(v)
	if v == "" || !strings.HasPrefix(v, "/") && !strings.HasPrefix(v, "~") && !strings.Contains(v, `:\`) {
		return errors.New("a whole path, as in ~/partners/acme")
	}
	return nil
}

func checkMountPath(v string) error {
	if strings.HasPrefix(v, "s3://") || strings.Contains(v, "://") {
		return errors.New("only what stands behind the bucket, as in inbox/")
	}
	return nil
}
