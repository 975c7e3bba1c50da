package demo_test

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"gantry/remote"
	"gantry/remote/demo"
)

// store is the demo's config.toml as the program will read it.
type store struct {
	Credential []remote.Credential
	Server     []remote.Server
	Mount      []remote.Mount
	UI         struct{ Left, Right string }
}

// demoOf starts one demo, and closes it.
func demoOf(t *testing.T) (*demo.Server, store) {
	t.Helper()
	// A folder whose name is no plain TOML.
	temp := filepath.Join(t.TempDir(), "a \"temporary\"\tfolder \\u00fc ü")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := demo.Start(t.Context(), demo.Options{TempDir: temp, Args: []string{childArg}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	var c store
	md, err := toml.DecodeFile(s.ConfigFile(), &c)
	if err != nil {
		t.Fatal(err)
	}
	if left := md.Undecoded(); len(left) > 0 {
		t.Errorf("unknown keys in the store: %v", left)
	}
	return s, c
}

// connect makes a client of a server in the store, as the program would.
func connect(t *testing.T, c store, name string) (*s3.Client, remote.Server) {
	t.Helper()
	var server remote.Server
	for _, s := range c.Server {
		if s.Name == name {
			server = s
		}
	}
	return s3.New(s3.Options{
		BaseEndpoint: &server.Endpoint, UsePathStyle: server.PathStyle, Region: server.Region,
		Credentials: provider(t, c, server.Credential), Retryer: aws.NopRetryer{},
	}), server
}

func provider(t *testing.T, c store, name string) aws.CredentialsProvider {
	t.Helper()
	for _, k := range c.Credential {
		switch {
		case k.Name != name:
		case k.Type == remote.AccessKey:
			return credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey.Reveal(), "")
		case k.Type == remote.AssumeRole:
			cfg := aws.Config{Region: k.Region, Credentials: provider(t, c, k.Source)}
			client := awssts.NewFromConfig(cfg, func(o *awssts.Options) { o.BaseEndpoint = &k.STSEndpoint })
			return aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(client, k.RoleARN, func(o *stscreds.AssumeRoleOptions) {
				o.ExternalID, o.RoleSessionName, o.Duration = &k.ExternalID, k.SessionName, time.Duration(k.Duration)*time.Second
			}))
		}
	}
	t.Fatalf("no credential %q", name)
	return nil
}

func count(t *testing.T, c *s3.Client, bucket, prefix string) (n int, biggest types.Object, names []string) {
	t.Helper()
	p := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
	for p.HasMorePages() {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			if n++; biggest.Size == nil || *o.Size > *biggest.Size {
				biggest = o
			}
			if aws.ToString(o.ETag) == "" || o.LastModified.After(time.Now()) {
				t.Errorf("%q: ETag %q, modified %v", *o.Key, aws.ToString(o.ETag), o.LastModified)
			}
			names = append(names, *o.Key)
		}
	}
	return n, biggest, names
}

func TestDemoHasSampleDataInThreeServers(t *testing.T) {
	s, c := demoOf(t)
	if err := s.Filled(t.Context()); err != nil {
		t.Fatal(err)
	}
	full, server := connect(t, c, "demo")
	n, big, _ := count(t, full, server.Bucket, "")
	if n < 5100 || *big.Size != 300<<20 {
		t.Errorf("%d objects, the biggest has %d bytes", n, *big.Size)
	}
	if n, _, _ := count(t, full, server.Bucket, "sensors/"); n != 5000 {
		t.Errorf("%d small objects", n)
	}
	_, _, names := count(t, full, server.Bucket, "names/")
	all := strings.Join(names, "\n")
	for _, want := range []string{"港口", "🏗️", "e\u0301", "مرحبا", "\u202e", "\u009b", "tab\t", "line\nbreak", "%2F", "quote\"", "names/folder with spaces /"} {
		if !strings.Contains(all, want) {
			t.Errorf("no name with %q", want)
		}
	}
	// The ETag of a listing must pin a read, of a file written by hand too.
	for _, key := range []string{*big.Key, "README.md", "names/line\nbreak.txt", "contracts/agreement.txt"} {
		_, err := full.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &server.Bucket, Key: &key, Range: aws.String("bytes=0-3"), IfMatch: aws.String(`"0"`)})
		wantCode(t, err, "PreconditionFailed")
		head, err := full.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &server.Bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled})
		if err != nil || head.ChecksumCRC64NVME == nil && key != "contracts/agreement.txt" {
			t.Fatalf("%q: %+v, %v", key, head, err)
		}
		out, err := full.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &server.Bucket, Key: &key, Range: aws.String("bytes=0-3"), IfMatch: head.ETag})
		if err != nil {
			t.Fatalf("%q: %v", key, err)
		}
		_ = out.Body.Close()
	}
	history(t, full, server.Bucket)

	partner, server := connect(t, c, "partner")
	if n, _, _ := count(t, partner, server.Bucket, "inbox/"); n != 30 {
		t.Errorf("%d objects in the partner's inbox", n)
	}
	put(t, partner, server.Bucket, "inbox/new", "x")
	wantCode(t, tryPut(partner, "demo", "x", "x"), "AccessDenied")

	archive, server := connect(t, c, "archive")
	if n, _, _ := count(t, archive, server.Bucket, ""); n != 57 || !server.ReadOnly {
		t.Errorf("%d objects in the archive", n)
	}
	wantCode(t, tryPut(archive, server.Bucket, "x", "x"), "AccessDenied")
}

