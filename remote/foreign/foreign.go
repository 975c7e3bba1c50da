// Package foreign reads what other programs on this machine know of S3: the
// profiles of the AWS tools, the remotes of rclone, the configuration of s3cmd
// and the aliases of the MinIO client.
//
// For the common case: Find lists what there is, without secrets; Take reads the
// secrets of one of them when the user wants it. Files that are not there, that
// cannot be read or that are not what they should be are passed over: they are
// not ours, and nobody asked us to judge them. Nothing is ever written.
package foreign

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gantry/remote"
)

// The programs whose files are read.
const (
	AWS    = "aws profile"
	Rclone = "rclone"
	S3cmd  = "s3cmd"
	MinIO  = "minio client"
)

// maxFile is more than any configuration needs, in bytes.
const maxFile = 4 << 20

// Places say where the files are: the user's home folder, and the environment,
// which may name others.
type Places struct {
	Home   string
	Getenv func(string) string
}

// secrets are what Find leaves out.
type secrets struct{ key, token string }

// entry is one remote with its secrets.
type entry struct {
	remote.Found
	secrets secrets
}

// Find lists the remotes in the order of their programs, names and files.
func Find(p Places) []remote.Found {
	var out []remote.Found
	for _, e := range all(p) {
		out = append(out, e.Found)
	}
	return out
}

// Take gives a remote of Find as the file has it now, with its secrets in the
// credential; false when it is not there any more.
func Take(p Places, f remote.Found) (remote.Found, bool) {
	for _, e := range all(p) {
		if e.Source != f.Source || e.Name != f.Name || e.File != f.File || e.Credential == nil {
			continue
		}
		e.Credential.SecretAccessKey = remote.NewSecret(e.secrets.key)
		e.Credential.SessionToken = remote.NewSecret(e.secrets.token)
		return e.Found, true
	}
	return remote.Found{}, false
}

func all(p Places) []entry {
	found := slices.Concat(p.aws(), p.rclone(), p.s3cmd(), p.minio())
	for i := range found {
		if c := found[i].Credential; c != nil && c.AccessKeyID != "" {
			found[i].Secret = found[i].secrets.key != ""
		}
	}
	return found
}

// file reads a file of another program; nil when there is none to read.
func (p Places) file(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil
	}
	return text
}

// where is the file that a variable names, else the usual one below home.
func (p Places) where(variable string, usual ...string) string {
	if path := p.Getenv(variable); path != "" {
		return path
	}
	return filepath.Join(append([]string{p.Home}, usual...)...)
}

// configHome is where programs of today keep their files.
func (p Places) configHome() string { return p.where("XDG_CONFIG_HOME", ".config") }

// section is one part of an ini file.
type section struct {
	name string
	keys map[string]string
}

// parseINI reads the ini dialect that these programs share: [sections],
// key = value, comments of whole lines. Continued values of the AWS tools, which
// are indented, are not needed and passed over.
func parseINI(text []byte) []section {
	var out []section
	for line := range strings.Lines(string(text)) {
		indented := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';' || indented && len(out) > 0 && !strings.HasPrefix(line, "["):
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			out = append(out, section{strings.TrimSpace(line[1 : len(line)-1]), map[string]string{}})
		case len(out) > 0:
			if key, value, found := strings.Cut(line, "="); found {
				out[len(out)-1].keys[strings.ToLower(strings.TrimSpace(key))] = strings.TrimSpace(value)
			}
		}
	}
	return out
}

// yes is how these programs say true.
func yes(s string) bool {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}
