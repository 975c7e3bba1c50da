package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/servers"
)

// credentialForm is the form of one credential while it is open.
type credentialForm struct {
	m     *Model
	old   string // the name that it has in the store, "" for a new one
	from  string // whose secrets it inherits, "" for nobody's
	saved func(name string)
	place remote.SecretPlace // where the inherited secret lives
	form  *dialog.Form
}

// credentialForm opens the form: of a credential that is there, or of a new one
// that begins like c and inherits its secrets. saved, which may be nil, is called
// with the name once it is in the store.
func (m *Model) credentialForm(old string, c remote.CredentialInfo, saved func(name string)) tea.Cmd {
	f := &credentialForm{m: m, old: old, from: c.Credential.Name, saved: saved, place: c.Place}
	if c.Credential.Type == "" {
		c.Credential.Type = remote.AccessKey
	}
	if c.Place == "" {
		c.Place = remote.InStore
	}
	v := servers.CredentialValues(c.Credential)
	o := dialog.FormOptions{
		Title: "New credential", OK: "Save", Stays: true,
		Text:     "A credential says who you are. It is saved once and serves any number of servers.",
		Problems: f.problems, OnOK: f.save,
	}
	switch {
	case old != "":
		o.Title, o.Text = "Credential "+old, ""
	case f.from != "":
		o.Text = "Like " + f.from + ", whose secrets it takes over without showing them."
		v["name"] = ""
	}
	o.Fields = f.fields(v, string(c.Place))
	f.form = dialog.NewForm(m.st, o)
	m.dialogs.Push(f.form)
	return nil
}

// of shows a field for a type of credential.
func of(t remote.CredentialType) func(dialog.Values) bool {
	return func(v dialog.Values) bool { return v["type"] == string(t) }
}

// in shows a field for an access key whose secret is in one of places.
func in(places ...remote.SecretPlace) func(dialog.Values) bool {
	return func(v dialog.Values) bool {
		for _, p := range places {
			if v["type"] == string(remote.AccessKey) && v["place"] == string(p) {
				return true
			}
		}
		return false
	}
}

func (f *credentialForm) fields(v map[string]string, place string) []dialog.Field {
	text := func(key, label, hint, help string, shown func(dialog.Values) bool) dialog.Field {
		return dialog.Field{Key: key, Label: label, Value: v[key], Hint: hint, Help: help, Shown: shown}
	}
	choice := func(key, label, help, value string, words []servers.Word, shown func(dialog.Values) bool) dialog.Field {
		d := dialog.Field{Key: key, Label: label, Kind: dialog.ChoiceField, Value: value, Help: help, Shown: shown}
		for _, w := range words {
			d.Choices, d.Labels = append(d.Choices, w.Value), append(d.Labels, w.Label)
		}
		return d
	}
	kept := ""
	if f.from != "" && f.place != "" {
		kept = "saved; type to replace it"
	}
	secret := func(key, label, hint, help string, shown func(dialog.Values) bool) dialog.Field {
		return dialog.Field{Key: key, Label: label, Kind: dialog.SecretField, Hint: hint, Help: help, Shown: shown}
	}
	rows := []dialog.Field{
		text("name", "Name", "ops", "How servers refer to it.", nil),
		choice("type", "Type", "An access key signs itself; a role is assumed by another credential; a profile is in ~/.aws.", v["type"], servers.Types(), nil),
		text("access_key_id", "Access key ID", "AKIA…", "The public half of the key.", of(remote.AccessKey)),
		choice("place", "Secret is in", "The store is a file that only you can read. Nothing moves from one place to another by itself.", place, servers.Places(), of(remote.AccessKey)),
		secret("secret_access_key", "Secret key", kept, "The secret half of the key. Ctrl-R shows what you type.", in(remote.InStore, remote.InKeyring, remote.InAge)),
		secret("passphrase", "Passphrase", f.keptPhrase(), "The secret is encrypted with it; it is asked for whenever the secret is needed, and kept nowhere.", in(remote.InAge)),
		secret("passphrase_again", "Passphrase again", f.keptPhrase(), "Once more: with a slip of the finger nobody could read the secret again.", in(remote.InAge)),
		text("secret_access_key_env", "Variable", "MY_SECRET", "The environment variable that holds the secret whenever gantry runs.", in(remote.InEnv)),
		text("secret_access_key_command", "Command", "pass s3/ops", "A program that prints the secret on its first line. No shell: words at spaces, '…' keeps them together.", in(remote.InCommand)),
		secret("session_token", "Session token", "none", "Only with temporary keys; it ends with them.", of(remote.AccessKey)),
	}
	rows = append(rows, f.roleFields(v, text, choice)...)
	return append(rows,
		text("profile", "Profile", "default", "A name in ~/.aws/config or ~/.aws/credentials; SSO and credential_process work too.", of(remote.Profile)),
		text("description", "Description", "", "What the lists say about it.", nil))
}

