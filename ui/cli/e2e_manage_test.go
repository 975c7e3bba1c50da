//go:build unix

package cli_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"gantry/remote/demo/sigv4"
	"gantry/remote/s3/s3test"
)

func manageScenes() []scene {
	return []scene{
		{"what rclone, s3cmd, the MinIO client and the AWS tools know becomes servers and credentials", imported},
		{"the rule for unfinished uploads is added on the screen beside the bucket's other rules", lifecycle},
		{"a mount is added and removed on the screen, and an occupied folder only by choice", mounted},
		{"a form that was changed asks before Esc throws it away", kept},
		{"links to what is marked read the objects, for the time that was chosen", linked},
	}
}

// gantry runs the program without a terminal, on the store of the scene.
func (s *stage) gantry(args ...string) {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), s.program, args...)
	cmd.Env = []string{"HOME=" + s.temp, "TMPDIR=" + s.temp, "GANTRY_CONFIG=" + s.config, "GANTRY_STATE=" + s.state, "GORACE=log_path=" + s.races}
	if out, err := cmd.CombinedOutput(); err != nil {
		s.Fatalf("gantry %q: %v: %s", args, err, out)
	}
}

// foreign writes the files of the other programs, which the program then finds by
// their variables; their remotes are the stage's gateway.
func (s *stage) foreign(secret string) {
	s.Helper()
	access, good := s.gateway.RootKey()
	dir := filepath.Join(s.temp, "foreign")
	s.must(os.MkdirAll(filepath.Join(dir, "mc"), 0o700))
	host := strings.TrimPrefix(s.gateway.Endpoint(), "http://")
	for variable, file := range map[string]struct{ name, text string }{
		"RCLONE_CONFIG":               {"rclone.conf", fmt.Sprintf("[rclone-lab]\ntype = s3\nprovider = Other\naccess_key_id = %s\nsecret_access_key = %s\nendpoint = %s\nregion = us-east-1\n[box]\ntype = dropbox\n", access, good, s.gateway.Endpoint())},
		"S3CMD_CONFIG":                {"s3cfg", fmt.Sprintf("[default]\naccess_key = %s\nsecret_key = %s\nhost_base = %s\nhost_bucket = %s\nuse_https = False\n", access, secret, host, host)},
		"MC_CONFIG_DIR":               {"mc/config.json", fmt.Sprintf(`{"version":"10","aliases":{"mc-alias":{"url":%q,"accessKey":%q,"secretKey":%q,"api":"s3v4","path":"auto"}}}`, s.gateway.Endpoint(), access, secret)},
		"AWS_SHARED_CREDENTIALS_FILE": {"credentials", fmt.Sprintf("[work-profile]\naws_access_key_id = %s\naws_secret_access_key = %s\n", access, secret)},
		"AWS_CONFIG_FILE":             {"config", "[profile sso-profile]\nregion = eu-west-3\nsso_start_url = https://example.com/start\nsso_region = eu-west-3\nsso_account_id = 123456789012\nsso_role_name = reader\n"},
	} {
		path := filepath.Join(dir, file.name)
		s.must(os.WriteFile(path, []byte(file.text), 0o600))
		if variable == "MC_CONFIG_DIR" {
			path = filepath.Dir(path)
		}
		s.env = append(s.env, variable+"="+path)
	}
}

