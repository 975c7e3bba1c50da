package cli_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gantry/remote/demo"
	"gantry/remote/demo/sts"
	"gantry/ui/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){
		"gantry": func() { os.Exit(run(os.Args[1:])) },
		// dumpable ARGS... runs gantry and says whether its process may be dumped.
		"dumpable": func() {
			fmt.Print(dumpable(os.Args[1:]))
		},
		// exits N ARGS... runs gantry and succeeds if its exit code is N.
		"exits": func() {
			if got := strconv.Itoa(run(os.Args[2:])); got != os.Args[1] {
				fmt.Fprintf(os.Stderr, "exit code %s, want %s\n", got, os.Args[1])
				os.Exit(1)
			}
		},
	})
}

func run(args []string) int {
	return cli.Main(context.Background(), args, cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
}

// TestScripts runs the command lines of testdata/script against a real S3
// server, each script with buckets of its own.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Abs("testdata/script")
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := demo.NewGateway(demo.GatewayOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close() })
	var buckets atomic.Int64
	testscript.Run(t, testscript.Params{
		Dir: scripts,
		Setup: func(env *testscript.Env) error {
			n := strconv.FormatInt(buckets.Add(1), 10)
			return setup(gateway, env, "acme-"+n, "other-"+n)
		},
	})
}

// setup makes two buckets and a store that names them, with a mount.
func setup(g *demo.Gateway, env *testscript.Env, buckets ...string) error {
	for _, b := range buckets {
		if err := g.MakeBucket(b, false); err != nil {
			return err
		}
	}
	access, secret := g.RootKey()
	folder := filepath.Join(env.WorkDir, ".config")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	window := filepath.Join(env.WorkDir, "window")
	if err := os.Mkdir(window, 0o755); err != nil {
		return err
	}
	store := fmt.Sprintf(`[[credential]]
name = "root"
type = "access_key"
access_key_id = %q
secret_access_key = %q
`, access, secret)
	for i, name := range []string{"acme", "other"} {
		store += fmt.Sprintf("\n[[server]]\nname = %q\ntype = \"s3\"\nregion = \"us-east-1\"\nbucket = %q\ncredential = \"root\"\nendpoint = %q\npath_style = true\n",
			name, buckets[i], g.Endpoint())
	}
	store += fmt.Sprintf("\n[[mount]]\nfolder = %q\nserver = \"other\"\npath = \"inbox/\"\n", window)
	file := filepath.Join(folder, "config.toml")
	if err := os.WriteFile(file, []byte(store), 0o600); err != nil {
		return err
	}
	env.Setenv("GANTRY_CONFIG", file)
	env.Setenv("S3_ENDPOINT", g.Endpoint())
	env.Setenv("STS_ENDPOINT", g.STSEndpoint())
	env.Setenv("S3_BUCKET", buckets[0])
	env.Setenv("S3_ACCESS", access)
	env.Setenv("S3_SECRET", secret)
	// A second key of the same bucket, and a role that only it may assume.
	next, nextSecret := "AKIDNEXT"+strings.ToUpper(buckets[0]), "secret-of-the-next-key"
	role := "arn:aws:iam::123456789012:role/of-" + buckets[0]
	if err := errors.Join(
		g.AddUser(next, nextSecret, false, buckets[0]),
		g.AddRoleWith(sts.Role{ARN: role, ExternalID: "agreed-7431", Trust: []string{next}, MaxSession: 2 * time.Hour}, false, buckets[0]),
	); err != nil {
		return err
	}
	env.Setenv("NEXT_ACCESS", next)
	env.Setenv("NEXT_SECRET", nextSecret)
	env.Setenv("ROLE_ARN", role)
	env.Setenv("GANTRY_STATE", filepath.Join(env.WorkDir, ".state"))
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("TZ", "UTC")
	return nil
}
