package ui_test

import (
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/ui"
)

// credential is a credential of the store, with its secret.
func (w *world) credential(t *testing.T, name string) remote.Credential {
	t.Helper()
	for _, c := range w.admin.credentials {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no credential %s on\n%s", name, w.Screen())
	return remote.Credential{}
}

func TestACredentialIsCopiedWithItsSecretUnseen(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "tab", "c")
	w.sees(t, "Like ops, whose secrets it takes over", "(saved; type to replace it)")
	w.Type("twin")
	w.Keys("pgdown", "enter")
	w.sees(t, "Saved: credential twin")
	if c := w.credential(t, "twin"); c.SecretAccessKey.Reveal() != "right-secret" {
		t.Error("the secret was not taken over")
	}
	if strings.Contains(w.Raw(), "right-secret") {
		t.Error("the secret is on the screen")
	}
	w.Keys("g", "g", "x")
	w.sees(t, "Remove credential ops")
	w.Keys("y")
	w.sees(t, "Could not change", "used by [acme vault the role partner]")
}

func TestANewKeyWantsItsSecret(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "tab", "n")
	w.Type("half")
	w.field(t, "Access key ID")
	w.Type("AKIA")
	w.Keys("pgdown", "enter")
	w.sees(t, "▸✗Secret key", "✗ is missing; it came with the access key ID")
	w.field(t, "Secret is in")
	w.Keys("right", "right", "right") // the environment wants a variable instead
	w.lacks(t, "Secret key")
	w.sees(t, "Variable")
}

func TestARoleHasItsOwnFieldsAndSaysWhatIsMissing(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "tab", "n")
	w.Type("exchange")
	w.field(t, "Type")
	w.Type("r")
	w.sees(t, "Role ARN", "External ID", "MFA device", "Duration")
	w.lacks(t, "Secret key")
	w.Keys("pgdown", "enter")
	w.sees(t, "▸✗Role ARN", "✗ is missing")
	w.Type("arn:aws:iam::123456789012:role/x")
	w.field(t, "Assumed by")
	w.Keys("right")
	w.field(t, "May do")
	w.Keys("right", "pgdown", "enter")
	if c := w.credential(t, "exchange"); c.Source != "ops" || c.SessionPolicy != "read-only" || c.Type != remote.AssumeRole {
		t.Errorf("saved was %+v", c)
	}
}

func TestAKeyIsRotatedOnlyWhenTheNewOneWorks(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "tab", "R")
	w.Resize(100, 40)
	w.sees(t, "Rotate ops", "first with acme, vault and the")
	w.Type("AKIANEW")
	w.Keys("tab")
	w.Type("wrong-secret")
	w.Keys("pgdown", "enter")
	w.sees(t, "✗ The new key is not accepted. The old one stays.")
	w.Keys("esc", "R")
	w.Type("AKIANEW")
	w.Keys("tab")
	w.Type("new-secret")
	w.Keys("pgdown", "enter")
	w.sees(t, "Everything that was asked works")
	if c := w.credential(t, "ops"); c.AccessKeyID != "AKIANEW" || c.SecretAccessKey.Reveal() != "new-secret" {
		t.Errorf("kept was %+v", c)
	}
}

func TestASecretIsShownOnlyAfterAQuestion(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "tab", "v")
	w.sees(t, "Show the secret of ops", "will stand on this screen")
	w.Keys("enter") // it begins on No
	w.lacks(t, "right-secret")
	w.Keys("v", "y")
	w.sees(t, "right-secret")
	w.Keys("esc")
	w.lacks(t, "right-secret")
	w.Keys("v", "y") // and who walks away does not leave it there
	w.sees(t, "right-secret")
	w.Send(ui.Hide(w.model))
	w.lacks(t, "right-secret")
}

func TestQuestionsOfWorkersAreAskedAndEnd(t *testing.T) {
	w := build(t)
	now := epoch()
	w.deps.Now = func() time.Time { now = now.Add(2 * time.Second); return now } // nobody is in a hurry
	asker := ui.NewAsker(0)
	w.deps.Asker = asker
	w.start(t, 100, 30)

	type got struct {
		code string
		err  error
	}
	answers := make(chan got, 1)
	go func() {
		code, err := asker.TokenCode(t.Context(), "partner", "arn:aws:iam::1:mfa/me")
		answers <- got{code, err}
	}()
	w.WaitText("MFA code for partner")
	w.sees(t, "arn:aws:iam::1:mfa/me", "then what needs it fails")
	w.Type("12345")
	w.Keys("enter")
	w.sees(t, "✗ six digits, as the device shows them")
	w.Type("6")
	w.Keys("enter")
	if g := <-answers; g.code != "123456" || g.err != nil {
		t.Errorf("the worker got %q, %v", g.code, g.err)
	}
	w.lacks(t, "MFA code for partner")

	go func() {
		s, err := asker.Passphrase(t.Context(), "ops")
		answers <- got{s.Reveal(), err}
	}()
	w.WaitText("Passphrase for ops")
	w.Type("hunter2")
	w.lacks(t, "hunter2")
	w.Keys("esc")
	if g := <-answers; g.err == nil || remote.KindOf(g.err) != remote.Auth || !strings.Contains(remote.HintOf(g.err), "was not given") {
		t.Errorf("sent away, the worker got %q, %v", g.code, g.err)
	}
}

