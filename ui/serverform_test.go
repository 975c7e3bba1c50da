package ui_test

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
)

func TestEveryBadValueIsRefusedAtItsField(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "n")
	w.Type("acme")
	w.sees(t, "▸✗Name", "✗ this name is taken already")
	w.Type("2")
	w.lacks(t, "taken already")
	w.field(t, "Bucket")
	w.Type("b")
	w.sees(t, "✗ a bucket has 3 to 63 letters")
	w.Keys("pgdown", "enter") // refused, and the focus goes there
	w.sees(t, "▸✗Bucket", "New server")
	w.field(t, "Bucket")
	w.Type("ucket")
	w.field(t, "All settings")
	w.Keys("space")
	w.field(t, "Connections")
	w.Type("x")
	w.sees(t, "✗ a number from 1")
	w.field(t, "All settings")
	w.Keys("space")
	w.sees(t, "✗ max_connections: a number from 1") // where it can be brought to light
}

func TestAFormThatCannotBeSavedKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "n")
	w.Type("unwritable")
	w.field(t, "Bucket")
	w.Type("photos")
	w.Keys("pgdown", "enter")
	w.sees(t, "✗ The store cannot be written: it belongs to somebody else.", "photos", "New server")
}

func TestAServiceFillsInItsAddressAndFollowsTheRegion(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "n")
	w.Type("w")
	w.field(t, "Service")
	w.Keys("space") // the list
	w.sees(t, "Amazon S3", "Cloudflare R2", "another service")
	w.Type("wasabi")
	w.Keys("enter")
	w.sees(t, "https://s3.eu-central-2.wasabisys.com")
	w.field(t, "Region")
	w.Keys("f2")
	w.Type("us-east")
	w.Keys("enter")
	w.sees(t, "https://s3.us-east-2.wasabisys.com")
	w.field(t, "Service")
	w.Keys("right") // R2
	w.sees(t, "The account id stands in the dashboard.", "Account", "✗ put yours in place of <account>")
	w.field(t, "Account")
	w.Type("abc123")
	w.sees(t, "https://abc123.r2.cloudflarestorage.com")
	w.field(t, "Endpoint") // what was typed is left alone
	w.Type("/own")
	w.field(t, "Account")
	w.Type("4")
	w.sees(t, "https://abc123.r2.cloudflarestorage.com/own")
	w.field(t, "Bucket")
	w.Type("photos")
	w.Keys("pgdown", "enter")
	if s := w.server(t, "w"); s.Endpoint != "https://abc123.r2.cloudflarestorage.com/own" || s.Region != "auto" {
		t.Errorf("saved was %+v", s)
	}
	w.admin.servers[0].Endpoint = "https://s3.us-east-2.wasabisys.com" // is known again
	w.Keys("esc", "f11", "g", "g", "e")
	w.sees(t, "◂ Wasabi ▸")
}

func TestTheRegionIsPickedTypedOrFoundFromTheBucket(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "n")
	w.Type("pics")
	w.field(t, "Region")
	w.Keys("f2")
	w.sees(t, "find it: ask the bucket now", "auto: ask the bucket", "Europe (Frankfurt)", "aws-us-gov", "aws-cn")
	w.Type("govcloud")
	w.Keys("enter")
	w.sees(t, "us-gov-west-1")
	w.Keys("f2")
	w.Type("mars-1")
	w.sees(t, "Take “mars-1” as it is")
	w.Keys("enter")
	w.sees(t, "mars-1", "✗ no region of Amazon's is called so; F2 lists them")
	w.Keys("f2")
	w.Type("eu-north-9")
	w.Keys("up", "enter") // the last: as it is
	w.sees(t, "eu-north-9")
	w.lacks(t, "is called so")
	w.Keys("f2")
	w.Type("find it")
	w.Keys("enter")
	w.sees(t, "✗ The bucket has no name yet")
	w.field(t, "Bucket")
	w.Type("photos")
	w.field(t, "Region")
	w.Keys("f2")
	w.Type("find it")
	w.Keys("enter")
	w.sees(t, "✓ The bucket says it is in us-west-2.", "us-west-2")
}

func TestACredentialIsAddedFromWithinTheServersForm(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "n")
	w.Type("pics")
	w.field(t, "Bucket")
	w.Type("photos")
	w.field(t, "Credential")
	w.Keys("space")
	w.Type("add a")
	w.Keys("enter")
	w.sees(t, "New credential")
	w.Type("fresh")
	w.field(t, "Access key ID")
	w.Type("AKIAFRESH")
	w.field(t, "Secret key")
	w.Type("canary-secret")
	w.lacks(t, "canary-secret")
	w.Keys("pgdown", "enter")
	w.sees(t, "New server", "◂ fresh ▸")
	w.Keys("pgdown", "enter")
	if s := w.server(t, "pics"); s.Credential != "fresh" {
		t.Errorf("saved was %+v", s)
	}
}

