package cli_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/remote/demo"
)

// TestSEC25PresignedLinksEndInTimeAndLeaveNoTrace: an hour unless told otherwise,
// 7 days at the most, never longer than the session; with the sentence that says
// what a link is; in no file whatever is logged.
func TestSEC25PresignedLinksEndInTimeAndLeaveNoTrace(t *testing.T) {
	g, err := demo.NewGateway(demo.GatewayOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	const arn = "arn:aws:iam::123456789012:role/reader"
	if err := g.MakeBucket("shared", false); err != nil {
		t.Fatal(err)
	}
	if err := g.AddUser("AKIDSHARING", "secret-of-sharing", false); err != nil {
		t.Fatal(err)
	}
	if err := g.AddRole(arn, "agreed", false, "shared"); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	linkStore(t, dir, g, arn)
	if err := os.WriteFile(filepath.Join(dir, "report.txt"), []byte("for your eyes"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, program(t.Context(), dir, "cp", "--no-progress", "report.txt", "by-key:"))

	for _, c := range []struct {
		server, expires, seconds string
		cut                      bool
	}{
		{"by-key", "", "3600", false},
		{"by-key", "7d", "604800", false},
		{"by-role", "5m", "300", false},
		{"by-role", "7d", "", true}, // the session of the role ends after 15 minutes
		{"read-only", "1h", "3600", false},
	} {
		args := []string{"presign", "--log-level", "debug", c.server + ":report.txt"}
		if c.expires != "" {
			args = append(args, "--expires", c.expires)
		}
		link, said := present(t, dir, args)
		if !strings.Contains(link, "&X-Amz-Expires="+c.seconds) || strings.Count(link, "\n") != 1 {
			t.Errorf("%v: %s", args, link)
		}
		if !strings.Contains(said, "anyone with this link can read it until 20") || strings.Contains(said, "X-Amz") || strings.Contains(said, "ends with the session") != c.cut {
			t.Errorf("%v: %s", args, said)
		}
		if c.cut && cutLife(t, link) > 15*time.Minute+time.Second { // the link's second began earlier
			t.Errorf("longer than its session: %s", link)
		}
		res, err := http.Get(strings.TrimSpace(link))
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		_, _ = body.ReadFrom(res.Body)
		_ = res.Body.Close()
		if body.String() != "for your eyes" {
			t.Errorf("%v: %d %s", args, res.StatusCode, &body)
		}
	}
	if out, err := program(t.Context(), dir, "presign", "--expires", "169h", "by-key:report.txt").CombinedOutput(); err == nil || !strings.Contains(string(out), "at most 7 days") || strings.Contains(string(out), "X-Amz") {
		t.Errorf("more than 7 days: %s, %v", out, err)
	}
	logs := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.HasSuffix(path, ".log") {
			logs++
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte("X-Amz-")) {
			t.Errorf("%s holds a link", path)
		}
		return err
	})
	if err != nil || logs == 0 {
		t.Errorf("%d logs, %v", logs, err)
	}
}

// present runs a command and gives what it says on either stream.
func present(t *testing.T, dir string, args []string) (out, said string) {
	t.Helper()
	cmd := program(t.Context(), dir, args...)
	var data, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &data, &words
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v: %s", args, err, &words)
	}
	return data.String(), words.String()
}

// cutLife is how long a link lives.
func cutLife(t *testing.T, link string) time.Duration {
	t.Helper()
	_, rest, _ := strings.Cut(link, "&X-Amz-Expires=")
	seconds, _, _ := strings.Cut(rest, "&")
	d, err := time.ParseDuration(seconds + "s")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// linkStore writes a store whose servers sign the same bucket with a key, with a
// role of 15 minutes, and with a key but read-only.
func linkStore(t *testing.T, dir string, g *demo.Gateway, role string) {
	t.Helper()
	store := fmt.Sprintf(`[[credential]]
name = "key"
type = "access_key"
access_key_id = "AKIDSHARING"
secret_access_key = "secret-of-sharing"

[[credential]]
name = "role"
type = "assume_role"
role_arn = %q
source = "key"
external_id = "agreed"
duration = 900
sts_endpoint = %q
`, role, g.STSEndpoint())
	for name, more := range map[string]string{
		"by-key": `credential = "key"`, "by-role": `credential = "role"`, "read-only": "credential = \"key\"\nread_only = true",
	} {
		store += fmt.Sprintf("\n[[server]]\nname = %q\ntype = \"s3\"\nregion = \"us-east-1\"\nbucket = \"shared\"\nendpoint = %q\npath_style = true\n%s\n", name, g.Endpoint(), more)
	}
	if err := os.Mkdir(filepath.Join(dir, "conf"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "conf", "config.toml"), []byte(store), 0o600); err != nil {
		t.Fatal(err)
	}
}
