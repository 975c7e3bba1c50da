package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote/s3/s3test"
)

// customer is who uses a server that the test can make refuse what it likes.
type customer struct {
	*testing.T
	server *s3test.Server
	dir    string
}

func newCustomer(t *testing.T) *customer {
	t.Helper()
	return customerOf(t, s3test.Options{})
}

func customerOf(t *testing.T, o s3test.Options) *customer {
	t.Helper()
	c := &customer{t, s3test.New(t, o), t.TempDir()}
	c.server.AddBucket("data", s3test.Bucket{})
	store := fmt.Sprintf("[[credential]]\nname = \"ops\"\ntype = \"access_key\"\naccess_key_id = %q\nsecret_access_key = %q\n"+
		"[[server]]\nname = \"acme\"\ntype = \"s3\"\nregion = \"us-east-1\"\nbucket = \"data\"\ncredential = \"ops\"\nendpoint = %q\npath_style = true\n",
		c.server.Access, c.server.Secret, c.server.URL)
	if err := os.Mkdir(filepath.Join(c.dir, "conf"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.file("conf/config.toml", store)
	return c
}

func (c *customer) file(name, content string) {
	c.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(content), 0o600); err != nil {
		c.Fatal(err)
	}
}

// gantry runs a command line and returns what it prints, says, and ends with.
func (c *customer) gantry(args ...string) (stdout, stderr string, code int) {
	c.Helper()
	cmd := program(c.Context(), c.dir, args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		c.Fatal(err)
	}
	return out.String(), said.String(), cmd.ProcessState.ExitCode()
}

// TestWhatAServerRefusesIsNoWrongCommandLine: exit code 2 is for what was typed.
func TestWhatAServerRefusesIsNoWrongCommandLine(t *testing.T) {
	c := newCustomer(t)
	c.file("a.txt", "alpha")
	for _, try := range []struct {
		op, code string
		args     []string
	}{
		{"PutObject", "FooBar", []string{"cp", "a.txt", "acme:in/a.txt"}},
		{"PutObject", "EntityTooLarge", []string{"cp", "a.txt", "acme:in/b.txt"}},
		{"PutObject", "FooBar", []string{"mkdir", "acme:made"}},
		{"ListObjectsV2", "FooBar", []string{"ls", "acme:"}},
	} {
		before := c.server.Count(try.op)
		c.server.Fault(s3test.Rule{ID: "S33", Op: try.op, Times: s3test.All, Action: s3test.Status(400, try.code)})
		_, said, code := c.gantry(try.args...)
		if code != 1 || !strings.Contains(said, "refused the request") && !strings.Contains(said, "too big") {
			t.Errorf("%v: exit code %d, %s", try.args, code, said)
		}
		if n := c.server.Count(try.op) - before; n != 1 {
			t.Errorf("%v: %d requests, a refusal is not tried again", try.args, n)
		}
		c.server.ClearFaults()
	}
}