func TestATestRunsStepByStepAndStops(t *testing.T) {
	w := build(t)
	w.admin.hold = make(chan struct{})
	w.start(t, 100, 30)
	w.Keys("f11", "t")
	w.sees(t, "✓ name resolves", "testing; Esc stops it", "Stop")
	w.lacks(t, "who am I")
	close(w.admin.hold)
	w.WaitText("Everything that was asked works")
	w.sees(t, "✓ who am I", "not supported")
	w.admin.hold = nil
	w.Keys("w") // writing too
	w.sees(t, "✗ write", "denied", "missing: s3:PutObject", "Ask for s3:PutObject.", "without it: browsing and downloading", "It works; 1 thing")
	w.Keys("Y")
	w.sees(t, "Copied: the report")
	w.Keys("esc")

	w.admin.hold = make(chan struct{})
	w.Keys("t")
	w.sees(t, "testing; Esc stops it")
	w.Keys("esc")
	w.lacks(t, "Test of acme")
}

func TestPoliciesAreShownAndCopied(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "p")
	w.sees(t, "Policies for acme", "Identity policy, read-only", "Bucket policy")
	w.Keys("r")
	w.sees(t, `"identity": "acme", "read": true`, "List: listing")
	w.Keys("Y")
	w.sees(t, "Copied: Identity policy, read-only for acme")
	w.Keys("esc", "tab", "j", "p")
	w.sees(t, "Trust policy for partner", "sts:ExternalId", "42-xyz")
}

// TestEverySourceBelowARoleHasItsPolicy: a role on a role needs what both of them
// are assumed with.
func TestEverySourceBelowARoleHasItsPolicy(t *testing.T) {
	w := newWorld(t)
	role := func(name, source string) remote.Credential {
		return remote.Credential{Name: name, Type: remote.AssumeRole, RoleARN: "arn:aws:iam::123456789012:role/" + name, Source: source}
	}
	w.admin.credentials = append(w.admin.credentials, role("hub", "ops"), role("chained", "hub"))
	w.admin.servers[0].Credential = "chained"
	w.Keys("f11", "p")
	w.sees(t, "Policy of hub", "which assumes the role of chained", "Policy of ops", "which assumes the role of hub")
	w.Keys("s")
	w.sees(t, "Policy of hub for chained", "{hub assumes chained}")
	w.lacks(t, "List: listing")
	w.Keys("esc", "p", "end", "enter")
	w.sees(t, "Policy of ops for hub", "{ops assumes hub}")
	w.Keys("Y")
	w.sees(t, "Copied: Policy of ops for hub")
}

func TestTheLifecycleOfUnfinishedUploadsIsShownAndSet(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11", "y")
	w.sees(t, "! 3 uploads unfinished, 5.0 MiB", "No rule of the bucket aborts them", "2 other rules of the bucket")
	w.Type("x")
	w.sees(t, "✗ a number of days, 1 to 3650")
	w.Keys("backspace", "backspace")
	w.Type("30")
	w.Keys("enter")
	w.sees(t, "Saved: rule of acme: unfinished uploads are aborted after 30 days")
	w.Keys("y")
	w.sees(t, "✓ The rule gantry aborts them after 30 days")
}

func TestMountsAreAddedAndRemovedOnScreen(t *testing.T) {
	w := build(t)
	w.admin.occupied = "/home/full"
	w.disk.PutAt("/home/full/x", "x", epoch())
	w.start(t, 100, 30)
	w.Keys("f11", "m")
	w.sees(t, "New mount", "/home", "◂ acme ▸")
	w.Keys("ctrl+u")
	w.Type("full")
	w.sees(t, "✗ a whole path, as in ~/partners/acme")
	w.Keys("home")
	w.Type("/home/")
	w.Keys("pgdown", "enter")
	w.sees(t, "✗ The folder holds 3 entries, which a mount would hide.")
	w.field(t, "Hide what is in it")
	w.Keys("space", "pgdown", "enter")
	w.sees(t, "[Mounts 1]", "Saved: mount /home/full", "acme:")
	w.Keys("enter")
	w.lacks(t, "[Mounts 1]")
	w.Keys("f11", "tab", "tab", "d", "y")
	w.sees(t, "Removed: mount /home/full", "[Mounts 0]", "There are no mounts yet.")
}

