package servers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gantry/remote"
	"gantry/ui/servers"
	"gantry/ui/text"
	"gantry/ui/theme"
)

func now() time.Time { return time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC) }

const hostile = "evil\x1b]0;owned\x07\u202etxt 世界"

func full() *servers.View {
	v := servers.New(theme.Plain(), now)
	v.Empty[servers.Mounts] = "There are no mounts yet."
	report := &remote.Report{Identity: "arn:aws:iam::123456789012:user/ops", Started: now().Add(-time.Hour), Steps: []remote.Step{
		{ID: "list", State: remote.StepOK}, {ID: "write", State: remote.StepDenied}, {ID: "tagging", State: remote.StepSkipped},
	}}
	v.Load([]remote.ServerInfo{
		{Server: remote.Server{Name: "acme", Bucket: "acme-exchange", Credential: "ops", Description: "the partner's"}, Region: "eu-central-1", State: remote.ServerConnected, LastUsed: now().Add(-2 * time.Hour), Probed: report},
		{Server: remote.Server{Name: "vault", Region: "auto", Bucket: "vault", Credential: "ops", Endpoint: "https://s3.example.com"}, ReadOnly: true, State: remote.ServerInactive, Why: "The bucket vault does not exist. Check its name."},
		{Server: remote.Server{Name: hostile, Bucket: hostile}, State: remote.ServerUntested},
	}, []remote.CredentialInfo{
		{Credential: remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKIAOPS"}, Place: remote.InStore, Users: []string{"acme", "vault"}},
		{Credential: remote.Credential{Name: "partner", Type: remote.AssumeRole, RoleARN: "arn:aws:iam::123456789012:role/exchange", Source: "ops"}, Ends: now().Add(41 * time.Minute)},
	}, nil)
	return v
}

func look(t *testing.T, v *servers.View, w, h int) string {
	t.Helper()
	lines := v.View(w, h)
	if len(lines) != h {
		t.Errorf("%d lines in %d", len(lines), h)
	}
	for i, l := range lines {
		if n := text.Width(l); n != w {
			t.Errorf("line %d has %d columns of %d: %q", i, n, w, l)
		}
		if strings.ContainsAny(l, "\x07\u202e") || strings.Contains(l, "\x1b]") {
			t.Errorf("line %d shows hostile text raw: %q", i, l)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestTheListsLookAsDrawn(t *testing.T) {
	for tab, name := range map[servers.Tab]string{servers.Servers: "servers", servers.Credentials: "credentials", servers.Mounts: "mounts"} {
		t.Run(name, func(t *testing.T) {
			v := full()
			v.Show(tab)
			v.Move(1)
			golden.RequireEqual(t, []byte(look(t, v, 100, 18)+"\n"+look(t, v, 60, 12)+"\n"+look(t, v, 36, 6)))
		})
	}
}

func TestTheListsFitEverySize(t *testing.T) {
	for _, size := range [][2]int{{296, 96}, {116, 34}, {76, 18}, {36, 6}, {36, 4}} {
		v := full()
		for range 3 {
			look(t, v, size[0], size[1])
			v.Move(1)
			look(t, v, size[0], size[1])
			v.Show(v.Tab() + 1)
		}
	}
}

func TestTheCursorStaysOnItsRow(t *testing.T) {
	v := full()
	v.Select(servers.Servers, "vault")
	load := func(names ...string) {
		var rows []remote.ServerInfo
		for _, n := range names {
			rows = append(rows, remote.ServerInfo{Server: remote.Server{Name: n}})
		}
		v.Load(rows, nil, nil)
	}
	load("another", "vault")
	if v.Name() != "vault" {
		t.Errorf("the cursor is on %q", v.Name())
	}
	load("another", "third")
	if v.Name() != "third" {
		t.Errorf("the row is gone; the cursor is on %q", v.Name())
	}
	load()
	if _, ok := v.Server(); ok || v.Name() != "" || v.Len() != 0 {
		t.Error("nothing can be under the cursor of an empty list")
	}
}

func TestClicksChooseRowsAndTabs(t *testing.T) {
	v := full()
	look(t, v, 80, 20)
	if !v.Click(3, 3) || v.Name() != "vault" {
		t.Errorf("the second row is %q", v.Name())
	}
	if v.Click(3, 15) || v.Click(3, 1) {
		t.Error("a click beside the rows is none on a row")
	}
	x := strings.Index(strings.SplitN(look(t, v, 80, 20), "\n", 2)[0], "Credentials")
	if v.Click(x, 0) || v.Tab() != servers.Credentials {
		t.Errorf("a click on the tab shows list %d", v.Tab())
	}
	if c, ok := v.Credential(); !ok || c.Credential.Name != "ops" {
		t.Error("no credential is under the cursor")
	}
	if _, ok := v.Server(); ok {
		t.Error("a server is under the cursor of the credentials")
	}
	v.Show(servers.Mounts + 1)
	if v.Tab() != servers.Servers {
		t.Error("the tabs are no ring")
	}
}

func TestAServerComesThroughAFormUnchanged(t *testing.T) {
	s := remote.Server{
		Name: "acme", Description: "d", Type: "s3", Region: "eu-central-1", Bucket: "b", Prefix: " p/ ", Credential: "c", Endpoint: "https://x",
		PathStyle: true, CABundle: "/ca", AllowHTTP: true, ReadOnly: true, StorageClass: "GLACIER", Encryption: "aws:kms", KMSKeyID: "k", ACL: "private",
		RequesterPays: true, Accelerate: true, DualStack: true, FIPS: true, Integrity: "strict", MaxConnections: 7, Bandwidth: "1MiB/s",
	}
	if diff := cmp.Diff(s, servers.Server(remote.Server{}, servers.ServerValues(s))); diff != "" {
		t.Error(diff)
	}
	if got := servers.Server(s, map[string]string{"bucket": " other "}); got.Bucket != "other" || got.KMSKeyID != "k" {
		t.Errorf("only the bucket was to change: %+v", got)
	}
	for word, want := range map[string]int{"": 0, "0": -1, "-3": -3, "x": -1, " 12 ": 12} {
		if got := servers.Server(s, map[string]string{"max_connections": word}).MaxConnections; got != want {
			t.Errorf("%q connections are %d, want %d", word, got, want)
		}
	}
}

func TestACredentialHoldsOnlyWhatBelongsToItsType(t *testing.T) {
	v := map[string]string{
		"name": "n", "type": "access_key", "place": "store", "access_key_id": " AKIA ", "secret_access_key": " s \n", "secret_access_key_env": "E",
		"secret_access_key_command": "pass 's3 ops'", "role_arn": "arn", "source": "s", "duration": "900", "profile": "p", "region": "r",
	}
	for _, c := range []struct {
		t, place string
		want     remote.Credential
	}{
		{"access_key", "store", remote.Credential{AccessKeyID: "AKIA", SecretAccessKey: remote.NewSecret("s")}},
		{"access_key", "keyring", remote.Credential{AccessKeyID: "AKIA", SecretAccessKey: remote.NewSecret("s")}},
		{"access_key", "environment", remote.Credential{AccessKeyID: "AKIA", SecretAccessKeyEnv: "E"}},
		{"access_key", "command", remote.Credential{AccessKeyID: "AKIA", SecretAccessKeyCommand: []string{"pass", "s3 ops"}}},
		{"assume_role", "store", remote.Credential{RoleARN: "arn", Source: "s", Duration: 900, Region: "r"}},
		{"profile", "store", remote.Credential{Profile: "p", Region: "r"}},
		{"environment", "store", remote.Credential{Region: "r"}},
		{"anonymous", "store", remote.Credential{}},
	} {
		v["type"], v["place"] = c.t, c.place
		c.want.Name, c.want.Type = "n", remote.CredentialType(c.t)
		got, place := servers.Credential(v)
		if diff := cmp.Diff(c.want, got, cmp.Comparer(func(a, b remote.Secret) bool { return a.Reveal() == b.Reveal() }), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s in %s: %s", c.t, c.place, diff)
		}
		if c.t == "access_key" && string(place) != c.place {
			t.Errorf("the place is %q", place)
		}
	}
}

func TestACommandLineComesBackAsItWas(t *testing.T) {
	for _, words := range [][]string{{"pass", "s3/ops"}, {"a b", "c"}, {"it's", `"`}, {`a'b"c d`, "", "\t"}, {"世界"}} {
		line := servers.CommandLine(words)
		if got := servers.Words(line); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", words) {
			t.Errorf("%q became %q and then %q", words, line, got)
		}
	}
	if got := servers.Words("  pass   s3/ops "); fmt.Sprint(got) != "[pass s3/ops]" {
		t.Errorf("spaces: %q", got)
	}
}
