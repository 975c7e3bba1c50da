package ui

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/servers"
)

// serverForm is the form of one server while it is open.
type serverForm struct {
	m    *Model
	old  string        // the name that it has in the store, "" for a new one
	from remote.Server // what it began with
	form *dialog.Form
	kits []kit
	auto string // the endpoint that was filled in; one that was typed is left alone
}

// serverForm opens the form: of a server that is there, or of a new one that
// begins like s.
func (m *Model) serverForm(old string, s remote.Server) tea.Cmd {
	f := &serverForm{m: m, old: old, from: s, kits: kits(m.d.Admin.Presets(), m.d.Servers())}
	o := dialog.FormOptions{
		Title: "New server", OK: "Save", Extra: "Test", Stays: true,
		Text:   "A server is a name for a bucket: where it is, and who you are there.",
		Fields: f.fields(servers.ServerValues(s)), Problems: f.problems, OnOK: f.save,
		OnTry: func(v dialog.Values) tea.Cmd { return m.testServer(f.server(v), remote.TestOptions{}) },
	}
	if old != "" {
		o.Title, o.Text = "Server "+old, ""
	}
	f.form = dialog.NewForm(m.st, o)
	m.dialogs.Push(f.form)
	return nil
}

// fields are the rows of the form: what every server needs, and the rest when it
// is asked for.
func (f *serverForm) fields(v map[string]string) []dialog.Field {
	service := f.serviceOf(f.from)
	custom := func(v dialog.Values) bool { return v["service"] != amazon }
	names, labels := kitWords(f.kits)
	f.auto = f.from.Endpoint
	if service != amazon && !strings.Contains(f.kit(service).Endpoint, "<") && f.kit(service).Endpoint != f.from.Endpoint {
		f.auto = "" // the user's own words
	}
	region := v["region"]
	if region == "" {
		region = "auto"
	}
	rows := []dialog.Field{
		{Key: "name", Label: "Name", Value: v["name"], Hint: "acme", Help: "How you call it: acme:inbox/ then means a folder of its bucket."},
		{Key: "service", Label: "Service", Kind: dialog.ChoiceField, Value: service, Choices: names, Labels: labels, Pick: f.pickService, Changed: f.serviceChanged, Help: "Who runs the bucket. It fills in what is known about that service."},
		{Key: "account", Label: "Account", Shown: f.hasAccount, Changed: func(string) { f.fill() }, Help: "Your account with the service, as its address has it."},
		{Key: "endpoint", Label: "Endpoint", Value: v["endpoint"], Hint: "https://storage.example.com", Shown: custom, Help: "The address of the service, beginning with https://."},
		{Key: "allow_http", Label: "Allow http", Kind: dialog.BoolField, Value: v["allow_http"], Shown: needsHTTP, Help: "Without https everybody on the way can read what is sent. Only for your own machine or network."},
		{Key: "bucket", Label: "Bucket", Value: v["bucket"], Hint: "acme-exchange", Help: "The name of the bucket, without s3:// and without folders."},
		{Key: "prefix", Label: "Prefix", Value: v["prefix"], Hint: "the whole bucket", Help: "Shows only what lies below, as in team-a/ ; empty shows the whole bucket."},
		{Key: "region", Label: "Region", Value: region, Hint: "auto", Pick: f.pickRegion, Changed: func(string) { f.fill() }, Help: "Where the bucket is. auto asks the bucket; the list has all regions of all partitions."},
	}
	rows = append(rows, f.credentialField(v["credential"]),
		dialog.Field{Key: "read_only", Label: "Read-only", Kind: dialog.BoolField, Value: v["read_only"], Help: "Nothing but reads ever leaves the program for this server."},
		dialog.Field{Key: "more", Label: "All settings", Kind: dialog.BoolField, Help: "Encryption, storage class, limits and the other rare ones."},
	)
	return append(rows, rareFields(v)...)
}

// rareFields are the rows that only few servers need.
func rareFields(v map[string]string) []dialog.Field {
	more := func(v dialog.Values) bool { return v["more"] == "true" }
	kms := func(v dialog.Values) bool { return more(v) && v["encryption"] == "aws:kms" }
	own := func(v dialog.Values) bool { return more(v) && v["service"] == amazon }
	text := func(key, label, hint, help string) dialog.Field {
		return dialog.Field{Key: key, Label: label, Value: v[key], Hint: hint, Help: help, Shown: more}
	}
	flag := func(key, label, help string, shown func(dialog.Values) bool) dialog.Field {
		return dialog.Field{Key: key, Label: label, Kind: dialog.BoolField, Value: v[key], Help: help, Shown: shown}
	}
	choice := func(key, label, help string, values ...string) dialog.Field {
		labels := slices.Clone(values)
		for i, l := range labels {
			if l == "" {
				labels[i] = "as the service does it"
			}
		}
		if !slices.Contains(values, v[key]) {
			values, labels = append(values, v[key]), append(labels, v[key])
		}
		return dialog.Field{Key: key, Label: label, Kind: dialog.ChoiceField, Value: v[key], Choices: values, Labels: labels, Help: help, Shown: more}
	}
	key := text("kms_key_id", "KMS key", "the account's own", "The key's id or ARN; empty takes the account's own key for S3.")
	key.Shown = kms
	return []dialog.Field{
		text("description", "Description", "", "What the lists say about it."),
		flag("path_style", "Path style", "The bucket stands in the path of the address, not in the name of the host. Most services but Amazon's want it.", more),
		text("ca_bundle", "CA file", "the system's", "A file with the certificates that this server is trusted by, besides the system's."),
		choice("storage_class", "Storage class", "What uploads are stored as.", "", "STANDARD", "INTELLIGENT_TIERING", "STANDARD_IA", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "REDUCED_REDUNDANCY", "EXPRESS_ONEZONE"),
		choice("encryption", "Encryption", "How the service encrypts what is uploaded.", "", "none", "AES256", "aws:kms"),
		key,
		choice("acl", "ACL", "Only where the owner of the bucket wants one, as bucket-owner-full-control.", "", "private", "bucket-owner-full-control", "bucket-owner-read", "authenticated-read", "public-read", "public-read-write", "aws-exec-read"),
		choice("integrity", "Integrity", "strict wants modern checksums, compatible does without; auto finds out.", "", "auto", "strict", "compatible"),
		flag("requester_pays", "Requester pays", "You pay for requests to a bucket of somebody else.", more),
		flag("accelerate", "Accelerate", "Goes by Amazon's edge locations; the bucket must have it switched on.", own),
		flag("dual_stack", "IPv6 as well", "Amazon's addresses that know IPv6 too.", own),
		flag("fips", "FIPS", "Amazon's addresses with validated cryptography.", own),
		text("max_connections", "Connections", "64", "How many requests go to this server at the same time, at most."),
		text("bandwidth", "Bandwidth", "unlimited", "At most so much for all transfers with this server, as in 50MiB/s."),
	}
}