func imported(s *stage) {
	const canary = "foreign-secret-canary"
	s.size.W = 120
	s.foreign(canary)
	s.object("seen-through-rclone.txt", []byte("x"))
	s.open()
	s.do("[Servers 1]", "f11")
	s.do("Found on this machine", "i")
	for _, name := range []string{"work-profile", "sso-profile", "rclone-lab", "s3cmd, with its secret, in ", "mc-alias"} {
		s.WaitFor(name)
	}
	if strings.Contains(s.Screen(), "dropbox") || strings.Contains(s.Screen(), "box  ") {
		s.Errorf("what is no S3 is offered:\n%s", s.Screen())
	}

	s.click("rclone-lab    rclone, with") // a remote, with the bucket that rclone does not name
	s.WaitFor("Add rclone-lab")
	s.click("Bucket  (none")
	s.WaitFor("▸ Bucket")
	s.Send(s.bucket)
	s.WaitFor("Bucket  " + s.bucket)
	s.click("Add ]")
	s.WaitFor("✓ rclone-lab is connected")
	s.WaitFor("[Servers 2]")

	s.do("Found on this machine", "i") // the same once more: its name is taken
	s.click("rclone-lab    rclone, with")
	s.WaitFor("Add rclone-lab")
	s.Keys("pgdown", "enter")
	s.WaitFor("✗ this name is taken")
	s.Keys("esc")
	s.WaitGone("Add rclone-lab")

	s.do("Found on this machine", "i") // an alias, as a credential only
	s.click("mc-alias      minio client, with")
	s.WaitFor("Add mc-alias")
	s.Keys("pgdown", "enter")
	s.WaitFor("Saved: credential mc-alias")
	s.do("Found on this machine", "i") // a profile stays where it is
	s.click("sso-profile   aws profile in")
	s.WaitFor("Add sso-profile")
	s.Keys("pgdown", "enter")
	s.WaitFor("Saved: credential sso-profile")
	s.WaitFor("[Credentials 4]")

	s.Keys("esc")
	s.shows(right, "seen-through-rclone.txt")
	s.Keys("tab")
	s.goTo("rclone-lab:")
	s.shows(right, "rclone-lab:")
	s.shows(right, "seen-through-rclone.txt")
	s.Keys("q")
	s.end(0)
	_, good := s.gateway.RootKey()
	store, err := os.ReadFile(s.config)
	s.must(err)
	for _, want := range []string{canary, good, `profile = "sso-profile"`, `name = "rclone-lab"`, `endpoint = "` + s.gateway.Endpoint() + `"`} {
		if !bytes.Contains(store, []byte(want)) {
			s.Errorf("the store lacks %s", want)
		}
	}
	if out := s.Capture(); bytes.Contains(out, []byte(canary)) || bytes.Contains(out, []byte(good)) {
		s.Error("a secret was on the screen")
	}
}

// strict adds the server "strict" to the store: a fake that knows lifecycle rules,
// which the gateway does not.
func (s *stage) strict() *s3test.Server {
	s.Helper()
	fake := s3test.New(s.T, s3test.Options{})
	fake.AddBucket("bucket", s3test.Bucket{})
	s.store(fmt.Sprintf(`[[credential]]
name = "fake"
type = "access_key"
access_key_id = %q
secret_access_key = %q

[[server]]
name = "strict"
type = "s3"
region = "us-east-1"
bucket = "bucket"
credential = "fake"
endpoint = %q
path_style = true
`, fake.Access, fake.Secret, fake.URL))
	return fake
}

// leftover begins an upload on a strict fake that nobody finishes.
func (s *stage) leftover(fake *s3test.Server) {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), http.MethodPost, fake.URL+"/bucket/half.bin?uploads=", http.NoBody)
	s.must(err)
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of nothing
	sigv4.Sign(r, fake.Access, fake.Secret, "us-east-1", "s3", empty, time.Now())
	resp, err := http.DefaultClient.Do(r)
	s.must(err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.Fatalf("begin an upload: %d", resp.StatusCode)
	}
}

func lifecycle(s *stage) {
	const other = `<Rule><ID>logs</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>30</Days></Expiration></Rule>`
	fake := s.strict()
	fake.SetLifecycle("bucket", `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`+other+`</LifecycleConfiguration>`)
	s.leftover(fake)
	s.open()
	s.do("[Servers 2]", "f11")
	s.Keys("j")
	s.do("Unfinished uploads of strict", "y")
	s.WaitFor("! 1 upload unfinished")
	s.WaitFor("! No rule of the bucket aborts them.")
	s.WaitFor("1 other rule of the bucket stays as it is")
	s.Keys("ctrl+u", "0")
	s.WaitFor("✗ a number of days")
	s.Keys("backspace")
	s.Send("30")
	s.WaitGone("✗ a number of days")
	s.click("Set the rule")
	s.WaitFor("unfinished uploads are aborted after 30 days")
	if got := fake.Lifecycle("bucket"); !strings.Contains(got, other) || !strings.Contains(got, "<DaysAfterInitiation>30</DaysAfterInitiation>") {
		s.Errorf("the rules are now %s", got)
	}
	s.do("Unfinished uploads of strict", "y")
	s.WaitFor("✓ The rule gantry-unfinished-uploads")
	s.WaitFor("after 30 days.")
	s.Keys("esc")
	s.WaitGone("Unfinished uploads of strict")

	fake.Fault(s3test.Rule{Op: "PutBucketLifecycleConfiguration", Times: s3test.All, Action: s3test.Deny()})
	s.do("Unfinished uploads of strict", "y")
	s.WaitFor("! 1 upload unfinished")
	s.Keys("ctrl+u", "9", "enter")
	s.WaitFor("s3:PutLifecycleConfiguration") // what is missing
	s.Keys("esc")
	s.WaitGone("s3:PutLifecycleConfiguration")

	s.Keys("k") // a store that knows no rules says so
	s.do("Unfinished uploads of acme", "y")
	s.WaitFor("not support")
	s.Keys("esc")
	s.WaitGone("Unfinished uploads of acme")
	s.Keys("q")
	s.end(0)
}

