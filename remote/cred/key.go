package cred

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gantry/remote"
)

const (
	commandTimeout = 30 * time.Second
	commandOutput  = 64 << 10
)

var errNoSecret = errors.New("no secret access key")

// accessKey is the fetch of an access key.
func (m *maker) accessKey(ctx context.Context) (aws.Credentials, error) {
	secret, err := m.secret(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	return aws.Credentials{
		AccessKeyID:     m.c.AccessKeyID,
		SecretAccessKey: secret,
		SessionToken:    m.c.SessionToken.Reveal(),
		Source:          "gantry",
	}, nil
}

func (m *maker) secret(ctx context.Context) (string, error) {
	c := m.c
	switch {
	case c.SecretAccessKeyEnv != "":
		if s := os.Getenv(c.SecretAccessKeyEnv); s != "" {
			return s, nil
		}
		return "", m.failed(remote.Auth, errNoSecret,
			"The environment variable "+c.SecretAccessKeyEnv+", which holds the secret key of "+quote(c.Name)+", is not set. Set it and try again.")
	case len(c.SecretAccessKeyCommand) > 0:
		s, err := command(ctx, c.SecretAccessKeyCommand)
		if err != nil {
			return "", m.failed(remote.Auth, err,
				"The command that gives the secret key of "+quote(c.Name)+" failed. Run it by hand: it must print the key on its first line within 30 seconds.")
		}
		return s, nil
	case c.SecretAccessKeyKeyring:
		s, err := fromKeyring(ctx, c.Name)
		if err != nil {
			return "", m.failed(remote.Auth, err,
				"The keyring gave no secret key for "+quote(c.Name)+" (service "+quote(keyringService)+"). Unlock the keyring or store the key in it.")
		}
		return s, nil
	case c.SecretAccessKeyAge != "":
		return m.unsealed(ctx)
	default:
		return c.SecretAccessKey.Reveal(), nil
	}
}

// command runs argv without a shell and returns the first line of its output.
// What the command prints is a secret, so that no error repeats any of it.
func command(ctx context.Context, argv []string) (string, error) {
	out, err := output(ctx, argv)
	if err != nil {
		return "", err
	}
	line, _, _ := bytes.Cut(out, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if len(line) == 0 {
		return "", errNoSecret
	}
	return string(line), nil
}

// head keeps the first bytes that are written to it and drops the rest.
type head struct {
	buf  bytes.Buffer
	left int
}

func (h *head) Write(b []byte) (int, error) {
	n := min(len(b), h.left)
	h.left -= n
	h.buf.Write(b[:n])
	return len(b), nil
}

// kept are the variables that password managers need to find their files, their
// agent and their user; nothing else of our environment reaches the command.
var kept = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
	"DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK", "GNUPGHOME", "GPG_AGENT_INFO", "PASSWORD_STORE_DIR",
	"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", // where their settings are; never the keys that stand beside them
	"SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP", "COMSPEC", "PATHEXT",
}

func cleanEnv(env []string) []string {
	var out []string
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		keep := strings.HasPrefix(name, "XDG_") || strings.HasPrefix(name, "LC_")
		for _, k := range kept {
			keep = keep || strings.EqualFold(name, k)
		}
		if keep {
			out = append(out, kv)
		}
	}
	return out
}
