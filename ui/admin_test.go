package ui_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"gantry/remote"
	"gantry/ui"
)

var _ ui.Admin = (*admin)(nil)

// admin is a store in memory behind the server manager: what it is told it keeps,
// and a server works if its bucket is one of buckets and its credential has the
// right secret.
type admin struct {
	mu          sync.Mutex
	servers     []remote.Server
	credentials []remote.Credential
	mounts      []remote.Mount
	probed      map[string]remote.Report
	buckets     map[string]string // bucket: region
	secret      string            // the right one
	rule        int
	denied      map[string]string // "acme s3:PutObject": why
	found       []remote.Found
	occupied    string // a folder that holds something

	sealing func(name string) // asks for the passphrase of a secret that is to be encrypted

	changes chan struct{}
	trouble string
	hold    chan struct{} // a test waits for it after its first step, if there is one
}

func newAdmin() *admin {
	return &admin{
		servers: []remote.Server{
			{Name: "acme", Type: "s3", Region: "eu-central-1", Bucket: "acme-exchange", Credential: "ops"},
			{Name: "vault", Type: "s3", Region: "us-east-1", Bucket: "vault", Credential: "ops", ReadOnly: true},
		},
		credentials: []remote.Credential{
			{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKIAOPS", SecretAccessKey: remote.NewSecret("right-secret")},
			{Name: "partner", Type: remote.AssumeRole, RoleARN: "arn:aws:iam::123456789012:role/exchange", Source: "ops", ExternalID: "42-xyz"},
		},
		probed:  map[string]remote.Report{},
		buckets: map[string]string{"acme-exchange": "eu-central-1", "vault": "us-east-1", "photos": "us-west-2"},
		secret:  "right-secret", denied: map[string]string{}, changes: make(chan struct{}, 1),
	}
}

func (a *admin) changed() {
	select {
	case a.changes <- struct{}{}:
	default:
	}
}

func (a *admin) Servers() []remote.ServerInfo {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []remote.ServerInfo
	for _, s := range a.servers {
		i := remote.ServerInfo{Server: s, Location: s.Name + ":", Region: s.Region, State: remote.ServerUntested, ReadOnly: s.ReadOnly, Credential: s.Credential}
		if r, ok := a.probed[s.Name]; ok {
			i.Probed, i.State = &r, remote.ServerConnected
			i.Versioned, i.Locked = r.Versioned, r.Locked
			if step, bad := r.Step("list"); bad && step.State == remote.StepFailed {
				i.State, i.Why = remote.ServerInactive, step.Hint
			}
		}
		out = append(out, i)
	}
	return out
}

func (a *admin) Credentials() []remote.CredentialInfo {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []remote.CredentialInfo
	for _, c := range a.credentials {
		out = append(out, remote.CredentialInfo{Credential: c.Blank(), Place: remote.PlaceOf(c), Users: a.users(c.Name)})
	}
	return out
}

func (a *admin) users(name string) (users []string) {
	for _, s := range a.servers {
		if s.Credential == name {
			users = append(users, s.Name)
		}
	}
	for _, c := range a.credentials {
		if c.Source == name {
			users = append(users, "the role "+c.Name)
		}
	}
	return users
}

func (a *admin) Presets() []remote.Preset {
	return []remote.Preset{
		{ID: "wasabi", Name: "Wasabi", Endpoint: "https://s3.<region>.wasabisys.com", Region: "eu-central-2", Regions: []string{"eu-central-2", "us-east-2"}},
		{ID: "r2", Name: "Cloudflare R2", Endpoint: "https://<account>.r2.cloudflarestorage.com", Region: "auto", Note: "The account id stands in the dashboard."},
		{ID: "minio", Name: "MinIO", Endpoint: "https://<host>:9000", PathStyle: true, Region: "us-east-1"},
	}
}

func (a *admin) Regions() []remote.Region {
	return []remote.Region{
		{Code: "eu-central-1", Name: "Europe (Frankfurt)", Partition: "aws"},
		{Code: "us-west-2", Name: "US West (Oregon)", Partition: "aws"},
		{Code: "us-gov-west-1", Name: "AWS GovCloud (US-West)", Partition: "aws-us-gov"},
		{Code: "cn-north-1", Name: "China (Beijing)", Partition: "aws-cn"},
	}
}

func (a *admin) CheckServer(old string, s remote.Server) (out []remote.Problem) {
	a.mu.Lock()
	defer a.mu.Unlock()
	bad := func(key, message string) { out = append(out, remote.Problem{Key: key, Message: message}) }
	if s.Name == "" {
		bad("name", "a name is needed")
	}
	if s.Name != old && slices.ContainsFunc(a.servers, func(o remote.Server) bool { return o.Name == s.Name }) {
		bad("name", "this name is taken already")
	}
	if s.Bucket == "" {
		bad("bucket", "a bucket is needed")
	}
	if len(s.Bucket) > 0 && len(s.Bucket) < 3 {
		bad("bucket", "a bucket has 3 to 63 letters")
	}
	if s.MaxConnections < 0 {
		bad("max_connections", "a number from 1")
	}
	return out
}

var errNo = errors.New("no")

func (a *admin) SaveServer(_ context.Context, old string, s remote.Server) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.Name == "unwritable" {
		return &remote.Error{Op: "write the store", Kind: remote.Denied, Hint: "The store cannot be written: it belongs to somebody else.", Err: errNo}
	}
	i := slices.IndexFunc(a.servers, func(o remote.Server) bool { return o.Name == old })
	if i < 0 {
		a.servers = append(a.servers, s)
	} else {
		a.servers[i] = s
	}
	a.changed()
	return nil
}

