package demo_test

import (
	"os"
	"os/exec"
	"testing"
)

// TestGatewayClosesRightAfterItsStart runs this binary without any test.
func TestGatewayClosesRightAfterItsStart(t *testing.T) {
	for range 3 {
		if out, err := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
}
