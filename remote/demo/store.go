package demo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// storeText is the demo's config.toml, see storeValues.
const storeText = `# The store of gantry's demo. It is gone when the demo ends.

[[credential]]
name = "demo"
description = "reads and writes"
type = "access_key"
access_key_id = FULL_ACCESS
secret_access_key = FULL_SECRET

[[credential]]
name = "visitor"
description = "may do nothing but assume the partner's role"
type = "access_key"
access_key_id = PARTNER_ACCESS
secret_access_key = PARTNER_SECRET

[[credential]]
name = "partner"
description = "a role of the partner's account"
type = "assume_role"
role_arn = ROLE
source = "visitor"
external_id = EXTERNAL_ID
session_name = "gantry-demo"
duration = 3600
sts_endpoint = STS
region = REGION

[[credential]]
name = "archive"
description = "only reads"
type = "access_key"
access_key_id = ARCHIVE_ACCESS
secret_access_key = ARCHIVE_SECRET

[[server]]
name = "demo"
description = "sample data, by access key"
type = "s3"
region = REGION
bucket = "demo"
credential = "demo"
endpoint = ENDPOINT
path_style = true
allow_http = true

[[server]]
name = "partner"
description = "a partner's bucket, by role"
type = "s3"
region = REGION
bucket = "partner-exchange"
credential = "partner"
endpoint = ENDPOINT
path_style = true
allow_http = true

[[server]]
name = "archive"
description = "old reports, read-only"
type = "s3"
region = REGION
bucket = "archive"
credential = "archive"
endpoint = ENDPOINT
path_style = true
allow_http = true
read_only = true

[[mount]]
folder = MOUNT
server = "partner"
path = "inbox/"

[ui]
left = SCRATCH
right = "demo:"
`

// writeStore writes the store, readable by nobody else.
func (s *Server) writeStore() error {
	h := s.hello
	text := strings.NewReplacer(
		"FULL_ACCESS", quote(h.Full.Access), "FULL_SECRET", quote(h.Full.Secret),
		"PARTNER_ACCESS", quote(h.Partner.Access), "PARTNER_SECRET", quote(h.Partner.Secret),
		"ARCHIVE_ACCESS", quote(h.Archive.Access), "ARCHIVE_SECRET", quote(h.Archive.Secret),
		"ROLE", quote(partnerRole), "EXTERNAL_ID", quote(externalID),
		"STS", quote(h.STS), "ENDPOINT", quote(h.Endpoint), "REGION", quote(h.Region),
		"MOUNT", quote(filepath.Join(s.Scratch(), "partner inbox")), "SCRATCH", quote(s.Scratch()),
	).Replace(storeText)
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return fmt.Errorf("write the demo's store: %w", err)
	}
	defer root.Close()
	if err := root.WriteFile("config/config.toml", []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the demo's store: %w", err)
	}
	return nil
}

// quote writes a TOML string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// scratch makes the folders of the demo and the files to upload.
func (s *Server) scratch() error {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return fmt.Errorf("make the scratch folder: %w", err)
	}
	defer root.Close()
	for _, d := range []string{"config", "state", "scratch/empty folder", "scratch/partner inbox", "scratch/project/docs", "scratch/project/parts/small"} {
		if err := root.MkdirAll(d, 0o700); err != nil {
			return fmt.Errorf("make the scratch folder: %w", err)
		}
	}
	files := map[string][]byte{
		"README.txt":          []byte("Some files to upload. Mark them, press F5, and look into the other pane.\n\"partner inbox\" is a mount: a window onto a bucket.\n"),
		"notes.md":            []byte("# Notes\n\n* berth 4 is closed on Monday\n* new ropes\n"),
		"manifest.csv":        manifest(42, 60000),
		"ünïcode – 船.txt":     []byte("Names are bytes.\n"),
		"project/main.go":     []byte("package main\n\nfunc main() {}\n"),
		"project/docs/why.md": []byte("# Why\n\nBecause.\n"),
	}
	for i := range 200 {
		files[fmt.Sprintf("project/parts/small/part-%03d.dat", i+1)] = fmt.Appendf(nil, "part %d\n", i+1)
	}
	var errs []error
	for name, content := range files {
		errs = append(errs, root.WriteFile(path.Join("scratch", name), content, 0o600))
	}
	errs = append(errs, scratchBlob(root, "scratch/drawing.bin", 5*mib), scratchBlob(root, "scratch/film.bin", 60*mib), backdateAll(root, "scratch"))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("make the scratch folder: %w", err)
	}
	return nil
}

func scratchBlob(root *os.Root, name string, size int64) error {
	f, err := root.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(fill(f, size), f.Close())
}

// backdateAll gives files different ages, by their place in the tree.
func backdateAll(root *os.Root, dir string) error {
	now, i := time.Now(), 0
	return fs.WalkDir(root.FS(), dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		i++
		return root.Chtimes(p, time.Time{}, now.Add(-time.Duration(i)*7*time.Hour))
	})
}
