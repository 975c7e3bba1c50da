package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
)

// The services that are no preset.
const (
	amazon = "aws"
	other  = "other"
)

// kit is a service in the form of a server: a preset, Amazon's own, one whose
// address is in the store already, or any other.
type kit struct {
	remote.Preset
	like *remote.Server // of a service that is in the store
}

// kits are all services, Amazon's own first and any other last.
func kits(presets []remote.Preset, rows []remote.ServerInfo) []kit {
	out := []kit{{Preset: remote.Preset{ID: amazon, Name: "Amazon S3"}}}
	seen := map[string]bool{}
	for i := range rows {
		s := &rows[i].Server
		if s.Endpoint != "" && !seen[s.Endpoint] {
			seen[s.Endpoint] = true
			out = append(out, kit{remote.Preset{
				ID: "like " + s.Endpoint, Name: "as " + s.Name + " (" + s.Endpoint + ")", Endpoint: s.Endpoint,
				PathStyle: s.PathStyle, Region: s.Region, Integrity: s.Integrity,
			}, s})
		}
	}
	for _, p := range presets {
		if p.Endpoint != "" {
			out = append(out, kit{Preset: p})
		}
	}
	return append(out, kit{Preset: remote.Preset{ID: other, Name: "another service", PathStyle: true, Note: "Any service that speaks S3."}})
}

func kitWords(ks []kit) (ids, names []string) {
	for _, k := range ks {
		ids, names = append(ids, k.ID), append(names, k.Name)
	}
	return ids, names
}

// kit is the service of that id.
func (f *serverForm) kit(id string) kit {
	if i := slices.IndexFunc(f.kits, func(k kit) bool { return k.ID == id }); i >= 0 {
		return f.kits[i]
	}
	return f.kits[len(f.kits)-1]
}

// serviceOf finds the service of a server by its address.
func (f *serverForm) serviceOf(s remote.Server) string {
	if s.Endpoint == "" {
		return amazon
	}
	for _, k := range f.kits {
		if k.Endpoint != "" && k.like == nil && fits(k.Endpoint, s.Endpoint) {
			return k.ID
		}
	}
	for _, k := range f.kits {
		if k.like != nil && k.Endpoint == s.Endpoint {
			return k.ID
		}
	}
	return other
}

// fits tells whether an address has a form with holes; one that is all hole fits
// nothing, or it would fit everything.
func fits(form, address string) bool {
	hole, rest, ok := cutHole(form)
	if !ok {
		return form == address
	}
	before := form[:strings.Index(form, hole)]
	if len(strings.Trim(strings.ReplaceAll(rest, ":", ""), "/0123456789")) == 0 && len(before) <= len("https://") {
		return false
	}
	if !strings.HasPrefix(address, before) {
		return false
	}
	address = address[len(before):]
	end := rest
	if next, _, more := cutHole(rest); more {
		end = rest[:strings.Index(rest, next)]
	}
	i := strings.Index(address, end)
	if end == "" {
		i = len(address)
	}
	return i > 0 && fits(rest[len(end):], address[i+len(end):])
}

// cutHole finds the first hole of an address, as <region>, and what follows it.
func cutHole(address string) (hole, rest string, ok bool) {
	i := strings.IndexByte(address, '<')
	if i < 0 {
		return "", "", false
	}
	j := strings.IndexByte(address[i:], '>')
	if j < 0 {
		return "", "", false
	}
	return address[i : i+j+1], address[i+j+1:], true
}

// hasAccount shows the field for the hole of an account in the service's address.
func (f *serverForm) hasAccount(v dialog.Values) bool {
	return strings.Contains(f.kit(v["service"]).Endpoint, "<account>")
}

// serviceChanged fills in what is known about a service.
func (f *serverForm) serviceChanged(id string) {
	k := f.kit(id)
	f.form.SetNote(k.Note)
	if id == amazon {
		f.form.Set("path_style", "false")
		f.form.Set("integrity", "")
		return
	}
	f.form.Set("path_style", boolWord(k.PathStyle))
	f.form.Set("integrity", k.Integrity)
	if k.Region != "" {
		f.form.Set("region", k.Region)
	}
	if k.like != nil {
		f.form.Set("allow_http", boolWord(k.like.AllowHTTP))
	}
	if k.ID == other && f.form.Value("endpoint") == f.auto {
		f.form.Set("endpoint", "") // that was the address of the service before
	}
	f.auto = f.form.Value("endpoint") // another service has another address
	f.fill()
}

// fill makes the address from the form of the service, the region and the
// account, unless the user has typed one.
func (f *serverForm) fill() {
	k := f.kit(f.form.Value("service"))
	if now := f.form.Value("endpoint"); k.Endpoint == "" || now != "" && now != f.auto {
		return
	}
	address := k.Endpoint
	if r := strings.TrimSpace(f.form.Value("region")); r != "" && r != "auto" {
		address = strings.ReplaceAll(address, "<region>", r)
	}
	if a := strings.TrimSpace(f.form.Value("account")); a != "" {
		address = strings.ReplaceAll(address, "<account>", a)
	}
	f.auto = address
	f.form.Set("endpoint", address)
}

