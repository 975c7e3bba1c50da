package ui_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"gantry/remote"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// TestARefusedCredentialIsOneQuestion: asked once, found again with a, and the
// job goes on when the credential works.
func TestARefusedCredentialIsOneQuestion(t *testing.T) {
	w, shut := obstructed(t, &remote.Error{Op: "write", Kind: remote.Auth, Hint: "The session of ops has expired."}, nil)
	w.start(t, 100, 30)
	shut.Store(true)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Credential refused")
	w.sees(t, "The session of ops has expired.", "[t] Try now", "1 job waiting for it will go on as soon as it works")
	w.Keys("esc")
	w.WaitText("?1")
	w.Keys("a")
	w.WaitText("Credential refused")
	shut.Store(false)
	w.Keys("t")
	w.has(t, w.acme, "inbox/notes.txt", "some notes\n")
	w.WaitText("✓ copy")

	// A credential that works again by itself closes the window: nobody waits.
	shut.Store(true)
	w.to(t, "q1.parquet")
	w.Keys("c", "enter")
	w.WaitText("Credential refused")
	shut.Store(false)
	w.queue.TryAgain(transfer.Obstacle{Kind: remote.Auth, Name: "acme:"})
	w.WaitText("✓ copy q1")
	w.lacks(t, "Credential refused")
}

// TestABucketThatIsGoneIsOneQuestion: S21, asked and answered like that, when part
// of the job is done.
func TestABucketThatIsGoneIsOneQuestion(t *testing.T) {
	var w *world
	w, shut := obstructed(t, &remote.Error{Op: "write", Kind: remote.NotExist, Gone: "acme:", Hint: "The bucket acme-exchange does not exist."},
		func() { w.partlyDone(t) })
	w.start(t, 100, 30)
	w.to(t, "drafts")
	w.Keys("c", "enter")
	w.WaitText("Bucket gone")
	w.sees(t, "The bucket acme-exchange does not exist.", "[t] Try now", "1 job waiting for it will go on as soon as it is there")
	w.Keys("esc")
	w.WaitText("?1")
	w.Keys("a")
	w.WaitText("Bucket gone")
	shut.Store(false)
	w.Keys("t")
	w.has(t, w.acme, "inbox/drafts/one.txt", "first draft")
	w.has(t, w.acme, "inbox/drafts/two.txt", "second draft")
	w.WaitText("✓ copy")
}

// partlyDone waits until an item of the job has ended.
func (w *world) partlyDone(t *testing.T) {
	feed := w.queue.Subscribe()
	defer feed.Close()
	for {
		u, err := feed.Next(t.Context())
		if err != nil || slices.ContainsFunc(u.Jobs, func(s transfer.Snapshot) bool { return s.Items.Done > 0 }) {
			return
		}
	}
}

// obstructed is a world in which nothing can be written to acme nor listed there
// while it is shut. With before that is from the second file on, and before runs
// first.
func obstructed(t *testing.T, err error, before func()) (*world, *atomic.Bool) {
	t.Helper()
	w := build(t)
	var shut atomic.Bool
	acme := wrap.NewFaulty(w.acme)
	if before != nil {
		acme.Add(wrap.Create, wrap.Fault{Skip: 1, Do: func() { before(); shut.Store(true) }, Err: err})
	}
	for _, m := range []wrap.Method{wrap.Create, wrap.List} {
		acme.Add(m, wrap.Fault{Times: 1 << 30, Match: func(remote.Path) bool { return shut.Load() }, Err: err})
	}
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, location string) (remote.Place, error) {
		p, err := open(ctx, location)
		if p.Tree == remote.Tree(w.acme) {
			p.Tree = acme
		}
		return p, err
	}
	return w, &shut
}