func mounted(s *stage) {
	s.object("inbox/behind-the-window.txt", []byte("x"))
	s.file("full/mine.txt", []byte("mine\n"))
	s.open()
	s.do("[Servers 1]", "f11")
	s.do("New mount", "m")
	s.Keys("ctrl+u")
	s.Send(filepath.Join(s.dir, "full"))
	s.click("Path                (")
	s.WaitFor("▸ Path")
	s.Send("inbox/")
	s.WaitFor("Path                inbox/")
	s.click("Mount ]")
	s.WaitFor("is not empty: it holds mine.txt")
	s.click("Hide what is in it")
	s.WaitFor("Hide what is in it  [x]")
	s.click("Mount ]")
	s.WaitFor("[Mounts 1]")
	s.WaitFor("acme:inbox/")
	s.Keys("enter")
	s.shows(left, "behind-the-window.txt")
	s.shows(left, "mount")
	s.do("[Servers 1]", "f11")
	s.do("[Mounts 1]", "tab", "tab")
	s.do("Remove mount", "f8")
	s.Keys("y")
	s.WaitFor("[Mounts 0]")
	s.Keys("q")
	s.end(0)
	s.isFile("full/mine.txt", []byte("mine\n"))
	s.isObject("inbox/behind-the-window.txt", []byte("x"))
}

func kept(s *stage) {
	s.open()
	s.do("[Servers 1]", "f11")
	s.do("New server", "f7")
	s.Keys("esc") // nothing was typed
	s.WaitGone("New server")
	s.do("New server", "f7")
	s.Send("parner")
	s.WaitFor("Name          parner")
	s.Keys("esc")
	s.WaitFor("What you have changed is not saved")
	s.Keys("esc")
	s.WaitGone("What you have changed is not saved")
	x, y, _ := s.Find("ner ")
	s.Click(x, y) // between the two halves
	s.Send("t")
	s.WaitFor("Name          partner")
	s.Keys("esc")
	s.click("Discard")
	s.WaitGone("New server")
	s.WaitFor("[Servers 1]")
	s.Keys("q")
	s.end(0)
}

// clipped is what a program puts into the clipboard.
var clipped = regexp.MustCompile("\x1b]52;c;([A-Za-z0-9+/=]+)\x07")

func linked(s *stage) {
	s.object("one.txt", []byte("content of one"))
	s.object("two words.txt", []byte("content of two"))
	s.open()
	s.Keys("tab", "ctrl+a")
	s.shows(right, "2 marked")
	s.Keys("s", "p")
	s.WaitFor("Link to 2 entries")
	s.do("two words.txt: anyone with this link", "o", "ctrl+u", "3", "d", "enter")
	s.Keys("Y")
	s.eventually("the links in the clipboard", func() bool { return clipped.Match(s.Capture()) })
	text, err := base64.StdEncoding.DecodeString(string(clipped.FindSubmatch(s.Capture())[1]))
	s.must(err)
	urls := strings.Split(string(text), "\n")
	if len(urls) != 2 {
		s.Fatalf("the clipboard has %d links", len(urls))
	}
	for i, want := range []string{"content of one", "content of two"} {
		resp, err := http.Get(urls[i])
		s.must(err)
		got, err := io.ReadAll(resp.Body)
		s.must(err)
		_ = resp.Body.Close()
		if string(got) != want || !strings.Contains(urls[i], "X-Amz-Expires=259200") {
			s.Errorf("%s reads %q", urls[i], got)
		}
	}
	s.Keys("esc")
	s.WaitGone("anyone with this link")
	s.Keys("q")
	s.end(0)
}