func (a *admin) RemoveServer(_ context.Context, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.servers = slices.DeleteFunc(a.servers, func(s remote.Server) bool { return s.Name == name })
	return nil
}

func (a *admin) TestServer(ctx context.Context, s remote.Server, c *remote.Credential, o remote.TestOptions, step func(remote.Step)) (remote.Report, error) {
	r := remote.Report{Server: s.Name, Credential: s.Credential, Started: epoch()}
	tell := func(s remote.Step) { r.Steps = append(r.Steps, s); step(s) }
	tell(remote.Step{ID: "name", Title: "name resolves", State: remote.StepOK, Detail: "192.0.2.1"})
	if a.hold != nil {
		select {
		case <-a.hold:
		case <-ctx.Done():
			return r, &remote.Error{Op: "test", Err: ctx.Err()}
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	r.Identity = "arn:aws:iam::123456789012:user/ops"
	tell(remote.Step{ID: "identity", Title: "who am I", State: remote.StepOK, Detail: r.Identity})
	if _, ok := a.buckets[s.Bucket]; ok {
		tell(remote.Step{ID: "list", Title: "list", State: remote.StepOK})
	} else {
		tell(remote.Step{ID: "list", Title: "list", State: remote.StepFailed, Hint: "There is no bucket of this name; check the spelling."})
	}
	if o.Write {
		tell(remote.Step{ID: "write", Title: "write", State: remote.StepDenied, Missing: "s3:PutObject", Without: "browsing and downloading", Hint: "Ask for s3:PutObject."})
	}
	tell(remote.Step{ID: "tagging", Title: "tags", State: remote.StepUnsupported})
	a.probed[s.Name] = r
	return r, nil
}

func (a *admin) FindRegion(_ context.Context, s remote.Server) (string, error) {
	if r, ok := a.buckets[s.Bucket]; ok {
		return r, nil
	}
	return "", &remote.Error{Op: "find the region", Kind: remote.NotExist, Hint: "There is no bucket of this name.", Err: errNo}
}

func (a *admin) Policy(_ context.Context, server string, o remote.PolicyOptions) (remote.PolicyText, error) {
	return remote.PolicyText{
		Identity: fmt.Sprintf("{\n  \"identity\": %q, \"read\": %v\n}", server, o.ReadOnly), Bucket: "{\n  \"bucket\": true\n}",
		Lines:   []remote.PolicyLine{{Sid: "List", Feature: "listing", Actions: []string{"s3:ListBucket"}}},
		Sources: []remote.SourcePolicy{{Credential: "hub", Assumes: "chained", Policy: "{hub assumes chained}"}, {Credential: "ops", Assumes: "hub", Policy: "{ops assumes hub}"}},
	}, nil
}

func (a *admin) TrustPolicy(_ context.Context, credential string) (string, error) {
	return "{\n  \"sts:ExternalId\": \"42-xyz\"\n}", nil
}

func (a *admin) Uncompleted(context.Context, string) (remote.Uncompleted, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	u := remote.Uncompleted{Leftovers: 3, Bytes: 5 << 20, Others: 2, Days: a.rule}
	if a.rule > 0 {
		u.Rule = "gantry"
	}
	return u, nil
}

func (a *admin) SetUncompleted(_ context.Context, _ string, days int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rule = days
	return nil
}

func (a *admin) Denied(server, action string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.denied[server+" "+action]
}

func (a *admin) CheckCredential(old string, c remote.Credential, p remote.SecretPlace) (out []remote.Problem) {
	bad := func(key, message string) { out = append(out, remote.Problem{Key: key, Message: message}) }
	if c.Name == "" {
		bad("name", "a name is needed")
	}
	switch {
	case c.Type == remote.AccessKey && c.AccessKeyID == "":
		bad("access_key_id", "is missing")
	case c.Type == remote.AccessKey && p == remote.InEnv && c.SecretAccessKeyEnv == "":
		bad("secret_access_key_env", "is missing")
	case c.Type == remote.AssumeRole && c.RoleARN == "":
		bad("role_arn", "is missing")
	}
	return out
}

func (a *admin) SaveCredential(_ context.Context, old string, c remote.Credential, p remote.SecretPlace, from string) error {
	if a.sealing != nil && p == remote.InAge {
		a.sealing(c.Name)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, o := range a.credentials {
		if o.Name == from && c.SecretAccessKey.Empty() {
			c.SecretAccessKey = o.SecretAccessKey
		}
	}
	i := slices.IndexFunc(a.credentials, func(o remote.Credential) bool { return o.Name == old })
	if i < 0 {
		a.credentials = append(a.credentials, c)
	} else {
		a.credentials[i] = c
	}
	return nil
}

func (a *admin) RemoveCredential(_ context.Context, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if u := a.users(name); len(u) > 0 {
		return &remote.Error{Op: "remove", Kind: remote.Invalid, Hint: "The credential " + name + " is used by " + fmt.Sprint(u) + ".", Err: errNo}
	}
	a.credentials = slices.DeleteFunc(a.credentials, func(c remote.Credential) bool { return c.Name == name })
	return nil
}

func (a *admin) RotateCredential(_ context.Context, name string, c remote.Credential, step func(remote.Step)) error {
	if c.SecretAccessKey.Reveal() != "new-secret" {
		step(remote.Step{ID: "identity", Title: "acme", State: remote.StepFailed, Hint: "The new key is not accepted. The old one stays."})
		return &remote.Error{Op: "rotate", Kind: remote.Auth, Hint: "The new key is not accepted. The old one stays.", Err: errNo}
	}
	step(remote.Step{ID: "identity", Title: "acme", State: remote.StepOK})
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.credentials {
		if a.credentials[i].Name == name {
			a.credentials[i] = c
		}
	}
	return nil
}

func (a *admin) TestCredential(_ context.Context, name string) (remote.Report, error) {
	return remote.Report{Credential: name, Steps: []remote.Step{{ID: "identity", Title: "who am I", State: remote.StepOK, Detail: "arn:aws:iam::123456789012:user/ops"}}}, nil
}

func (a *admin) Reveal(_ context.Context, name string) (remote.Secret, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.credentials {
		if c.Name == name {
			return c.SecretAccessKey, nil
		}
	}
	return remote.Secret{}, errNo
}

func (a *admin) Imports(context.Context) ([]remote.Found, error) { return a.found, nil }

func (a *admin) Import(_ context.Context, f remote.Found, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := *f.Server
	s.Name = name
	a.servers = append(a.servers, s)
	return nil
}

func (a *admin) SaveMount(_ context.Context, m remote.Mount, hide bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if m.Folder == a.occupied && !hide {
		return &remote.Error{Op: "mount", Kind: remote.Exist, Hint: "The folder holds 3 entries, which a mount would hide.", Err: errNo}
	}
	a.mounts = append(a.mounts, m)
	return nil
}

func (a *admin) RemoveMount(_ context.Context, folder string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mounts = slices.DeleteFunc(a.mounts, func(m remote.Mount) bool { return m.Folder == folder })
	return nil
}

func (a *admin) Mounts() []remote.Mount {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.mounts)
}

func (a *admin) Changes() <-chan struct{} { return a.changes }

func (a *admin) Trouble() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.trouble
}
