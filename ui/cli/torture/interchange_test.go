//go:build unix

package torture_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/remote/demo"
)

// peer is another tool on the same server.
type peer struct {
	*testing.T
	dir     string // of the files that are exchanged
	gateway *demo.Gateway
	gantry  string
	tool    string
	env     []string
}

const (
	exchange = "exchange" // the bucket
	written  = "2021-02-03T04:05:06.789Z"
)

// goods are the files that go back and forth, by name.
func goods(c *contents) map[string][]byte {
	return map[string][]byte{
		"plain.txt":        []byte("plain text\n"),
		"empty":            {},
		"deep/er/page.htm": []byte("<p>page</p>"),
		"two parts.bin":    c.of(1, 11*mib),
		"größe +&%.json":   []byte(`{"a": 1}`),
	}
}

// What gantry uploads other tools read back equal, and the reverse: content,
// modification time, type.
func TestInterchange(t *testing.T) {
	gantry := must(t, built.plain) // before the gateway, which changes the working directory
	gateway, err := demo.NewGateway(demo.GatewayOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close() }) // all tests of it have ended
	if err := gateway.MakeBucket(exchange, false); err != nil {
		t.Fatal(err)
	}
	access, secret := gateway.RootKey()
	start := func(t *testing.T, tool string) *peer {
		t.Helper()
		path, err := exec.LookPath(tool)
		if err == nil {
			err = exec.Command(path, "--version").Run()
		}
		if err != nil {
			t.Skipf("%s is not installed here: %v", tool, err)
		}
		p := &peer{T: t, dir: t.TempDir(), gateway: gateway, gantry: gantry, tool: path}
		// What the machine says about AWS is about another server.
		around := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") || strings.HasPrefix(v, "RCLONE_") })
		p.env = append(around,
			"HOME="+p.dir, "GANTRY_STATE="+filepath.Join(p.dir, ".state"), "GANTRY_CONFIG="+filepath.Join(p.dir, ".config", "config.toml"),
			"AWS_ACCESS_KEY_ID="+access, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_REGION="+gateway.Region(), "AWS_DEFAULT_REGION="+gateway.Region(),
			"AWS_ENDPOINT_URL="+gateway.Endpoint(), "AWS_EC2_METADATA_DISABLED=true",
			"RCLONE_CONFIG=/dev/null", "RCLONE_CONFIG_GW_TYPE=s3", "RCLONE_CONFIG_GW_PROVIDER=Other", "RCLONE_CONFIG_GW_ENV_AUTH=true",
			"RCLONE_CONFIG_GW_ENDPOINT="+gateway.Endpoint(), "RCLONE_CONFIG_GW_REGION="+gateway.Region(), "RCLONE_CONFIG_GW_FORCE_PATH_STYLE=true")
		return p
	}
	c := &contents{}
	t.Run("rclone", func(t *testing.T) { start(t, "rclone").rclone(c) })
	t.Run("aws", func(t *testing.T) { start(t, "aws").aws(c) })
}

// do runs a program to its end and returns what it printed.
func (p *peer) do(program string, args ...string) string {
	p.Helper()
	cmd := exec.CommandContext(p.Context(), program, args...)
	cmd.Env = p.env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		p.Fatalf("%s %s: %v\n%s%s", filepath.Base(program), strings.Join(args, " "), err, out, &errs)
	}
	return string(out)
}

// fill writes the goods into a folder.
func (p *peer) fill(folder string, goods map[string][]byte) {
	p.Helper()
	at, err := time.Parse(time.RFC3339, written)
	if err != nil {
		p.Fatal(err)
	}
	for name, content := range goods {
		f := filepath.Join(p.dir, folder, name)
		if err := os.MkdirAll(filepath.Dir(f), 0o755); err != nil {
			p.Fatal(err)
		}
		if err := os.WriteFile(f, content, 0o644); err != nil {
			p.Fatal(err)
		}
		if err := os.Chtimes(f, at, at); err != nil {
			p.Fatal(err)
		}
	}
}

