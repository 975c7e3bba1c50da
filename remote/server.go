package remote

// CredentialType says how a credential authenticates.
type CredentialType string

// The types of credentials of the store.
const (
	AccessKey   CredentialType = "access_key"
	AssumeRole  CredentialType = "assume_role"
	Profile     CredentialType = "profile"
	Environment CredentialType = "environment"
	Anonymous   CredentialType = "anonymous"
)

// Credential is named authentication, kept in the store, used by any number of
// servers. It is plain data; exactly one of the five ways to the secret key is
// set for an access key.
type Credential struct {
	Name        string         `toml:"name"`
	Description string         `toml:"description"`
	Type        CredentialType `toml:"type"`

	AccessKeyID            string   `toml:"access_key_id"`
	SecretAccessKey        Secret   `toml:"secret_access_key"`
	SecretAccessKeyEnv     string   `toml:"secret_access_key_env"`
	SecretAccessKeyCommand []string `toml:"secret_access_key_command"`
	SecretAccessKeyKeyring bool     `toml:"secret_access_key_keyring"`
	SecretAccessKeyAge     string   `toml:"secret_access_key_age"` // base64 of a file of age, encrypted with a passphrase
	SessionToken           Secret   `toml:"session_token"`

	RoleARN       string `toml:"role_arn"`
	Source        string `toml:"source"` // credential that calls STS; "" for the AWS default chain
	ExternalID    string `toml:"external_id"`
	SessionName   string `toml:"session_name"`
	MFASerial     string `toml:"mfa_serial"`
	SessionPolicy string `toml:"session_policy"` // "" or "read-only"
	Duration      int    `toml:"duration"`       // seconds, 900 to 43200
	STSEndpoint   string `toml:"sts_endpoint"`

	Profile string `toml:"profile"` // name in the shared AWS files
	Region  string `toml:"region"`  // for STS; "" for the server's
}

// DefaultDuration is the life of a role's session in seconds.
const DefaultDuration = 3600

// Server is a named connection to one bucket, or one prefix of it. It is plain
// data and never holds a live client.
type Server struct {
	Name        string `toml:"name"`
	Description string `toml:"description"`
	Type        string `toml:"type"` // "s3"
	Region      string `toml:"region"`
	Bucket      string `toml:"bucket"`
	Prefix      string `toml:"prefix"`
	Credential  string `toml:"credential"`
	Endpoint    string `toml:"endpoint"`

	PathStyle bool   `toml:"path_style"`
	CABundle  string `toml:"ca_bundle"`
	AllowHTTP bool   `toml:"allow_http"`
	ReadOnly  bool   `toml:"read_only"`

	StorageClass  string `toml:"storage_class"`
	Encryption    string `toml:"encryption"`
	KMSKeyID      string `toml:"kms_key_id"`
	ACL           string `toml:"acl"`
	RequesterPays bool   `toml:"requester_pays"`
	Accelerate    bool   `toml:"accelerate"`
	DualStack     bool   `toml:"dual_stack"`
	FIPS          bool   `toml:"fips"`
	Integrity     string `toml:"integrity"`

	MaxConnections int    `toml:"max_connections"`
	Bandwidth      string `toml:"bandwidth"`
}

// Mount attaches a server, and a path in it, to a local folder.
type Mount struct {
	Folder string `toml:"folder"`
	Server string `toml:"server"`
	Path   string `toml:"path"`
}