func TestAQuestionThatNobodyAnswersEndsByItself(t *testing.T) {
	w := build(t)
	asker := ui.NewAsker(time.Nanosecond) // over before it is seen, or right after
	w.deps.Asker = asker
	w.start(t, 100, 30)
	if _, err := asker.TokenCode(t.Context(), "partner", "x"); remote.KindOf(err) != remote.Auth {
		t.Errorf("it ended with %v", err)
	}
	w.WaitFor(func(screen string) bool {
		return !strings.Contains(screen, "MFA code for") || strings.Contains(screen, "is needed")
	})
	w.lacks(t, "Answer ]")
}

func TestTheStoreIsFollowedAndABrokenOneNamed(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11")
	w.admin.mu.Lock()
	w.admin.servers = append(w.admin.servers, remote.Server{Name: "by-editor", Bucket: "b"})
	w.admin.mu.Unlock()
	w.admin.changed()
	w.WaitText("by-editor")
	w.admin.mu.Lock()
	w.admin.trouble = "line 7, column 3: server[0].regio: unknown key\nline 9, column 1: is missing"
	w.admin.mu.Unlock()
	w.admin.changed()
	w.WaitText("✗ Not taken over: line 7, column 3: server[0].regio: unknown key (and 1 more; @ shows the log)")
	w.sees(t, "by-editor")
	w.admin.mu.Lock()
	w.admin.trouble = ""
	w.admin.mu.Unlock()
	w.admin.changed()
	w.WaitText("whole again")
}

func TestWhatTheCredentialMayNotDoIsDimmedWithTheReason(t *testing.T) {
	w := build(t)
	w.admin.denied["acme s3:PutObject"] = "found yesterday"
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c")
	w.sees(t, ": needs s3:PutObject on acme; F11 F3 tests it again")
	if why := ui.Blocked(w.model, "new-folder"); why != "" {
		t.Errorf("on the disk: %q", why)
	}
	w.Keys("tab")
	if why := ui.Blocked(w.model, "new-folder"); why != "needs s3:PutObject on acme; F11 F3 tests it again" {
		t.Errorf("on the server: %q", why)
	}
	if why := ui.Blocked(w.model, "delete"); strings.Contains(why, "s3:") {
		t.Errorf("deleting is allowed: %q", why)
	}
}

func TestWithoutAnAdminTheManagerOnlyBrowses(t *testing.T) {
	w := build(t)
	w.deps.Admin = nil
	w.start(t, 100, 30)
	w.Keys("f11", "n")
	w.sees(t, "the store cannot be changed here")
	w.Keys("enter")
	w.sees(t, "acme:")
}

func TestASecretIsEncryptedWithAPassphraseThatIsTypedTwice(t *testing.T) {
	w := build(t)
	asker := ui.NewAsker(0)
	w.deps.Asker = asker
	got := make(chan string, 1)
	w.admin.sealing = func(name string) {
		p, err := asker.Passphrase(t.Context(), name)
		got <- p.Reveal() + " " + errWord(err)
	}
	w.start(t, 100, 30)
	w.Keys("f11", "tab", "n")
	w.Type("sealed")
	w.field(t, "Access key ID")
	w.Type("AKIA")
	w.field(t, "Secret is in")
	w.Type("e")
	w.field(t, "Secret key")
	w.Type("canary")
	w.Keys("pgdown", "enter")
	w.sees(t, "▸✗Passphrase", "✗ choose one")
	w.Type("horse")
	w.field(t, "Passphrase again")
	w.Type("house")
	w.sees(t, "✗ must be the same")
	w.Keys("backspace", "backspace", "backspace")
	w.Type("rse")
	w.Keys("pgdown", "enter")
	w.sees(t, "Saved: credential sealed")
	w.lacks(t, "Passphrase")
	if g := <-got; g != "horse ok" {
		t.Errorf("the store was given %q", g)
	}
}

func errWord(err error) string {
	if err != nil {
		return err.Error()
	}
	return "ok"
}

// TestTheRotationOfASecretKeptElsewhereSaysWhatComesFirst: gantry can only swap
// the ID of such a key.
func TestTheRotationOfASecretKeptElsewhereSaysWhatComesFirst(t *testing.T) {
	for want, c := range map[string]remote.Credential{
		"read from the variable OPS_SECRET":               {SecretAccessKeyEnv: "OPS_SECRET"},
		"printed by the command pass s3/ops: put the new": {SecretAccessKeyCommand: []string{"pass", "s3/ops"}},
	} {
		w := newWorld(t)
		c.Name, c.Type, c.AccessKeyID = "ops", remote.AccessKey, "AKIAOPS"
		w.admin.credentials[0] = c
		w.Keys("f11", "tab", "R")
		w.Resize(120, 40)
		w.sees(t, "Rotate ops", want)
		w.lacks(t, "New secret key")
	}
}
