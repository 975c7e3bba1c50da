package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/store"
)

// good is a store as a user writes it; CANARY marks its secrets.
const good = `# what we connect to
[[credential]]
name = "ops"   # ours
type = "access_key"
access_key_id = "AKID"
secret_access_key = "SECRETCANARY"
session_token = "TOKENCANARY"

[[credential]]
name = "partner"
type = "assume_role"
role_arn = "arn:aws:iam::123456789012:role/exchange"
source = "ops"

[[server]]
name = "acme"
bucket = "acme-exchange"
credential = "partner"   # via STS
prefix = "team-a/"
# read_only = true

[[server]]
name = "data"
type = "s3"
region = "eu-central-1"
bucket = "data"
credential = "ops"
encryption = "none"

[[mount]]
folder = "~/acme"
server = "acme"

[[sync]]
name = "in"
source = "acme:in/"
destination = "/tmp/in/"

[[automation]]
name = "run"
trigger = { every = "1d" }
action = { sync = "in" }

[ui]
theme = "dark"
`

// folder makes a folder as the store wants it.
func folder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "gantry")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(folder(t), "config.toml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, content string) *store.Store {
	t.Helper()
	s, err := store.Open(write(t, content))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAMissingFileIsAnEmptyStore(t *testing.T) {
	for _, path := range []string{filepath.Join(folder(t), "config.toml"), filepath.Join(t.TempDir(), "no", "folder", "config.toml")} {
		s, err := store.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Servers()) != 0 || s.Path() != path {
			t.Errorf("%s: %v", s.Path(), s.Servers())
		}
		var e *remote.Error
		if _, _, err := s.Lookup("acme"); !errors.As(err, &e) || e.Kind != remote.NotExist || !strings.Contains(e.Hint, "gantry server add") {
			t.Errorf("Lookup in an empty store: %v", err)
		}
	}
}

func TestLookupGivesTheServerAndItsCredentialWithDefaults(t *testing.T) {
	s := open(t, good)
	srv, c, err := s.Lookup("acme")
	if err != nil {
		t.Fatal(err)
	}
	wantServer := remote.Server{
		Name: "acme", Type: "s3", Region: "auto", Bucket: "acme-exchange", Prefix: "team-a/", Credential: "partner",
		Integrity: "auto", MaxConnections: 64,
	}
	if diff := cmp.Diff(wantServer, srv); diff != "" {
		t.Error(diff)
	}
	want := remote.Credential{Name: "partner", Type: remote.AssumeRole, RoleARN: "arn:aws:iam::123456789012:role/exchange", Source: "ops", Duration: 3600}
	if fmt.Sprintf("%#v", c) != fmt.Sprintf("%#v", want) {
		t.Errorf("%#v", c)
	}
	ops, ok := s.Credential("ops")
	if !ok || ops.SecretAccessKey.Reveal() != "SECRETCANARY" {
		t.Errorf("%v %v", ops, ok)
	}
	if data, _, _ := s.Lookup("data"); data.Encryption != "" {
		t.Errorf("encryption none is %q", data.Encryption)
	}
	if a := s.Automations(); len(a) != 1 || !a[0].Enabled || s.Syncs()[0].Mode != remote.Push || len(s.Mounts()) != 1 {
		t.Errorf("%v %v %v", a, s.Syncs(), s.Mounts())
	}
	var e *remote.Error
	if _, _, err := s.Lookup("acne"); !errors.As(err, &e) || !strings.Contains(e.Hint, `did you mean "acme"?`) {
		t.Errorf("Lookup of a misspelled server: %v", err)
	}
}

