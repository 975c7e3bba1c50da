package app_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/s3/s3test"
	"gantry/transfer"
)

// TestReadOnlyHoldsAtOnceForWhatIsOpen: a tree, and an upload in the middle.
func TestReadOnlyHoldsAtOnceForWhatIsOpen(t *testing.T) {
	w := newWorld(t)
	place, err := w.Open(t.Context(), "acme:")
	if err != nil {
		t.Fatal(err)
	}
	tree := place.Tree
	w.s3.Put("bucket", "there", []byte("x"))
	sink, err := tree.Create(t.Context(), "big", remote.CreateOptions{Size: 12 << 20, PartSize: 6 << 20})
	if err != nil {
		t.Fatal(err)
	}
	body := func() *strings.Reader { return strings.NewReader(strings.Repeat("x", 6<<20)) }
	part, err := sink.WritePart(t.Context(), 1, body())
	if err != nil {
		t.Fatal(err)
	}
	s := info(t, w.App, "acme").Server
	for _, on := range []bool{true, false} {
		s.ReadOnly = on
		if err := w.SaveServer(t.Context(), "acme", s); err != nil {
			t.Fatal(err)
		}
		began := len(w.s3.Events())
		second, err := sink.WritePart(t.Context(), 2, body())
		if !on {
			if err != nil {
				t.Fatal(err)
			}
			if _, err := sink.Commit(t.Context(), []remote.Part{part, second}); err != nil {
				t.Error(err)
			}
			break
		}
		_, list := tree.List(t.Context(), "", "")
		for what, err := range map[string]error{
			"part": err, "delete": tree.Remove(t.Context(), []remote.Path{"there"}), "folder": tree.Mkdir(t.Context(), "dir/"),
		} {
			if remote.KindOf(err) != remote.Denied || !strings.Contains(remote.HintOf(err), "read_only") {
				t.Errorf("%s: %v: %s", what, err, remote.HintOf(err))
			}
		}
		if list != nil || !tree.Caps().ReadOnly {
			t.Errorf("list %v, caps %+v", list, tree.Caps())
		}
		for _, e := range w.s3.Events()[began:] {
			if e.Op != "" && remote.Writes("s3:"+e.Op) {
				t.Errorf("%s %s left the program", e.Op, e.Key)
			}
		}
	}
}

// TestOnlyAMissingPermissionIsRememberedAndASuccessForgetsIt: a closed account, an
// archived object and a page of a proxy say nothing about an action.
func TestOnlyAMissingPermissionIsRememberedAndASuccessForgetsIt(t *testing.T) {
	w := newWorld(t)
	const action = "s3:ListBucket"
	for what, refusal := range map[string]s3test.Action{
		"closed account": s3test.Status(http.StatusForbidden, "AccountProblem"), "disabled": s3test.Status(http.StatusForbidden, "AllAccessDisabled"),
		"archived": s3test.Status(http.StatusForbidden, "InvalidObjectState"), "proxy": s3test.HTML(http.StatusForbidden),
	} {
		w.s3.Fault(s3test.Rule{Op: "ListObjectsV2", Times: s3test.All, Action: refusal})
		if err := w.list(t, "acme:"); remote.KindOf(err) != remote.Denied || w.Denied("acme", action) != "" {
			t.Errorf("%s: %v: %q", what, err, w.Denied("acme", action))
		}
		w.s3.ClearFaults()
	}
	for range 2 { // refused and served in turn, as in folders of which some are closed
		w.s3.Fault(s3test.Rule{Op: "ListObjectsV2", Times: s3test.All, Action: s3test.Deny()})
		if err := w.list(t, "acme:"); remote.ActionOf(err) != action || w.Denied("acme", action) == "" {
			t.Errorf("refused: %v: %q", err, w.Denied("acme", action))
		}
		w.s3.ClearFaults()
		if err := w.list(t, "acme:"); err != nil || w.Denied("acme", action) != "" {
			t.Errorf("served: %v: %q", err, w.Denied("acme", action))
		}
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if why := w.open(t).Denied("acme", action); why != "" {
		t.Errorf("the next run believes %q", why)
	}
}

// TestJobsOfARefusedCredentialGoOnWithTheEditedOne, be it edited here or in the
// file, without waiting for the next look.
func TestJobsOfARefusedCredentialGoOnWithTheEditedOne(t *testing.T) {
	for what, edit := range map[string]func(w *world, right string){
		"here": func(w *world, _ string) {
			c := remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: w.s3.Access, SecretAccessKey: remote.NewSecret(w.s3.Secret)}
			if err := w.SaveCredential(t.Context(), "ops", c, remote.InStore, ""); err != nil {
				t.Error(err)
			}
		},
		"with another name": func(w *world, _ string) {
			c := remote.Credential{Name: "new", Type: remote.AccessKey, AccessKeyID: w.s3.Access, SecretAccessKey: remote.NewSecret(w.s3.Secret)}
			if err := w.SaveCredential(t.Context(), "ops", c, remote.InStore, ""); err != nil {
				t.Error(err)
			}
		},
		"in the file": func(w *world, right string) {
			w.Changes()
			w.write(t, right)
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			right := w.read(t)
			w.write(t, strings.Replace(right, w.s3.Secret, "wrong-secret-of-ours", 1))
			a := w.open(t)
			a.LookEvery(24 * time.Hour) // so that it is the edit that helps
			w.App = a
			file := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(file, []byte("content"), 0o600); err != nil {
				t.Fatal(err)
			}
			from, err := a.Open(t.Context(), file)
			if err != nil {
				t.Fatal(err)
			}
			to, err := a.Open(t.Context(), "acme:")
			if err != nil {
				t.Fatal(err)
			}
			entry, err := from.Tree.Stat(t.Context(), remote.Path(file))
			if err != nil {
				t.Fatal(err)
			}
			q := a.Queue()
			feed := q.Subscribe()
			defer feed.Close()
			id := q.Submit(transfer.Request{Op: transfer.Copy, From: from.Tree, List: []transfer.Source{{Entry: entry}}, To: to.Tree, Dir: to.Path})
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // a guard: it takes a second
			defer cancel()
			for edited := false; ; {
				u, err := feed.Next(ctx)
				if err != nil {
					s, _ := q.Job(id)
					t.Fatalf("%v: %v, %v", err, s.State, s.Err)
				}
				for _, e := range u.Events {
					if b, ok := e.(transfer.Blocked); ok && !edited {
						edited = true
						if b.Name != "ops" {
							t.Errorf("waits for %q", b.Name)
						}
						edit(w, right)
					}
				}
				if s, _ := q.Job(id); s.State.Ended() {
					if s.State != transfer.Done || !edited || len(w.s3.Keys("bucket")) != 1 {
						t.Errorf("%v, %v; edited %v", s.State, s.Err, edited)
					}
					return
				}
			}
		})
	}
}
