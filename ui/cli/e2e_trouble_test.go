//go:build unix

package cli_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func troubleScenes() []scene {
	return []scene{
		{"without a store there are no servers and a sentence how to add one", missingStore},
		{"a broken store is refused with every problem", brokenStore},
		{"an unreachable server says so in its pane and leaves the other alone", unreachable},
		{"a refused key says so in its pane", refused},
		{"without a terminal the program says what to use", noTerminal},
		{"the version asks the terminal nothing", version},
	}
}

func missingStore(s *stage) {
	s.must(os.Remove(s.config))
	s.file("a.txt", []byte("a\n"))
	s.size.W = 160
	s.start(s.dir)
	s.shows(left, "a.txt")
	s.WaitFor("No servers yet: F11 adds one")
	s.do("There are no servers yet", "f11")
	s.WaitFor("F7 adds one")
	s.Keys("f11", "q")
	s.end(0)
	if _, err := os.Stat(s.config); !errors.Is(err, os.ErrNotExist) {
		s.Error("a store was made")
	}
}

func brokenStore(s *stage) {
	s.must(os.WriteFile(s.config, []byte(`[[credential]]
name = "ops"
type = "acess_key"
secret_access_key = "TopSecretValue"

[[server]]
name = "acme"
regoin = "eu-central-1"
bucket = 7
credential = "nobody"
`), 0o600))
	s.start(s.dir, "acme:")
	s.end(3)
	out := string(s.Capture())
	for _, want := range []string{
		s.config, "line 3, column 8", `did you mean "access_key"?`, "line 8, column 1", `regoin: unknown key; did you mean "region"?`,
		"line 9, column 10", "bucket", "line 10, column 14", `there is "ops"`,
	} {
		if !strings.Contains(out, want) {
			s.Errorf("%q is not in\n%s", want, out)
		}
	}
	for _, never := range []string{"TopSecretValue", "\x1b"} {
		if strings.Contains(out, never) {
			s.Errorf("%q is in\n%q", never, out)
		}
	}
}

func unreachable(s *stage) {
	s.store(`[[server]]
name = "gone"
type = "s3"
region = "us-east-1"
bucket = "gone"
credential = "root"
endpoint = "http://127.0.0.1:1"
path_style = true
`)
	s.file("a.txt", []byte("a\n"))
	s.start(s.dir, "gone:")
	s.shows(left, "a.txt")
	s.shows(right, "✗")
	s.shows(right, "127.0.0.1:1")
	s.do("New folder", "f7")
	s.Send("works\r")
	s.shows(left, "works/")
	s.Keys("tab")
	s.goTo("acme:")
	s.shows(right, "acme:")
	s.shows(right, "empty")
	s.Keys("q")
	s.end(0)
}

func refused(s *stage) {
	s.store(`[[credential]]
name = "stranger"
type = "access_key"
access_key_id = "AKIANOBODY"
secret_access_key = "wrong"

[[server]]
name = "closed"
type = "s3"
region = "us-east-1"
bucket = "` + s.bucket + `"
credential = "stranger"
endpoint = "` + s.gateway.Endpoint() + `"
path_style = true
`)
	s.start(s.dir, "closed:")
	s.shows(left, "empty")
	s.shows(right, "✗")
	s.shows(right, "stranger")
	s.Keys("q")
	s.end(0)
}

func noTerminal(s *stage) {
	for _, args := range [][]string{nil, {s.dir, "acme:"}, {"--demo"}} {
		cmd := exec.CommandContext(s.Context(), s.program, args...)
		cmd.Env = []string{"HOME=" + s.temp, "TMPDIR=" + s.temp, "TERM=xterm", "GANTRY_CONFIG=" + s.config}
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 {
			s.Errorf("gantry %q: %v, want exit code 2", args, err)
		}
		if stdout.Len() > 0 || !strings.Contains(stderr.String(), "terminal") || !strings.Contains(stderr.String(), "gantry ls") {
			s.Errorf("gantry %q says %q and %q", args, stdout.String(), stderr.String())
		}
	}
	if left, _ := filepath.Glob(filepath.Join(s.temp, "gantry-*")); len(left) > 0 {
		s.Errorf("%q is left", left)
	}
}

func version(s *stage) {
	s.start("version")
	s.end(0)
	if out := string(s.Capture()); !strings.HasPrefix(out, "gantry ") || strings.Contains(out, "\x1b") {
		s.Errorf("the terminal was sent %q", out)
	}
}