// What a bucket may be called depends on where it is: other services take more,
// and in us-east-1, which "auto" may turn out to be, Amazon did before 2018.
func TestNamesOfBucketsAreJudgedByWhereTheyAre(t *testing.T) {
	for _, c := range []struct {
		bucket, more string
		ok           bool
	}{
		{"acme-exchange", `region = "eu-central-1"`, true},
		{"my.data.2026", `region = "eu-central-1"`, true},
		{"arn:aws:s3:eu-central-1:123456789012:accesspoint/My_Point", `region = "eu-central-1"`, true},
		{"My_Data", `region = "us-east-1"`, true},
		{"My_Data", ``, true},
		{"My_Data", "region = \"eu-central-1\"\nendpoint = \"https://s3.example.com\"", true},
		{"my_data", `region = "eu-central-1"`, false},
		{"-data", `region = "eu-central-1"`, false},
		{"data.", `region = "eu-central-1"`, false},
		{"da..ta", `region = "eu-central-1"`, false},
		{strings.Repeat("a", 63), `region = "eu-central-1"`, true},
		{strings.Repeat("a", 64), `region = "eu-central-1"`, false},
		{"ab", `endpoint = "https://s3.example.com"`, false},
	} {
		_, ps := store.Parse([]byte(fmt.Sprintf("[[credential]]\nname = \"k\"\ntype = \"environment\"\n[[server]]\nname = \"s\"\nbucket = %q\ncredential = \"k\"\n%s\n", c.bucket, c.more)))
		if c.ok != (len(ps) == 0) {
			t.Errorf("%s, %s: %v", c.bucket, c.more, ps)
		}
	}
}