func TestImportsAreListedAndNamed(t *testing.T) {
	w := build(t)
	w.start(t, 100, 30)
	w.Keys("f11", "i")
	w.sees(t, "Nothing was found")
	w.admin.found = []remote.Found{{Source: "rclone", File: "~/.config/rclone/rclone.conf", Name: "b2", Secret: true, Server: &remote.Server{Bucket: "photos", Credential: "ops"}}}
	w.Keys("i")
	w.sees(t, "b2", "rclone, with its secret, in ~/.config/rclone/rclone.conf")
	w.Keys("enter", "ctrl+u")
	w.sees(t, "Add b2", "rclone in ~/.config/rclone/rclone.conf")
	w.Type("acme")
	w.sees(t, "✗ this name is taken already")
	w.Type("-b2")
	w.Keys("tab", "ctrl+u")
	w.Type("ph")
	w.sees(t, "✗ a bucket has 3 to 63 letters")
	w.Type("otos")
	w.Keys("pgdown", "enter")
	if s := w.server(t, "acme-b2"); s.Bucket != "photos" {
		t.Errorf("imported was %+v", s)
	}
}

func TestTheManagerAndItsFormsFitEveryScreen(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {60, 16}, {80, 24}, {120, 40}, {300, 100}} {
		w := build(t).start(t, size[0], size[1]) // the harness holds every frame to the size
		for _, open := range [][]string{{"n"}, {"e"}, {"t"}, {"p"}, {"y"}, {"m"}, {"x"}, {"tab", "n"}, {"R"}, {"v"}, {"e"}} {
			w.Keys("f11")
			w.Keys(open...)
			w.Keys("tab", "tab", "pgdown")
			w.Mouse(size[0]/2, size[1]/2, tea.MouseActionPress, tea.MouseButtonWheelDown)
			w.Keys("esc", "esc", "esc")
		}
	}
}

func TestHostileAnswersReachTheTerminalOnlyClean(t *testing.T) {
	w := build(t)
	evil := "evil\x1b]0;owned\x07\u202e"
	w.admin.servers[0].Description, w.admin.servers[0].Bucket = evil, evil
	w.admin.credentials[0].Description = evil
	w.admin.denied["acme s3:PutObject"] = evil
	w.admin.found = []remote.Found{{Source: evil, File: evil, Name: evil, Server: &remote.Server{}}}
	w.start(t, 100, 30)
	for _, k := range []string{"f11", "e", "esc", "t", "esc", "p", "enter", "Y", "esc", "i", "esc", "tab", "e", "esc", "esc", "c", "esc"} {
		w.Keys(k)
		if strings.Contains(w.Raw(), "\x1b]0;") || strings.ContainsAny(w.Raw(), "\x07\u202e") {
			t.Fatalf("after %s it is on the screen raw:\n%q", k, w.Raw())
		}
	}
}

// TestSEC24AnotherAddressIsAgreedToBeforeTheCredentialSignsThere: only on the
// screen, where a slip of the finger is possible; what the user writes into the
// store himself holds.
func TestSEC24AnotherAddressIsAgreedToBeforeTheCredentialSignsThere(t *testing.T) {
	w := newWorld(t)
	elsewhere := func() {
		t.Helper()
		w.Keys("f11", "e")
		w.field(t, "Service")
		w.Keys("left") // the last of the list: another service
		w.field(t, "Endpoint")
		w.Type("https://storage.example.net")
		w.Keys("pgdown", "enter")
		w.sees(t, "Another address for acme", "Requests go to storage.example.net", "no longer to", "credential ops", "[▸Go back ]")
	}
	elsewhere()
	w.Keys("enter") // it begins on going back
	w.sees(t, "Server acme", "https://storage.example.net")
	if s := w.server(t, "acme"); s.Endpoint != "" {
		t.Fatalf("saved without a yes: %+v", s)
	}
	w.Keys("enter", "y")
	if s := w.server(t, "acme"); s.Endpoint != "https://storage.example.net" {
		t.Errorf("not saved: %+v", s)
	}
}

// TestSEC20WhatIsSentInTheClearIsSaidAsLongAsItShows in the title of the pane.
func TestSEC20WhatIsSentInTheClearIsSaidAsLongAsItShows(t *testing.T) {
	for endpoint, want := range map[string]bool{"http://storage.example.net": true, "http://127.0.0.1:9000": false, "https://storage.example.net": false} {
		w := build(t)
		w.admin.servers[0].Endpoint, w.admin.servers[0].AllowHTTP = endpoint, true
		w.start(t, 140, 30)
		if got := strings.Contains(w.Screen(), "plain http"); got != want {
			t.Errorf("%s: the title says so: %v", endpoint, got)
		}
	}
}
