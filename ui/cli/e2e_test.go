//go:build unix

// The end-to-end tests: the built program in a pseudo-terminal, before a real
// S3 server. They press keys and wait for what the screen then shows; what
// shows on no screen they look up on the disk and on the server.

package cli_test

import (
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"gantry/remote/demo"
)

// A scene is one test: a name that is a sentence, and what is done and seen.
type scene struct {
	name string
	play func(s *stage)
}

// world is what all scenes share: the program and the server. It is the one
// gateway of this process for as long as it lives; TestScripts has its own,
// before or after.
type world struct {
	program string
	root    string // the module's folder
	races   string // a folder for reports of the race detector
	gateway *demo.Gateway
	buckets atomic.Int64 // given out so far
}

func TestTheProgramInATerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and drives the whole program")
	}
	w := newWorld(t)
	for _, sc := range slices.Concat(copyScenes(), queueScenes(), changeScenes(), walkScenes(), sizeScenes(), troubleScenes(), serverScenes(), manageScenes(), endScenes(), pictureScenes()) {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.play(newStage(t, w))
		})
	}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{program: build(t), races: t.TempDir()}
	var err error
	// Before the gateway, which changes the working directory.
	if w.root, err = filepath.Abs(filepath.Join("..", "..")); err != nil {
		t.Fatal(err)
	}
	if w.gateway, err = demo.NewGateway(demo.GatewayOptions{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.gateway.Close() }) // after the scenes, which this test waits for
	return w
}