// history looks for versions, a delete marker and a leftover, none of today.
func history(t *testing.T, c *s3.Client, bucket string) {
	t.Helper()
	v, err := c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket, Prefix: aws.String("contracts/")})
	if err != nil || len(v.Versions) != 4 {
		t.Fatalf("%d versions, %v", len(v.Versions), err)
	}
	for i, o := range v.Versions {
		if age := time.Since(*o.LastModified); age < 47*time.Hour || i > 0 && o.LastModified.After(*v.Versions[i-1].LastModified) {
			t.Errorf("version %d is %v old", i, age)
		}
	}
	v, err = c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket, Prefix: aws.String("notes/")})
	if err != nil || len(v.Versions) != 4 || len(v.DeleteMarkers) != 1 {
		t.Errorf("%d versions and %d markers, %v", len(v.Versions), len(v.DeleteMarkers), err)
	}
	u, err := c.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket})
	if err != nil || len(u.Uploads) != 1 {
		t.Fatalf("%v, %v", u, err)
	}
	if age := time.Since(*u.Uploads[0].Initiated); age < 8*24*time.Hour {
		t.Errorf("the leftover is %v old", age)
	}
	p, err := c.ListParts(t.Context(), &s3.ListPartsInput{Bucket: &bucket, Key: u.Uploads[0].Key, UploadId: u.Uploads[0].UploadId})
	if err != nil || len(p.Parts) != 3 || *p.Parts[0].Size < 5<<20 {
		t.Errorf("parts %v, %v", p, err)
	}
}

func TestDemoStoreIsPrivateAndPointsToTheScratchFolder(t *testing.T) {
	s, c := demoOf(t)
	for path, want := range map[string]fs.FileMode{
		s.ConfigFile(): 0o600, filepath.Dir(s.ConfigFile()): 0o700, s.StateDir(): 0o700, s.Scratch(): 0o700,
	} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if c.UI.Left != s.Scratch() || c.UI.Right != "demo:" || len(c.Server) != 3 || len(c.Mount) != 1 {
		t.Errorf("store %+v", c)
	}
	if es, err := os.ReadDir(c.Mount[0].Folder); err != nil || len(es) > 0 {
		t.Errorf("the mount's folder: %v, %v", es, err)
	}
	info, err := os.Stat(filepath.Join(s.Scratch(), "film.bin"))
	if err != nil || info.Size() != 60<<20 || time.Since(info.ModTime()) < time.Hour {
		t.Errorf("film: %v, %v", info, err)
	}
}

func TestDemoLeavesNothingBehind(t *testing.T) {
	temp, home := t.TempDir(), t.TempDir()
	for _, v := range []string{"HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(v, home)
	}
	s, err := demo.Start(t.Context(), demo.Options{TempDir: temp, Args: []string{childArg}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{temp, home} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left in %s: %v, %v", dir, left, err)
		}
	}
}

func TestStartFailsWithTheReason(t *testing.T) {
	temp := t.TempDir()
	for name, o := range map[string]demo.Options{
		"no program":           {Executable: filepath.Join(temp, "none"), TempDir: temp},
		"another program":      {Executable: os.Args[0], Args: []string{"-test.run=^$"}, TempDir: temp},
		"no temporary folder":  {TempDir: filepath.Join(temp, "none")},
		"a child that refuses": {Executable: os.Args[0], Args: []string{childArg, "one too many"}, TempDir: temp},
	} {
		if s, err := demo.Start(t.Context(), o); err == nil {
			t.Errorf("%s: no error", name)
			_ = s.Close()
		}
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestDemoEndsWithItsParent kills a parent, which cannot tell its child then.
func TestDemoEndsWithItsParent(t *testing.T) {
	temp := t.TempDir()
	cmd := exec.Command(os.Args[0], parentArg, temp)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, found := strings.CutPrefix(strings.TrimSpace(line), "http://")
	if err != nil || !found {
		t.Fatalf("the parent says %q, %v", line, err)
	}
	// A connection to the child tells when it has ended.
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	_, _ = io.ReadAll(conn)
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}
