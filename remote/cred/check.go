package cred

import (
	"fmt"
	"strings"

	"gantry/remote"
)

// check finds what would make every request fail, before one is sent.
func check(c remote.Credential) error {
	switch c.Type {
	case remote.AccessKey:
		return checkKey(c)
	case remote.AssumeRole:
		return checkRole(c)
	case remote.Profile:
		if c.Profile == "" {
			return invalid(c, "it names no profile")
		}
	}
	return nil
}

func checkKey(c remote.Credential) error {
	if c.AccessKeyID == "" {
		return invalid(c, "it has no access_key_id")
	}
	if c.AccessKeyID != strings.TrimSpace(c.AccessKeyID) {
		return invalid(c, "its access_key_id begins or ends with a space")
	}
	ways := 0
	for _, set := range []bool{!c.SecretAccessKey.Empty(), c.SecretAccessKeyEnv != "", len(c.SecretAccessKeyCommand) > 0, c.SecretAccessKeyKeyring, c.SecretAccessKeyAge != ""} {
		if set {
			ways++
		}
	}
	if ways != 1 {
		return invalid(c, "it needs exactly one of secret_access_key, secret_access_key_env, secret_access_key_command, secret_access_key_keyring and secret_access_key_age")
	}
	if s := c.SecretAccessKey.Reveal(); s != strings.TrimSpace(s) {
		return invalid(c, "its secret_access_key begins or ends with a space or a line break")
	}
	return nil
}

func checkRole(c remote.Credential) error {
	if !strings.HasPrefix(c.RoleARN, "arn:") || !strings.Contains(c.RoleARN, ":role/") {
		return invalid(c, "its role_arn does not look like arn:aws:iam::123456789012:role/name")
	}
	if c.Duration != 0 && (c.Duration < 0 || c.Duration > 43200) {
		return invalid(c, "its duration must be between 900 and 43200 seconds")
	}
	if n := len(c.ExternalID); n == 1 || n > 1224 || strings.ContainsFunc(c.ExternalID, func(r rune) bool { return !nameRune(r) && r != ':' && r != '/' }) {
		return invalid(c, "its external_id must be 2 to 1224 of the characters A-Z a-z 0-9 _ + = , . @ : / -")
	}
	if n := len(c.SessionName); n == 1 || n > 64 || strings.ContainsFunc(c.SessionName, func(r rune) bool { return !nameRune(r) }) {
		return invalid(c, "its session_name must be 2 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -")
	}
	if c.SessionPolicy != "" && c.SessionPolicy != "read-only" {
		return invalid(c, `its session_policy must be "read-only" or nothing`)
	}
	if remote.InTheClear(c.STSEndpoint) {
		return invalid(c, "its sts_endpoint must be https, or http on this machine")
	}
	return nil
}

// invalid says what is wrong with c, never with a value that may be secret.
func invalid(c remote.Credential, format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	return &remote.Error{
		Op: "sign in", Kind: remote.Invalid, Err: remote.BadSettings("invalid credential"),
		Hint: "The credential " + quote(c.Name) + " cannot be used: " + what + ".",
	}
}

func quote(name string) string { return `"` + name + `"` }