type (
	textRow   func(key, label, hint, help string, shown func(dialog.Values) bool) dialog.Field
	choiceRow func(key, label, help, value string, words []servers.Word, shown func(dialog.Values) bool) dialog.Field
)

// roleFields are the rows of a role.
func (f *credentialForm) roleFields(v map[string]string, text textRow, choice choiceRow) []dialog.Field {
	role := of(remote.AssumeRole)
	sources := []servers.Word{{Value: "", Label: "the AWS settings around"}}
	for _, c := range f.m.d.Admin.Credentials() {
		if c.Credential.Name != f.old && c.Credential.Type != remote.Anonymous {
			sources = append(sources, servers.Word{Value: c.Credential.Name, Label: c.Credential.Name})
		}
	}
	policies := []servers.Word{{Value: "", Label: "all that the role may do"}, {Value: "read-only", Label: "read-only: AWS itself refuses the rest"}}
	return []dialog.Field{
		text("role_arn", "Role ARN", "arn:aws:iam::123456789012:role/exchange", "The role to assume, as its owner gave it to you.", role),
		choice("source", "Assumed by", "The credential that asks STS for the session.", v["source"], sources, role),
		text("external_id", "External ID", "none", "What the owner of the role wants to hear, if anything.", role),
		text("session_name", "Session name", "gantry", "How the session is called in the owner's logs.", role),
		text("mfa_serial", "MFA device", "none", "The ARN or serial of the device; its code is asked for when a session begins.", role),
		choice("session_policy", "May do", "What the session is good for, whatever the role allows.", v["session_policy"], policies, role),
		text("duration", "Duration", "3600", "Seconds, 900 to 43200; renewed before it ends.", role),
		text("sts_endpoint", "STS endpoint", "Amazon's", "For a service with an STS of its own.", role),
		text("region", "STS region", "the server's", "Where the session is asked for.", role),
	}
}

// credential is what the form says.
func (f *credentialForm) credential(v dialog.Values) (remote.Credential, remote.SecretPlace) {
	return servers.Credential(v)
}

// heir is whose secrets an unsaved credential takes over: nobody's once a secret
// was typed, or when it has to come from elsewhere.
func (f *credentialForm) heir(c remote.Credential) string {
	if c.Type != remote.AccessKey || f.place == "" {
		return ""
	}
	return f.from
}

func (f *credentialForm) problems(v dialog.Values) map[string]string {
	out := map[string]string{}
	c, place := f.credential(v)
	for _, p := range f.m.d.Admin.CheckCredential(f.old, c, place) {
		key := p.Key
		if key == "secret_access_key" && f.heir(c) != "" && c.SecretAccessKey.Empty() {
			continue // it is taken over
		}
		if _, shown := v[key]; !shown {
			key = "name"
		}
		if out[key] == "" {
			out[key] = p.Message
		}
	}
	if _, asked := v["secret_access_key"]; asked && c.SecretAccessKey.Empty() && f.heir(c) == "" && out["secret_access_key"] == "" {
		out["secret_access_key"] = "is missing; it came with the access key ID and is shown only once there"
	}
	if place == remote.InAge {
		need := c.SecretAccessKey.Reveal() != "" || f.place != remote.InAge
		switch {
		case need && v["passphrase"] == "":
			out["passphrase"] = "choose one; longer is better than stranger"
		case v["passphrase"] != v["passphrase_again"]:
			out["passphrase_again"] = "must be the same"
		}
	}
	return out
}

// keptPhrase says that an encrypted secret can stay as it is.
func (f *credentialForm) keptPhrase() string {
	if f.from != "" && f.place == remote.InAge {
		return "as it is"
	}
	return ""
}

// save writes the credential into the store; the form stays until that is done.
func (f *credentialForm) save(v dialog.Values) tea.Cmd {
	c, place := f.credential(v)
	m, old, from, ctx := f.m, f.old, f.heir(c), f.m.ctx
	form, saved := f.form, f.saved
	form.SetNote("saving…")
	withdraw := func() {}
	if p := v["passphrase"]; p != "" && m.d.Asker != nil {
		withdraw = m.d.Asker.offer(c.Name, remote.NewSecret(p))
	}
	return func() tea.Msg {
		defer withdraw()
		err := m.d.Admin.SaveCredential(ctx, old, c, place, from)
		return savedMsg{what: "credential " + c.Name, tab: servers.Credentials, name: c.Name, form: form, then: saved, err: err}
	}
}
