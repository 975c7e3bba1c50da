package remote

import "time"

// SecretPlace is where the secret of an access key lives. It is the user's
// choice for each credential; nothing ever moves from one place to another by
// itself.
type SecretPlace string

// The places of secrets. A credential that is no access key has none.
const (
	InStore   SecretPlace = "store"
	InKeyring SecretPlace = "keyring"
	InEnv     SecretPlace = "environment"
	InCommand SecretPlace = "command"
	InAge     SecretPlace = "age" // in the store, encrypted with a passphrase
)

// PlaceOf tells where the secret of c lives; "" when c has none of its own.
func PlaceOf(c Credential) SecretPlace {
	switch {
	case c.Type != AccessKey:
		return ""
	case c.SecretAccessKeyKeyring:
		return InKeyring
	case c.SecretAccessKeyEnv != "":
		return InEnv
	case len(c.SecretAccessKeyCommand) > 0:
		return InCommand
	case c.SecretAccessKeyAge != "":
		return InAge
	default:
		return InStore
	}
}

// Blank gives c without its secrets.
func (c Credential) Blank() Credential {
	c.SecretAccessKey, c.SessionToken, c.SecretAccessKeyAge = Secret{}, Secret{}, ""
	return c
}

// ServerInfo is a server of the store and what is known about it.
type ServerInfo struct {
	Server     Server
	Location   string // "acme:"
	Region     string // of the bucket, as far as it is known
	State      string // "connected", "inactive" or "untested"
	Why        string // why it is inactive
	LastUsed   time.Time
	ReadOnly   bool
	Credential string
	Probed     *Report // the last test; nil when there was none
	Versioned  bool    // the bucket keeps old versions, as far as a test or other answers told
	Locked     bool    // it can keep objects from being changed for a time, likewise
}

// The states of a server.
const (
	ServerConnected = "connected"
	ServerInactive  = "inactive"
	ServerUntested  = "untested"
)

// CredentialInfo is a credential of the store and what is known about it.
type CredentialInfo struct {
	Credential Credential // without its secrets
	Place      SecretPlace
	Users      []string  // servers and roles that use it, in words
	Ends       time.Time // when its session ends; zero when it has none
	Account    string    // the number of its account, once a test has found it
	Note       string    // what was learnt: "the role allows at most 2 h"
}

// Preset fills the form of a server for a known service.
type Preset struct {
	ID, Name  string
	Endpoint  string // with holes: "https://<account>.r2.cloudflarestorage.com"; "" for Amazon's own
	PathStyle bool
	Region    string // that fits most
	Integrity string
	Note      string // what to know about the service, a sentence
	Regions   []string
}

// Region is a region of AWS.
type Region struct {
	Code      string // "eu-central-1"
	Name      string // "Europe (Frankfurt)"
	Partition string // "aws", "aws-cn", "aws-us-gov", ...
}

// Found is a remote that another program on this machine knows, for the import.
type Found struct {
	Source     string // "aws profile", "rclone", "s3cmd" or "minio client"
	File, Name string
	Server     *Server     // nil when the other program names no bucket or endpoint
	Credential *Credential // without secrets
	Secret     bool        // the file holds one, which the import takes over
}

// Uncompleted is what becomes of uploads in a bucket that nobody finished.
type Uncompleted struct {
	Rule      string // the name of the lifecycle rule that aborts them; "" when there is none
	Days      int    // after which it aborts them; 0 when there is no such rule
	Others    int    // other rules of the bucket
	Leftovers int    // unfinished uploads there are
	Bytes     int64  // that they weigh
	Unknown   string // why the rules or the leftovers could not be read, a sentence
}

// PolicyOptions narrow the policy that a server needs.
type PolicyOptions struct {
	ReadOnly bool
	Prefix   string // below the server's own; "" for all of it
}

// PolicyText is the least that a server needs, as policies to paste.
type PolicyText struct {
	Identity string // for the user or role that signs
	Bucket   string // the same as a policy of the bucket
	Trust    string // for the role that is assumed; "" when there is none
	Sources  []SourcePolicy
	Lines    []PolicyLine
}

// SourcePolicy is what the source of a role needs beside what it has. A role whose
// source is a role too has several, its own source first.
type SourcePolicy struct {
	Credential string // the source; "" for the AWS settings around
	Assumes    string // the credential whose role it assumes
	Policy     string
}

// PolicyLine says which feature needs which statement.
type PolicyLine struct {
	Sid     string
	Feature string
	Actions []string
}
