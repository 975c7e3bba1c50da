package wrap_test

import (
	"context"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
)

// telling is a tree that tells about itself.
type telling struct {
	remote.Tree
	slow *func()
}

func (g telling) OnSlowDown(f func())   { *g.slow = f }
func (telling) Credential() string      { return "ops" }
func (telling) Distance() time.Duration { return time.Minute }
func (telling) Tags(context.Context, remote.Entry) (map[string]string, error) {
	return map[string]string{"k": "v"}, nil
}

// TestReadOnlyTreesStillTellAboutThemselves: who signs, how far away they are, what
// tags there are, and that they are asked to slow down (N02).
func TestReadOnlyTreesStillTellAboutThemselves(t *testing.T) {
	var slow func()
	tree := wrap.Logged(wrap.Limited(wrap.ReadOnly(wrap.NewFaulty(telling{mem.New("acme:"), &slow}), why), &free{}), quiet())
	pacer, ok := remote.As[remote.Pacer](tree)
	if !ok {
		t.Fatal("nobody learns that it is asked to slow down")
	}
	told := 0
	pacer.OnSlowDown(func() { told++ })
	if slow(); told != 1 {
		t.Errorf("told %d times", told)
	}
	if s, ok := remote.As[remote.Signer](tree); !ok || s.Credential() != "ops" {
		t.Error("its credential is hidden")
	}
	if d, ok := remote.As[remote.Distant](tree); !ok || d.Distance() != time.Minute {
		t.Error("its distance is hidden")
	}
	g, ok := remote.As[remote.Tagger](tree)
	if !ok {
		t.Fatal("its tags are hidden")
	}
	if tags, err := g.Tags(t.Context(), remote.Entry{}); err != nil || tags["k"] != "v" {
		t.Errorf("tags %v, %v", tags, err)
	}
	for _, of := range []remote.Tree{wrap.ReadOnly(mem.NewDisk(""), why), wrap.ReadOnly(bare{mem.New("")}, why)} {
		if _, ok := remote.As[remote.Pacer](of); ok {
			t.Error("an ability that is not there was found")
		}
	}
}
