package cred_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/cred"
)

// pool is a pool over credentials that can change.
func pool(t *testing.T, s *fakeSTS, cs ...remote.Credential) (*cred.Pool, map[string]remote.Credential) {
	t.Helper()
	there := map[string]remote.Credential{}
	for _, c := range cs {
		there[c.Name] = c
	}
	o := s.options()
	o.Lookup = func(name string) (remote.Credential, bool) {
		c, ok := there[name]
		return c, ok
	}
	p := cred.NewPool(o)
	t.Cleanup(p.Close)
	return p, there
}

func get(t *testing.T, p *cred.Pool, c remote.Credential) *cred.Provider {
	t.Helper()
	made, err := p.Get(c, "eu-central-1")
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestA08OneCallServesAllServersAndRolesOfACredential: two roles over one role,
// from several servers, under a thousand parallel requests.
func TestA08OneCallServesAllServersAndRolesOfACredential(t *testing.T) {
	s := &fakeSTS{life: time.Hour}
	base := role(nil)
	left := role(func(c *remote.Credential) {
		c.Name, c.Source, c.RoleARN = "left", "partner", "arn:aws:iam::1:role/left"
	})
	right := role(func(c *remote.Credential) {
		c.Name, c.Source, c.RoleARN = "right", "partner", "arn:aws:iam::1:role/right"
	})
	p, _ := pool(t, s, ops, base, left, right)
	var wg sync.WaitGroup
	for i := range 1000 {
		made := get(t, p, []remote.Credential{base, left, right}[i%3])
		wg.Go(func() {
			if _, err := made.Retrieve(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if s.count() != 3 {
		t.Errorf("%d calls for three roles", s.count())
	}
}

// A13: the store was edited while jobs run.
func TestWhoHoldsAProviderGetsTheKeysOfAChangedCredential(t *testing.T) {
	s := &fakeSTS{life: time.Hour}
	p, there := pool(t, s, ops, role(nil))
	running := get(t, p, ops)
	if k, err := running.Retrieve(t.Context()); err != nil || k.SecretAccessKey != canary {
		t.Fatalf("%v", err)
	}
	viaRole := get(t, p, there["partner"])
	next := ops
	next.AccessKeyID, next.SecretAccessKey = "AKIDNEXT", remote.NewSecret("next")
	there["ops"] = next
	if errs := p.Follow([]remote.Credential{next, there["partner"]}); len(errs) != 0 {
		t.Fatal(errs)
	}
	if k, err := running.Retrieve(t.Context()); err != nil || k.AccessKeyID != "AKIDNEXT" || k.SecretAccessKey != "next" {
		t.Errorf("got %q, %v", k.AccessKeyID, err)
	}
	if source, ok := viaRole.Source(); !ok || source != running {
		t.Error("the role has another source than the servers")
	}
}

// A16: the credential was removed while something uses it.
func TestACredentialThatIsGoneGivesNoKeys(t *testing.T) {
	p, _ := pool(t, &fakeSTS{}, ops)
	held := get(t, p, ops)
	p.Follow(nil)
	_, err := held.Retrieve(t.Context())
	wantKind(t, err, remote.Auth)
}

// A13: an edit that is wrong changes nothing.
func TestAChangeThatCannotBeUsedLeavesTheOldKeys(t *testing.T) {
	p, _ := pool(t, &fakeSTS{}, ops)
	held := get(t, p, ops)
	bad := ops
	bad.AccessKeyID = ""
	errs := p.Follow([]remote.Credential{bad})
	if len(errs) != 1 || !strings.Contains(remote.HintOf(errs[0]), "access_key_id") {
		t.Errorf("%v", errs)
	}
	if k, err := held.Retrieve(t.Context()); err != nil || k.AccessKeyID != ops.AccessKeyID {
		t.Errorf("%q, %v", k.AccessKeyID, err)
	}
}
