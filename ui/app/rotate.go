package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gantry/remote"
	"gantry/remote/store"
)

var errNotRotated = errors.New("the new key does not work")

// RotateCredential gives a credential a new key, once every server that uses
// it, itself or through a role, has let the new key in. Until then, and when one
// does not, nothing changes. Running jobs go on with the new key. The tests only
// read; step hears of them.
func (a *App) RotateCredential(ctx context.Context, name string, c remote.Credential, step func(remote.Step)) error {
	was, ok := a.store.Credential(name)
	if !ok {
		return a.noCredential(name)
	}
	c.Name = name
	p := remote.PlaceOf(was)
	var failed []string
	for _, s := range a.store.Servers() {
		use, ok := a.through(s.Credential, c)
		if !ok {
			continue
		}
		r, err := a.testWith(ctx, s, use, c, func(st remote.Step) {
			st.Title = s.Name + ": " + st.Title
			if step != nil {
				step(st)
			}
		})
		switch {
		case err != nil:
			failed = append(failed, fmt.Sprintf("%s (%s)", s.Name, remote.HintOf(err)))
		case !works(r):
			failed = append(failed, fmt.Sprintf("%s (%s)", s.Name, firstFault(r)))
		default:
			if lost := a.lost(ctx, s, r); len(lost) > 0 {
				failed = append(failed, fmt.Sprintf("%s (it may not do what the old one may: %s)", s.Name, strings.Join(lost, ", ")))
			}
		}
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if len(failed) > 0 {
		return &remote.Error{
			Op: "rotate the credential", Kind: remote.Auth, Err: errNotRotated,
			Hint: "The credential " + name + " keeps its old key, because the new one does not work with " + strings.Join(failed, ", ") + ".",
		}
	}
	return a.swap(ctx, was, c, p)
}

// lost are the actions that the key of r is denied on s and the one of now is
// not.
func (a *App) lost(ctx context.Context, s remote.Server, r remote.Report) []string {
	var lost []string
	var before remote.Report
	for _, step := range r.Steps {
		if step.State != remote.StepDenied {
			continue
		}
		if before.Steps == nil {
			var err error
			if before, err = a.TestServer(ctx, s, nil, remote.TestOptions{}, nil); err != nil {
				return nil // the old key does not even get that far
			}
		}
		if was, ok := before.Step(step.ID); ok && was.State == remote.StepOK {
			lost = append(lost, step.Missing)
		}
	}
	return lost
}

// swap puts the new key into the place of the old one.
func (a *App) swap(ctx context.Context, was, c remote.Credential, p remote.SecretPlace) error {
	next := was
	next.AccessKeyID, next.SessionToken = c.AccessKeyID, c.SessionToken
	secret := c.SecretAccessKey
	next, undo, err := a.put(ctx, next, p, secret)
	if err != nil {
		return err
	}
	if err := a.apply(ctx, store.SetCredential(next)); err != nil {
		undo() // the store names the old key, whose secret belongs to it
		return err
	}
	return nil
}

// through gives the credential that a server would use if c took the place of
// its namesake; false when it does not depend on it.
func (a *App) through(name string, c remote.Credential) (remote.Credential, bool) {
	if name == c.Name {
		return c, true
	}
	used, ok := a.store.Credential(name)
	for at := used; ok && at.Source != ""; {
		if at.Source == c.Name {
			return used, true
		}
		at, ok = a.store.Credential(at.Source)
	}
	return remote.Credential{}, false
}

// works tells whether a server lets a key in, whatever it may do there.
func works(r remote.Report) bool {
	for _, s := range r.Steps {
		if s.State == remote.StepFailed && fatal[s.ID] {
			return false
		}
	}
	return true
}

func firstFault(r remote.Report) string {
	for _, s := range r.Steps {
		if s.State == remote.StepFailed && fatal[s.ID] {
			return s.Hint
		}
	}
	return "it does not answer"
}
