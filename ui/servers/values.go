package servers

import (
	"strconv"
	"strings"

	"gantry/remote"
)

// Word is a value of the store and how the screen calls it.
type Word struct{ Value, Label string }

// Types are the types of credentials.
func Types() []Word {
	return []Word{
		{string(remote.AccessKey), "access key"},
		{string(remote.AssumeRole), "role (STS)"},
		{string(remote.Profile), "AWS profile"},
		{string(remote.Environment), "environment"},
		{string(remote.Anonymous), "anonymous"},
	}
}

// Places are where a secret can live.
func Places() []Word {
	return []Word{
		{string(remote.InStore), "store"},
		{string(remote.InKeyring), "keyring"},
		{string(remote.InAge), "encrypted"},
		{string(remote.InEnv), "environment"},
		{string(remote.InCommand), "command"},
	}
}

// ServerValues are the fields of a form for s, by the keys of the store.
func ServerValues(s remote.Server) map[string]string {
	return map[string]string{
		"name": s.Name, "description": s.Description, "region": s.Region, "bucket": s.Bucket, "prefix": s.Prefix,
		"credential": s.Credential, "endpoint": s.Endpoint,
		"path_style": flag(s.PathStyle), "ca_bundle": s.CABundle, "allow_http": flag(s.AllowHTTP), "read_only": flag(s.ReadOnly),
		"storage_class": s.StorageClass, "encryption": s.Encryption, "kms_key_id": s.KMSKeyID, "acl": s.ACL,
		"requester_pays": flag(s.RequesterPays), "accelerate": flag(s.Accelerate), "dual_stack": flag(s.DualStack), "fips": flag(s.FIPS),
		"integrity": s.Integrity, "max_connections": number(s.MaxConnections), "bandwidth": s.Bandwidth,
	}
}

// Server is old with the values of a form; what the form does not have stays.
func Server(old remote.Server, v map[string]string) remote.Server {
	s := old
	s.Type = "s3"
	texts := map[string]*string{
		"name": &s.Name, "description": &s.Description, "region": &s.Region, "bucket": &s.Bucket, "prefix": &s.Prefix,
		"credential": &s.Credential, "endpoint": &s.Endpoint, "ca_bundle": &s.CABundle,
		"storage_class": &s.StorageClass, "encryption": &s.Encryption, "kms_key_id": &s.KMSKeyID, "acl": &s.ACL,
		"integrity": &s.Integrity, "bandwidth": &s.Bandwidth,
	}
	for key, p := range texts {
		if t, ok := v[key]; ok {
			*p = trimmed(key, t)
		}
	}
	for key, p := range map[string]*bool{
		"path_style": &s.PathStyle, "allow_http": &s.AllowHTTP, "read_only": &s.ReadOnly,
		"requester_pays": &s.RequesterPays, "accelerate": &s.Accelerate, "dual_stack": &s.DualStack, "fips": &s.FIPS,
	} {
		if t, ok := v[key]; ok {
			*p = t == "true"
		}
	}
	if t, ok := v["max_connections"]; ok {
		s.MaxConnections = amount(t)
	}
	return s
}

// CredentialValues are the fields of a form for c, without its secrets.
func CredentialValues(c remote.Credential) map[string]string {
	return map[string]string{
		"name": c.Name, "description": c.Description, "type": string(c.Type), "access_key_id": c.AccessKeyID,
		"secret_access_key_env": c.SecretAccessKeyEnv, "secret_access_key_command": CommandLine(c.SecretAccessKeyCommand),
		"role_arn": c.RoleARN, "source": c.Source, "external_id": c.ExternalID, "session_name": c.SessionName,
		"mfa_serial": c.MFASerial, "session_policy": c.SessionPolicy, "duration": number(c.Duration),
		"sts_endpoint": c.STSEndpoint, "profile": c.Profile, "region": c.Region,
	}
}

// Credential is what the fields of a form say: only what belongs to its type
// and to the place of its secret is in it.
func Credential(v map[string]string) (remote.Credential, remote.SecretPlace) {
	c := remote.Credential{
		Name: trimmed("", v["name"]), Description: trimmed("", v["description"]), Type: remote.CredentialType(v["type"]),
		Region: trimmed("", v["region"]),
	}
	place := remote.SecretPlace("")
	switch c.Type {
	case remote.AccessKey:
		place = remote.SecretPlace(v["place"])
		c.AccessKeyID = trimmed("", v["access_key_id"])
		c.SessionToken = remote.NewSecret(strings.TrimSpace(v["session_token"]))
		switch place {
		case remote.InEnv:
			c.SecretAccessKeyEnv = trimmed("", v["secret_access_key_env"])
		case remote.InCommand:
			c.SecretAccessKeyCommand = Words(v["secret_access_key_command"])
		default:
			c.SecretAccessKey = remote.NewSecret(strings.TrimSpace(v["secret_access_key"]))
		}
		c.Region = ""
	case remote.AssumeRole:
		c.RoleARN, c.Source, c.ExternalID = trimmed("", v["role_arn"]), v["source"], trimmed("", v["external_id"])
		c.SessionName, c.MFASerial = trimmed("", v["session_name"]), trimmed("", v["mfa_serial"])
		c.SessionPolicy, c.STSEndpoint, c.Duration = v["session_policy"], trimmed("", v["sts_endpoint"]), amount(v["duration"])
	case remote.Profile:
		c.Profile = trimmed("", v["profile"])
	case remote.Anonymous:
		c.Region = ""
	}
	return c, place
}

// trimmed is a value without the spaces that a paste brought; the prefix of keys
// may begin and end with one.
func trimmed(key, v string) string {
	if key == "prefix" {
		return v
	}
	return strings.TrimSpace(v)
}

func flag(on bool) string { return strconv.FormatBool(on) }

// number is a count, "" for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// amount reads a count; what is none is -1, which nothing accepts.
func amount(t string) int {
	t = strings.TrimSpace(t)
	if t == "" {
		return 0
	}
	n, err := strconv.Atoi(t)
	if err != nil || n == 0 {
		return -1
	}
	return n
}

// Words are the words of a command line: at spaces, with '…' and "…" for words
// that hold some. There is no shell behind it: nothing else means anything.
func Words(line string) []string {
	var out []string
	var word strings.Builder
	quote, any := rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, any = r, true
		case r == ' ' || r == '\t':
			if any {
				out = append(out, word.String())
				word.Reset()
			}
			any = false
		default:
			word.WriteRune(r)
			any = true
		}
	}
	if any {
		out = append(out, word.String())
	}
	return out
}

// CommandLine is words as Words reads them.
func CommandLine(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		if w == "" || strings.ContainsAny(w, " \t'\"") {
			w = "'" + strings.ReplaceAll(w, "'", `'"'"'`) + "'"
		}
		out[i] = w
	}
	return strings.Join(out, " ")
}