// needsHTTP shows the switch where it means something.
func needsHTTP(v dialog.Values) bool {
	return v["service"] != amazon && strings.HasPrefix(strings.ToLower(strings.TrimSpace(v["endpoint"])), "http://")
}

// credentialField is the choice of who one is there.
func (f *serverForm) credentialField(value string) dialog.Field {
	names, labels := f.m.credentialWords(value)
	if value == "" {
		value = names[0]
	}
	return dialog.Field{
		Key: "credential", Label: "Credential", Kind: dialog.ChoiceField, Value: value, Choices: names, Labels: labels,
		Pick: f.pickCredential, Help: "Who you are there. One credential may serve any number of servers; Space lists them and adds one.",
	}
}

// credentialWords are the credentials for a choice, with value even if it is
// none of them.
func (m *Model) credentialWords(value string) (names, labels []string) {
	for _, c := range m.d.Admin.Credentials() {
		names = append(names, c.Credential.Name)
		labels = append(labels, c.Credential.Name)
	}
	switch {
	case len(names) == 0 && value == "":
		return []string{""}, []string{"none yet: Space adds one"}
	case value != "" && !slices.Contains(names, value):
		names, labels = append(names, value), append(labels, value+" (missing)")
	}
	return names, labels
}

// server is what the form says.
func (f *serverForm) server(v dialog.Values) remote.Server {
	all := maps.Clone(v)
	if f.form != nil { // what is hidden counts as well
		for _, d := range rareFields(nil) {
			all[d.Key] = f.form.Value(d.Key)
		}
	}
	s := servers.Server(f.from, all)
	if v["service"] == amazon {
		s.Endpoint, s.AllowHTTP = "", false
	} else {
		s.Accelerate, s.DualStack, s.FIPS = false, false, false
	}
	if !needsHTTP(v) {
		s.AllowHTTP = false
	}
	if s.Encryption != "aws:kms" {
		s.KMSKeyID = ""
	}
	return s
}

// problems are what is wrong, at the fields that are shown: a hidden one's is
// told where it can be brought to light.
func (f *serverForm) problems(v dialog.Values) map[string]string {
	out := map[string]string{}
	for _, p := range f.m.d.Admin.CheckServer(f.old, f.server(v)) {
		key, say := p.Key, p.Message
		if _, shown := v[key]; !shown {
			say = key + ": " + say
			if key = "more"; p.Key == "" {
				key, say = "name", p.Message
			}
		}
		if out[key] == "" {
			out[key] = say
		}
	}
	if out["region"] == "" && v["service"] == amazon && !f.m.isRegion(strings.TrimSpace(v["region"])) {
		out["region"] = "no region of Amazon's is called so; F2 lists them, auto asks the bucket"
	}
	if hole, _, ok := cutHole(v["endpoint"]); ok && v["service"] != amazon {
		out["endpoint"] = "put yours in place of " + hole
	}
	return out
}

// save writes the server into the store, once the user has agreed that its
// credential signs for another host from now on (SEC-24).
func (f *serverForm) save(v dialog.Values) tea.Cmd {
	s := f.server(v)
	from, to := hostOf(f.from.Endpoint), hostOf(s.Endpoint)
	if f.old == "" || from == to || s.Credential == "" {
		return f.write(s)
	}
	f.m.dialogs.Push(dialog.NewConfirm(f.m.st, dialog.ConfirmOptions{
		Title: "Another address for " + f.old, Danger: true, Yes: "Sign there", No: "Go back",
		Text: "Requests go to " + to + " from now on, no longer to " + from + ". They are signed with the credential " + s.Credential +
			", so that whoever runs it sees what you ask and send. Go on only if you trust it.",
		OnYes: func() tea.Cmd { return f.write(s) },
	}))
	return nil
}

// hostOf is the machine of an endpoint, in words for people.
func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if endpoint == "" || err != nil || u.Host == "" {
		return "Amazon S3"
	}
	return u.Host
}

// write writes the server into the store; the form stays until that is done.
func (f *serverForm) write(s remote.Server) tea.Cmd {
	m, old, ctx := f.m, f.old, f.m.ctx
	form := f.form
	form.SetNote("saving…")
	return func() tea.Msg {
		return savedMsg{what: "server " + s.Name, tab: servers.Servers, name: s.Name, form: form, try: true, err: m.d.Admin.SaveServer(ctx, old, s)}
	}
}
