//go:build unix

package cli_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gantry/remote/demo/sts"
)

func serverScenes() []scene {
	return []scene{
		{"a newcomer to the demo adds a server, breaks it, reads why and mends it", firstServer},
		{"SEC07 no secret shows while a key is added, tested, rotated and refused to be removed", credentials},
		{"the code of an MFA device is asked for on the screen when a session begins", codes},
		{"the list follows an editor, and a broken store is named by line and column", edited},
	}
}

// click clicks on a text wherever it stands first.
func (s *stage) click(text string) {
	s.Helper()
	var x, y int
	s.WaitScreen("“"+text+"”", func(string) (ok bool) {
		x, y, ok = s.Find(text)
		return ok
	})
	s.Click(x, y)
}

// firstServer does only what the screen says: words of the key bar and of the
// windows are clicked, and what is asked is typed.
func firstServer(s *stage) {
	s.size.W = 120
	s.demo()
	s.click("F11Servers")
	s.WaitFor("[Servers 3]")
	s.click("F7Add")
	s.WaitFor("New server")
	s.Send("reports")
	s.click("Bucket        (")
	s.WaitFor("▸ Bucket")
	s.Send("archives")
	s.WaitFor("archives  ")
	s.click("Save")
	s.WaitFor("✗ reports: The bucket archives does not exist")
	s.WaitFor("✗ inactive")

	s.click("F4Edit") // one letter too many
	s.WaitFor("▸ Name")
	s.click("Bucket        a")
	s.WaitFor("▸ Bucket")
	s.Keys("backspace")
	s.WaitFor("Bucket        archive  ")
	s.click("Save")
	s.WaitFor("✗ reports: The credential \"demo\" may not list")
	s.click("F3Test")
	s.WaitFor("✓ Region")
	s.WaitFor("✗ List")
	s.WaitFor("missing: s3:ListBucket")
	s.WaitFor("It does not work yet")
	s.click("Close")
	s.WaitGone("✗ List")

	s.click("F4Edit") // somebody else's bucket
	s.WaitFor("▸ Name")
	s.click("Credential    ◂")
	s.WaitFor("▸ Credential")
	s.do("add a credential", "space")
	s.click("only reads")
	s.WaitFor("◂ archive ▸")
	s.click("Save")
	s.WaitFor("✓ reports is connected")
	s.click("reports   ") // once: two are a double click only where the machine is quick
	s.Keys("enter")
	s.shows(left, "reports:")
	s.shows(left, "1 of ")
	s.Keys("q")
	s.end(0)
}

func credentials(s *stage) {
	access, secret := s.gateway.RootKey()
	s.open()
	s.do("[Servers 1]", "f11")
	s.do("[Credentials 1]", "tab")
	s.do("New credential", "f7")
	s.Send("spare\t\tKEY-OF-NO-SERVICE\t\tnot-the-secret-canary") // Amazon would be asked about one like its own
	s.WaitFor("•••")
	s.do("Saved: credential spare", "pgdown", "enter")
	s.do("Test of the credential spare", "t")
	s.WaitFor("Nothing was asked that shows whether it works")
	s.Keys("esc")
	s.WaitGone("Test of the credential")
	s.do("Credential spare", "e")
	s.WaitFor("type to replace it")
	s.Keys("esc")
	s.WaitGone("type to replace it")
	s.Keys("g", "g")
	s.do("Remove credential root", "x")
	s.do("acme", "y")
	s.WaitFor("Could not change")
	s.Keys("esc")
	s.WaitGone("Could not change")
	s.do("Rotate root", "R")
	s.Send(access + "\t" + secret)
	s.do("Everything that was asked works", "pgdown", "enter")
	s.Keys("esc")
	s.WaitGone("Everything that was")
	s.Keys("esc")
	s.shows(right, "acme:")
	s.Keys("q")
	s.end(0)
	raw, err := os.ReadFile(s.config)
	s.must(err)
	if !bytes.Contains(raw, []byte("not-the-secret-canary")) {
		s.Error("the store does not hold the secret of spare")
	}
	if bytes.Contains(s.Capture(), []byte("not-the-secret-canary")) || bytes.Contains(s.Capture(), []byte(secret)) {
		s.Error("a secret was on the screen")
	}
	s.must(filepath.WalkDir(s.state, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kept, err := os.ReadFile(path)
		if bytes.Contains(kept, []byte("not-the-secret-canary")) || bytes.Contains(kept, []byte(secret)) {
			s.Errorf("a secret is in %s", path)
		}
		return err
	}))
}

func edited(s *stage) {
	s.open()
	s.do("[Servers 1]", "f11")
	good, err := os.ReadFile(s.config)
	s.must(err)
	s.must(os.WriteFile(s.config, []byte(strings.ReplaceAll(string(good), `name = "acme"`, `name = "apex"`)), 0o600))
	s.WaitFor("apex")
	s.must(os.WriteFile(s.config, append(good, "\n[[server]]\nname = 7\n"...), 0o600))
	s.WaitFor("line ")
	s.WaitFor("apex") // the set of before
	s.must(os.WriteFile(s.config, good, 0o600))
	s.WaitFor("whole again")
	s.WaitGone("apex")
	s.Keys("q")
	s.end(0)
}

// codes opens a server whose role wants the code of a device: once with a wrong
// one, and again.
func codes(s *stage) {
	const device, code = "arn:aws:iam::123456789012:mfa/me", "314159"
	role := "arn:aws:iam::123456789012:role/" + s.bucket
	s.must(s.gateway.AddRoleWith(sts.Role{ARN: role, MFASerial: device, MFACode: code}, false, s.bucket))
	s.object("behind-the-code.txt", []byte("x"))
	s.store(fmt.Sprintf(`[[credential]]
name = "guarded"
type = "assume_role"
role_arn = %q
source = "root"
mfa_serial = %q
sts_endpoint = %q
region = "us-east-1"

[[server]]
name = "deep"
type = "s3"
region = "us-east-1"
bucket = %q
credential = "guarded"
endpoint = %q
path_style = true
`, role, device, s.gateway.STSEndpoint(), s.bucket, s.gateway.Endpoint()))
	s.open()
	s.do("[Servers 2]", "f11")
	s.Keys("j", "enter")
	s.WaitFor("MFA code for guarded")
	s.WaitFor(device)
	s.retype("271828")
	s.WaitGone("MFA code for guarded")
	s.WaitFor("may not assume")
	s.do("MFA code for guarded", "ctrl+r")
	s.retype(code)
	s.shows(left, "behind-the-code.txt")
	s.WaitFor("guarded: ") // how long the session lasts, at once
	s.Keys("q")
	s.end(0)
}

// retype types into a window that came by itself, which at first ignores keys,
// until it has taken them all.
func (s *stage) retype(digits string) {
	s.Helper()
	s.eventually("the window listening", func() bool {
		s.Send("\x15" + digits)
		_, _, ok := s.Find(digits)
		return ok
	})
	s.Keys("enter")
}
