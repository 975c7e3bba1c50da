package ui_test

import (
	"context"
	"sync/atomic"
	"testing"

	"gantry/remote"
	"gantry/remote/wrap"
)

// TestARefusedCredentialIsOneQuestion: asked once, found again with a, and the
// job goes on when the credential works.
func TestARefusedCredentialIsOneQuestion(t *testing.T) {
	w := build(t)
	var shut atomic.Bool
	shut.Store(true)
	acme := wrap.NewFaulty(w.acme)
	for _, m := range []wrap.Method{wrap.Create, wrap.List} {
		acme.Add(m, wrap.Fault{
			Times: 1 << 30, Match: func(remote.Path) bool { return shut.Load() },
			Err: &remote.Error{Op: "write", Kind: remote.Auth, Hint: "The session of ops has expired."},
		})
	}
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, location string) (remote.Place, error) {
		p, err := open(ctx, location)
		if p.Tree == remote.Tree(w.acme) {
			p.Tree = acme
		}
		return p, err
	}
	shut.Store(false)
	w.start(t, 100, 30)
	shut.Store(true)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Credential refused")
	w.sees(t, "The session of ops has expired.", "[t] Try now")
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
	w.queue.TryCredential("acme:")
	w.WaitText("✓ copy q1")
	w.lacks(t, "Credential refused")
}
