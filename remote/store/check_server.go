package store

import (
	"slices"
	"strings"

	"gantry/remote"
	"gantry/remote/store/tomldoc"
)

// secretWays are the ways to the secret of an access key.
func secretWays() []string {
	return []string{"secret_access_key", "secret_access_key_env", "secret_access_key_command", "secret_access_key_keyring", "secret_access_key_age"}
}

// keysOf are the keys that a type of credential knows besides name, description
// and type.
func keysOf(t remote.CredentialType) []string {
	switch t {
	case remote.AccessKey:
		return append(secretWays(), "access_key_id", "session_token")
	case remote.AssumeRole:
		return []string{"role_arn", "source", "external_id", "session_name", "mfa_serial", "session_policy", "duration", "sts_endpoint", "region"}
	case remote.Profile:
		return []string{"profile", "region"}
	case remote.Environment:
		return []string{"region"}
	default:
		return nil
	}
}

func (c *checker) credential(r row) {
	c.need(r, "name", "type")
	word, ok := r.text("type")
	if !ok || !slices.Contains(credentialTypes(), word) {
		return
	}
	kind := remote.CredentialType(word)
	for _, f := range credentialFields()[3:] { // behind name, description, type
		if r.has(f.Name) && !slices.Contains(keysOf(kind), f.Name) {
			c.at(r, f.Name, "does not belong to a credential of type "+word)
		}
	}
	switch kind {
	case remote.AccessKey:
		c.need(r, "access_key_id")
		c.exactlyOne(r, secretWays()...)
		c.command(r)
	case remote.AssumeRole:
		c.need(r, "role_arn")
		c.source(r)
		if u, ok := r.text("sts_endpoint"); ok && insecure(u) {
			c.at(r, "sts_endpoint", "must be https, because session keys come from there; http is for this machine only")
		}
	case remote.Profile:
		c.need(r, "profile")
	}
}

func (c *checker) command(r row) {
	n := r.Child("secret_access_key_command")
	if n != nil && n.Kind == tomldoc.List && (len(n.Items) == 0 || n.Items[0].Text == "") {
		c.at(r, "secret_access_key_command", `must begin with a program, as in ["pass", "s3/ops"]`)
	}
}

func (c *checker) source(r row) {
	c.refer(r, "source", "credential", c.credentials)
	source, _ := r.text("source")
	if from := c.credentials[source]; from != nil {
		if kind, _ := (row{Node: from}).text("type"); remote.CredentialType(kind) == remote.Anonymous {
			c.at(r, "source", "an anonymous credential cannot assume a role")
		}
	}
}

// cycles reports roles that in the end are to be assumed with themselves, once
// for each circle.
func (c *checker) cycles() {
	told := map[*tomldoc.Node]bool{}
	for _, r := range c.rows("credential") {
		seen := map[*tomldoc.Node]bool{}
		for at := r.Node; at != nil && !seen[at] && !told[r.Node]; {
			seen[at] = true
			source, _ := row{Node: at}.text("source")
			if at = c.credentials[source]; at != r.Node {
				continue
			}
			c.at(r, "source", "leads back to this credential; a role cannot be assumed with itself")
			for n := range seen {
				told[n] = true
			}
		}
	}
}

func (c *checker) server(r row) {
	c.need(r, "name", "bucket", "credential")
	c.refer(r, "credential", "credential", c.credentials)
	url, hasEndpoint := r.text("endpoint")
	if hasEndpoint && insecure(url) && !r.flag("allow_http") {
		c.at(r, "endpoint", "is http, which anybody on the way can read; use https, or set allow_http = true")
	}
	if hasEndpoint {
		for _, key := range []string{"accelerate", "fips", "dual_stack"} {
			if r.flag(key) {
				c.at(r, key, "works with Amazon's own endpoints only; leave it out or leave endpoint out")
			}
		}
	}
	name, _ := r.text("bucket")
	if region, _ := r.text("region"); !hasEndpoint && !mayBeOld(region) && bucket(name) == "" {
		if wrong := amazonBucket(name); wrong != "" {
			c.at(r, "bucket", wrong)
		}
	}
	if r.flag("accelerate") && (r.flag("path_style") || strings.Contains(name, ".")) {
		c.at(r, "accelerate", "does not work with path_style or with a dot in the bucket's name")
	}
	encryption, _ := r.text("encryption")
	if r.has("kms_key_id") && encryption != "aws:kms" {
		c.at(r, "kms_key_id", `belongs to encryption = "aws:kms"`)
	}
}
