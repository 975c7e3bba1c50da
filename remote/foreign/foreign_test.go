package foreign_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/foreign"
)

const canary = "SECRETCANARY"

// home is a home folder with the files of every program.
func home(t *testing.T) foreign.Places {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		".aws/config":      "[default]\nregion = eu-west-1\ns3 =\n  addressing_style = path\n[profile work]\nsso_session = corp\n[sso-session corp]\nsso_start_url = https://x\n",
		".aws/credentials": "[work]\naws_access_key_id = AKIA1\naws_secret_access_key = " + canary + "\n[old]\naws_access_key_id = AKIA2\n",
		".config/rclone/rclone.conf": "# comment\n[r2]\ntype = s3\nprovider = Cloudflare\naccess_key_id = AKID\nsecret_access_key = " + canary +
			"\nendpoint = https://0123.r2.cloudflarestorage.com\nacl = private\n\n[box]\ntype = sftp\nhost = h\n[env]\ntype = s3\nenv_auth = true\nprofile = work\nregion = eu-central-1\n",
		".s3cfg":          "[default]\naccess_key = AKS\nsecret_key = " + canary + "\nhost_base = minio.example.com:9000\nhost_bucket = minio.example.com:9000\nuse_https = False\nbucket_location = US\n",
		".mc/config.json": `{"version":"10","aliases":{"lab":{"url":"https://lab.example.com/","accessKey":"AKM","secretKey":"` + canary + `","api":"s3v4","path":"auto"},"s3":{"url":"https://s3.amazonaws.com","accessKey":"YOUR-ACCESS-KEY-HERE","secretKey":"x"}}}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return foreign.Places{Home: dir, Getenv: func(string) string { return "" }}
}

func TestWhatOtherProgramsKnowIsFoundWithoutSecrets(t *testing.T) {
	p := home(t)
	var got []string
	for _, f := range foreign.Find(p) {
		line := f.Source + " " + f.Name + " " + string(f.Credential.Type)
		if f.Server != nil {
			line += fmt.Sprintf(" %s %v %s", f.Server.Endpoint, f.Server.PathStyle, f.Server.Region)
		}
		if f.Secret {
			line += " +secret"
		}
		got = append(got, line)
		if !f.Credential.SecretAccessKey.Empty() || strings.Contains(fmt.Sprintf("%+v", f), canary) {
			t.Errorf("%s carries its secret", f.Name)
		}
	}
	want := []string{
		"aws profile default profile", "aws profile work profile", "aws profile old profile",
		"rclone r2 access_key https://0123.r2.cloudflarestorage.com true auto +secret",
		"rclone env profile  false eu-central-1",
		"s3cmd s3cmd access_key http://minio.example.com:9000 true us-east-1 +secret",
		"minio client lab access_key https://lab.example.com true auto +secret",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheSecretIsReadWhenItIsWanted(t *testing.T) {
	p := home(t)
	for _, f := range foreign.Find(p) {
		taken, ok := foreign.Take(p, f)
		if !ok {
			t.Fatalf("%s is gone", f.Name)
		}
		if has := taken.Credential.SecretAccessKey.Reveal() == canary; has != f.Secret {
			t.Errorf("%s: secret %v, want %v", f.Name, has, f.Secret)
		}
	}
	if _, ok := foreign.Take(p, remote.Found{Source: foreign.Rclone, Name: "gone"}); ok {
		t.Error("what is not there was taken")
	}
}

func TestFilesThatAreNotWhatTheyShouldBeArePassedOver(t *testing.T) {
	p := home(t)
	for _, name := range []string{".aws/config", ".aws/credentials", ".config/rclone/rclone.conf", ".s3cfg", ".mc/config.json"} {
		if err := os.WriteFile(filepath.Join(p.Home, name), []byte("\x00[[[=\n]{\"aliases\": 3"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := foreign.Find(p); len(got) != 0 {
		t.Errorf("found %v", got)
	}
	if got := foreign.Find(foreign.Places{Home: "/nowhere", Getenv: func(string) string { return "" }}); len(got) != 0 {
		t.Errorf("found %v", got)
	}
}