// Each bad store gives exactly these problems.
func TestEveryBadValueIsRefusedWithWhatWouldBeRight(t *testing.T) {
	key := "[[credential]]\nname = \"k\"\ntype = \"environment\"\n"
	server := key + "[[server]]\nname = \"s\"\nbucket = \"data\"\ncredential = \"k\"\n"
	ak := "[[credential]]\nname = \"a\"\ntype = \"access_key\"\naccess_key_id = \"A\"\n"
	role := "[[credential]]\nname = \"r\"\ntype = \"assume_role\"\nrole_arn = \"arn:aws:iam::123456789012:role/x\"\n"
	sync := "[[sync]]\nname = \"x\"\nsource = \"/a/\"\ndestination = \"/b/\"\n"
	for _, c := range []struct{ in, want string }{
		{ak, `line 1, column 3: credential[1]: one of secret_access_key, secret_access_key_env, secret_access_key_command, secret_access_key_keyring or secret_access_key_age is missing`},
		{ak + "secret_access_key = \"CANARY\"\nsecret_access_key_env = \"X\"", `line 6, column 25: credential[1].secret_access_key_env: excludes secret_access_key; keep one of them`},
		{ak + "secret_access_key_env = \"1X\"", `line 5, column 25: credential[1].secret_access_key_env: must be the name of an environment variable: letters, digits and _`},
		{ak + "secret_access_key_command = []", `line 5, column 29: credential[1].secret_access_key_command: must begin with a program, as in ["pass", "s3/ops"]`},
		{ak + "secret_access_key_keyring = true\nrole_arn = \"arn:aws:iam::1:role/CANARY\"", `line 6, column 12: credential[1].role_arn: does not belong to a credential of type access_key`},
		{ak + "secret_access_key_keyring = false", `line 1, column 3: credential[1]: one of secret_access_key, secret_access_key_env, secret_access_key_command, secret_access_key_keyring or secret_access_key_age is missing`},
		{"[[credential]]\nname = \"a\"\ntype = \"acess_key\"", `line 3, column 8: credential[1].type: must be "access_key", "assume_role", "profile", "environment" or "anonymous"; did you mean "access_key"?`},
		{"[[credential]]\nname = \"a\"", `line 1, column 3: credential[1].type: is missing`},
		{key + key, `line 5, column 8: credential[2].name: this name is taken by credential[1] already`},
		{role + "duration = 60", `line 5, column 12: credential[1].duration: must be a whole number from 900 to 43200`},
		{role + "duration = \"1h\"", `line 5, column 12: credential[1].duration: must be a whole number, without quotes`},
		{role + "source = \"r\"", `line 5, column 10: credential[1].source: leads back to this credential; a role cannot be assumed with itself`},
		{role + "source = \"CANARY\"", `line 5, column 10: credential[1].source: no credential has this name; there is "r"`},
		{role + "external_id = \"x\"", `line 5, column 15: credential[1].external_id: must be 2 to 1224 letters, digits or _ + = , . @ : / -`},
		{role + "sts_endpoint = \"http://sts.example.com\"", `line 5, column 16: credential[1].sts_endpoint: must be https, because session keys come from there; http is for this machine only`},
		{role + "source = \"n\"\n[[credential]]\nname = \"n\"\ntype = \"anonymous\"", `line 5, column 10: credential[1].source: an anonymous credential cannot assume a role`},
		{strings.Replace(role, "arn:aws:iam::123456789012:role/x", "CANARY", 1), `line 4, column 12: credential[1].role_arn: must be an ARN as in "arn:aws:iam::123456789012:role/name"`},
		{server + "endpoint = \"http://s3.example.com\"", `line 8, column 12: server[1].endpoint: is http, which anybody on the way can read; use https, or set allow_http = true`},
		{server + "endpoint = \"https://u:CANARY@s3.example.com\"", `line 8, column 12: server[1].endpoint: must not hold a user or password; use a credential`},
		{server + "endpoint = \"s3.example.com\"", `line 8, column 12: server[1].endpoint: must be a URL as in "https://s3.example.com"`},
		{server + "endpoint = \"https://e\"\nfips = true", `line 9, column 8: server[1].fips: works with Amazon's own endpoints only; leave it out or leave endpoint out`},
		{server + "accelerate = true\npath_style = true", `line 8, column 14: server[1].accelerate: does not work with path_style or with a dot in the bucket's name`},
		{server + "kms_key_id = \"k\"", `line 8, column 14: server[1].kms_key_id: belongs to encryption = "aws:kms"`},
		{server + "prefix = \"team-a\"", `line 8, column 10: server[1].prefix: must end with "/", as in "team-a/"; without it other names that begin so would belong to it`},
		{server + "bandwidth = \"fast\"", `line 8, column 13: server[1].bandwidth: ` + remote.ErrRate.Error()},
		{server + "max_connections = 0", `line 8, column 19: server[1].max_connections: must be a whole number from 1 to 4096`},
		{server + "region = \"eu central\"", `line 8, column 10: server[1].region: must be a region as in "eu-central-1", or "auto"`},
		{strings.Replace(server, `"data"`, `"b1"`, 1), `line 6, column 10: server[1].bucket: must be the name of a bucket (3 or more letters, digits, dots and hyphens) or the ARN of an access point`},
		{strings.Replace(server, `"data"`, `"My-Data"`, 1) + "region = \"eu-central-1\"", `line 6, column 10: server[1].bucket: no bucket has this name: at Amazon they have 3 to 63 small letters, digits, dots and hyphens, and begin and end with a letter or digit`},
		{strings.Replace(server, `"s"`, `"a:b"`, 1), `line 5, column 8: server[1].name: must not hold ":", "/" or "\"; it stands before the colon of a location`},
		{strings.Replace(server, `"s"`, `"S3"`, 1), `line 5, column 8: server[1].name: must not be s3, which stands for the ambient AWS settings`},
		{strings.Replace(server, `credential = "k"`, `credential = "kk"`, 1), `line 7, column 14: server[1].credential: no credential has this name; did you mean "k"?`},
		{"[server]\nname = \"x\"", `line 1, column 2: server: must be a table in double brackets: [[server]]`},
		{server + "[[mount]]\nfolder = \"acme\"\nserver = \"s\"", `line 9, column 10: mount[1].folder: must be an absolute path, or one that begins with "~/"`},
		{server + "[[mount]]\nfolder = \"/a\"\nserver = \"t\"", `line 10, column 10: mount[1].server: no server has this name; there is "s"`},
		{server + "[[mount]]\nfolder = \"/a\"\nserver = \"s\"\n[[mount]]\nfolder = \"/a/\"\nserver = \"s\"", `line 12, column 10: mount[2].folder: this folder is taken by mount[1] already`},
		{sync + "max_delete = \"5\"", `line 5, column 14: sync[1].max_delete: has no meaning without delete = true`},
		{sync + "schedule = \"now\"", `line 5, column 12: sync[1].schedule: must be five fields as in "30 2 * * *", or "@daily", "@every 1h"`},
		{strings.Replace(sync, "/a/", "acme:a/", 1), `line 3, column 10: sync[1].source: no server of this name, and no other; add a [[server]]; a local file of that name is written with ./ before it`},
		{"[[automation]]\nname = \"a\"\ntrigger = {}\naction = {op = \"delete\", source = [\"/x\"]}", `line 3, column 1: automation[1].trigger: one of schedule, every, watch, after or start is missing`},
		{"[[automation]]\nname = \"a\"\ntrigger = {start = true}\naction = {op = \"copy\", source = [\"/x\"]}", `line 4, column 1: automation[1].action.destination: is missing`},
		{"[[automation]]\nname = \"a\"\ntrigger = {after = \"a\"}\naction = {op = \"delete\", source = [\"/x\"]}", `line 3, column 20: automation[1].trigger.after: an automation cannot wait for itself`},
	} {
		_, ps := store.Parse([]byte(c.in))
		var got []string
		for _, p := range ps {
			got = append(got, p.String())
		}
		if diff := cmp.Diff([]string{c.want}, got); diff != "" {
			t.Errorf("%s\n%s", c.in, diff)
		}
	}
}

