package ui

import (
	"context"

	"gantry/remote"
)

// Admin is what the screen asks about the store beyond reading it: everything
// that the server manager does. Methods with a ctx are called in Cmds and may
// block; the others are called in Update and must not.
type Admin interface {
	ServerAdmin
	CredentialAdmin

	// Imports are the remotes that other programs on this machine know; Import adds
	// one of them under a name.
	Imports(ctx context.Context) ([]remote.Found, error)
	Import(ctx context.Context, f remote.Found, name string) error

	// SaveMount adds a mount. A folder that holds something is refused unless hide
	// says that the mount may hide it.
	SaveMount(ctx context.Context, m remote.Mount, hide bool) error
	RemoveMount(ctx context.Context, folder string) error

	// Changes tells that the store has changed, on disk or by us. Trouble is why the
	// last change on disk was not taken over, with line and column; "" when it was.
	Changes() <-chan struct{}
	Trouble() string
}

// ServerAdmin is the part of Admin about servers.
type ServerAdmin interface {
	Presets() []remote.Preset
	Regions() []remote.Region

	// CheckServer tells what is wrong with s, by the keys of its fields; old is the
	// name that it had, "" when it is new.
	CheckServer(old string, s remote.Server) []remote.Problem
	SaveServer(ctx context.Context, old string, s remote.Server) error
	RemoveServer(ctx context.Context, name string) error

	// TestServer tests s, which need not be saved, with c in place of its credential
	// if that is given. It calls step for each step as it ends.
	TestServer(ctx context.Context, s remote.Server, c *remote.Credential, o remote.TestOptions, step func(remote.Step)) (remote.Report, error)

	// FindRegion asks the bucket of s where it is.
	FindRegion(ctx context.Context, s remote.Server) (string, error)

	Policy(ctx context.Context, server string, o remote.PolicyOptions) (remote.PolicyText, error)
	Uncompleted(ctx context.Context, server string) (remote.Uncompleted, error)
	SetUncompleted(ctx context.Context, server string, days int) error

	// Denied tells why the credential of a server may not do an IAM action; "" when
	// it may, or nobody knows.
	Denied(server, action string) string
}

// CredentialAdmin is the part of Admin about credentials.
type CredentialAdmin interface {
	Credentials() []remote.CredentialInfo // without secrets

	CheckCredential(old string, c remote.Credential, p remote.SecretPlace) []remote.Problem
	// SaveCredential saves c with its secret in p. With from the secrets that c does
	// not have are taken from that credential without anybody seeing them.
	SaveCredential(ctx context.Context, old string, c remote.Credential, p remote.SecretPlace, from string) error
	RemoveCredential(ctx context.Context, name string) error
	// RotateCredential tests the key of c with everything that uses the credential,
	// then puts it in place of the old one.
	RotateCredential(ctx context.Context, name string, c remote.Credential, step func(remote.Step)) error
	TestCredential(ctx context.Context, name string) (remote.Report, error)
	// Reveal gives the secret itself. It is called when the user has asked for it and
	// never otherwise.
	Reveal(ctx context.Context, credential string) (remote.Secret, error)
	TrustPolicy(ctx context.Context, credential string) (string, error)
}