// same holds that a folder has the goods, with their times if those matter.
func (p *peer) same(folder string, goods map[string][]byte, times bool) {
	p.Helper()
	for name, want := range goods {
		f := filepath.Join(p.dir, folder, name)
		got, err := os.ReadFile(f)
		if err != nil || !bytes.Equal(got, want) {
			p.Errorf("%s: %v, %s", name, err, difference(got, want))
			continue
		}
		fi, err := os.Stat(f)
		if at := fi.ModTime().UTC().Format("2006-01-02T15:04:05.999Z"); err != nil || times && at != written {
			p.Errorf("%s is from %s, not from %s", name, at, written)
		}
	}
}

// stored is an object as gantry or rclone describes it.
type stored struct {
	Path, MimeType, ModTime string
	Size                    int64
}

func (p *peer) rclone(c *contents) {
	goods := goods(c)
	p.fill("ours", goods)
	ours, theirs := "s3://"+exchange+"/rclone/ours/", "gw:"+exchange+"/rclone/theirs/"
	p.do(p.gantry, "cp", p.dir+"/ours/", ours, "--part-size", "5MiB", "--no-progress")
	p.do(p.tool, "copy", "gw:"+exchange+"/rclone/ours/", p.dir+"/by-rclone")
	p.same("by-rclone", goods, true)
	p.do(p.tool, "check", "--download", p.dir+"/ours", "gw:"+exchange+"/rclone/ours/")

	p.do(p.tool, "copy", "--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M", p.dir+"/ours", theirs)
	p.do(p.gantry, "cp", "s3://"+exchange+"/rclone/theirs/", p.dir+"/by-gantry/", "--no-progress")
	p.same("by-gantry", goods, true)

	// To each the work of the other is up to date, and of the same type.
	mine, its := p.listed("gw:"+exchange+"/rclone/ours/"), p.listed(theirs)
	for name := range goods {
		kind, _, _ := strings.Cut(its[name].MimeType, ";") // it claims a character set as well
		if mine[name].MimeType != kind || mine[name].ModTime != its[name].ModTime {
			p.Errorf("%s: by gantry %+v, by rclone %+v", name, mine[name], its[name])
		}
	}
	if out := p.do(p.tool, "copy", "--dry-run", "--use-json-log", p.dir+"/ours", "gw:"+exchange+"/rclone/ours/"); out != "" {
		p.Errorf("rclone would copy: %s", out)
	}
}

// listed is what rclone says of the objects below a place.
func (p *peer) listed(place string) map[string]stored {
	p.Helper()
	var all []stored
	if err := json.Unmarshal([]byte(p.do(p.tool, "lsjson", "-R", "--files-only", "-M", place)), &all); err != nil {
		p.Fatal(err)
	}
	out := map[string]stored{}
	for _, s := range all {
		out[s.Path] = s
	}
	return out
}

func (p *peer) aws(c *contents) {
	goods := goods(c)
	p.fill("ours", goods)
	place := "s3://" + exchange + "/aws/"
	p.do(p.gantry, "cp", p.dir+"/ours/", place+"ours/", "--part-size", "5MiB", "--no-progress")
	p.do(p.tool, "--endpoint-url", p.gateway.Endpoint(), "s3", "cp", "--recursive", "--no-progress", place+"ours/", p.dir+"/by-aws/")
	p.same("by-aws", goods, false)
	p.do(p.tool, "--endpoint-url", p.gateway.Endpoint(), "s3", "cp", "--recursive", "--no-progress", p.dir+"/ours/", place+"theirs/")
	p.do(p.gantry, "cp", place+"theirs/", p.dir+"/by-gantry/", "--no-progress")
	p.same("by-gantry", goods, false)
	for _, name := range []string{"deep/er/page.htm", "two parts.bin"} { // it takes a second for each
		content := goods[name]
		var mine, its struct {
			ContentLength int64
			ContentType   string
		}
		for folder, to := range map[string]any{"ours": &mine, "theirs": &its} {
			out := p.do(p.tool, "--endpoint-url", p.gateway.Endpoint(), "s3api", "head-object", "--bucket", exchange, "--key", "aws/"+folder+"/"+name, "--output", "json")
			if err := json.Unmarshal([]byte(out), to); err != nil {
				p.Fatal(err)
			}
		}
		if its.ContentType == "binary/octet-stream" { // it gives no type where it knows none
			its.ContentType = "application/octet-stream"
		}
		if mine != its || mine.ContentLength != int64(len(content)) {
			p.Errorf("%s: by gantry %+v, by aws %+v", name, mine, its)
		}
	}
}