func TestALongerCircleOfRolesIsToldOnce(t *testing.T) {
	role := func(name, source string) string {
		return fmt.Sprintf("[[credential]]\nname = %q\ntype = \"assume_role\"\nrole_arn = \"arn:aws:iam::1:role/x\"\nsource = %q\n", name, source)
	}
	_, ps := store.Parse([]byte(role("z", "a") + role("a", "b") + role("b", "c") + role("c", "a")))
	if len(ps) != 1 || ps[0].Field != "credential[2].source" {
		t.Error(ps)
	}
}

// FuzzParse reads anything without a panic and never says what a value was.
func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("[[credential]]\nname = CANARY"))
	f.Add([]byte("credential = [{name = \"CANARY\", type = \"CANARY\"}, 3]\nserver = \"CANARY\""))
	f.Add([]byte("[[server]]\nendpoint = \"http://CANARY:CANARY@x\"\nprefix = 1979-05-27"))
	f.Add([]byte("[[automation]]\naction = {source = [\"CANARY:x\"], op = \"CANARY\"}\ntrigger.every = \"CANARY\""))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, ps := store.Parse(data)
		for _, p := range ps {
			if strings.Contains(p.String(), "CANARY") && !strings.Contains(p.Message, "there is ") && !strings.Contains(p.Message, "did you mean") {
				t.Fatalf("%q: %v", data, p)
			}
		}
	})
}

func TestSEC02LooseModesAndLinksAreRefusedWithTheCommandThatMendsThem(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(path string) error
		fix   string
	}{
		{"file", func(p string) error { return os.Chmod(p, 0o640) }, "chmod 600 -- 'PATH'"},
		{"folder", func(p string) error { return os.Chmod(filepath.Dir(p), 0o755) }, "chmod 700 -- 'DIR'"},
		{"both", func(p string) error {
			return errors.Join(os.Chmod(p, 0o604), os.Chmod(filepath.Dir(p), 0o750))
		}, "chmod 600 -- 'PATH' && chmod 700 -- 'DIR'"},
		{"link", func(p string) error {
			return errors.Join(os.Rename(p, p+".real"), os.Symlink(p+".real", p))
		}, "install -m 600 -- 'PATH' 'PATH.new' && mv -- 'PATH.new' 'PATH'"},
		{"folder in its place", func(p string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o700)) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, good)
			if err := c.spoil(path); err != nil {
				t.Fatal(err)
			}
			_, err := store.Open(path)
			var r *store.Refused
			if !errors.As(err, &r) {
				t.Fatalf("not refused: %v", err)
			}
			want := strings.NewReplacer("PATH", path, "DIR", filepath.Dir(path)).Replace(c.fix)
			if r.Fix != want {
				t.Errorf("fix is %q, want %q", r.Fix, want)
			}
			if strings.Contains(err.Error(), "CANARY") || !strings.HasPrefix(err.Error(), "config.toml: ") {
				t.Error(err)
			}
		})
	}
}

func TestReloadKeepsWhatItHadWhenTheFileBreaks(t *testing.T) {
	s := open(t, good)
	if err := os.WriteFile(s.Path(), []byte(good+"\n[[server]]\nnam = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var r *store.Refused
	if err := s.Reload(); !errors.As(err, &r) || r.Problems[0].Line == 0 {
		t.Errorf("reload of a broken file: %v", err)
	}
	if len(s.Servers()) != 2 {
		t.Error("the old servers are gone")
	}
}