func boolWord(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

// pickService offers all services with what is known about them.
func (f *serverForm) pickService() tea.Cmd {
	var items []dialog.Item
	for _, k := range f.kits {
		items = append(items, dialog.Item{ID: k.ID, Help: k.Name, Keys: k.Endpoint})
	}
	return f.m.pick(f.form, "service", "Service", items, false)
}

// pick offers items for a field of a form.
func (m *Model) pick(form *dialog.Form, key, title string, items []dialog.Item, free bool) tea.Cmd {
	m.dialogs.Push(dialog.NewPalette(m.st, dialog.PaletteOptions{
		Title: title, Items: items, Free: free, At: form.Value(key),
		OnRun: func(id string) tea.Cmd { form.Set(key, id); return nil },
	}))
	return nil
}

// The choices that are no value.
const (
	askBucket     = "\x00ask"
	newCredential = "\x00new"
)

// pickRegion offers the regions of the service, of Amazon those of all
// partitions, and to ask the bucket.
func (f *serverForm) pickRegion() tea.Cmd {
	items := []dialog.Item{
		{ID: askBucket, Help: "find it: ask the bucket now"},
		{ID: "auto", Help: "auto: ask the bucket whenever it is opened"},
	}
	k := f.kit(f.form.Value("service"))
	if k.ID == amazon {
		for _, r := range f.m.d.Admin.Regions() {
			items = append(items, dialog.Item{ID: r.Code, Help: r.Code + "  " + r.Name, Keys: r.Partition})
		}
	}
	for _, r := range k.Regions {
		items = append(items, dialog.Item{ID: r, Help: r, Keys: k.Name})
	}
	form := f.form
	f.m.dialogs.Push(dialog.NewPalette(f.m.st, dialog.PaletteOptions{
		Title: "Region", Items: items, Free: true, At: form.Value("region"),
		OnRun: func(id string) tea.Cmd {
			if id == askBucket {
				return f.findRegion()
			}
			form.Set("region", id)
			return nil
		},
	}))
	return nil
}

// isRegion tells whether a word may be a region of Amazon's: one of the list, one
// that looks like it, because there are new ones every year, or none at all.
func (m *Model) isRegion(word string) bool {
	if word == "" || word == "auto" {
		return true
	}
	for _, r := range m.d.Admin.Regions() {
		if r.Code == word {
			return true
		}
	}
	end := word[len(word)-1]
	return strings.Count(word, "-") >= 2 && end >= '0' && end <= '9'
}

// regionMsg is where a bucket said that it is.
type regionMsg struct {
	form   *dialog.Form
	region string
	err    error
}

func (f *serverForm) findRegion() tea.Cmd {
	s := f.server(f.form.Values())
	if s.Bucket == "" {
		f.form.SetNote("✗ The bucket has no name yet, so it cannot be asked.")
		return nil
	}
	f.form.SetNote("asking the bucket…")
	m, ctx, form := f.m, f.m.ctx, f.form
	return func() tea.Msg {
		region, err := m.d.Admin.FindRegion(ctx, s)
		return regionMsg{form, region, err}
	}
}

// regionFound puts the answer of the bucket into the form.
func (m *Model) regionFound(msg regionMsg) {
	if msg.err != nil {
		msg.form.SetNote("✗ " + remote.HintOf(msg.err))
		return
	}
	msg.form.Set("region", msg.region)
	msg.form.SetNote("✓ The bucket says it is in " + msg.region + ".")
}

// pickCredential offers the credentials, and to add one.
func (f *serverForm) pickCredential() tea.Cmd {
	items := []dialog.Item{}
	for _, c := range f.m.d.Admin.Credentials() {
		about := c.Credential.Description
		if about == "" {
			about = string(c.Credential.Type)
		}
		items = append(items, dialog.Item{ID: c.Credential.Name, Help: c.Credential.Name, Keys: about})
	}
	items = append(items, dialog.Item{ID: newCredential, Help: "add a credential…"})
	form := f.form
	f.m.dialogs.Push(dialog.NewPalette(f.m.st, dialog.PaletteOptions{
		Title: "Credential", Items: items, At: form.Value("credential"),
		OnRun: func(id string) tea.Cmd {
			if id == newCredential {
				return f.m.credentialForm("", remote.CredentialInfo{}, f.credentialAdded)
			}
			form.Set("credential", id)
			return nil
		},
	}))
	return nil
}

// credentialAdded takes a credential that was added from within the form.
func (f *serverForm) credentialAdded(name string) {
	names, labels := f.m.credentialWords(name)
	f.form.SetChoices("credential", names, labels)
	f.form.Set("credential", name)
}
