package cred

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"gantry/remote"
)

// chain is the fetch of the AWS default chain. The files are read again for every
// fetch, here and for a profile, so that what the user changed is picked up.
func (m *maker) chain(ctx context.Context) (aws.Credentials, error) {
	cfg, err := m.load(ctx, true)
	if err != nil {
		return aws.Credentials{}, err
	}
	if cfg.Credentials == nil {
		return aws.Credentials{}, errNoSecret
	}
	return cfg.Credentials.Retrieve(ctx)
}

// surroundings is the fetch of the AWS default chain for a credential of the
// store. It takes the keys from around us, but the environment does not tell where
// STS or the sign-in of AWS are: a server of the store must mean the same in every
// shell. s3:// means whatever the shell says, and follows it.
func (m *maker) surroundings(ctx context.Context) (aws.Credentials, error) {
	env, err := config.NewEnvConfig()
	if err != nil || movedBy() == "" || env.Credentials.HasKeys() {
		return m.chain(ctx) // nobody is asked where the environment says
	}
	if env.WebIdentityTokenFilePath != "" {
		return aws.Credentials{}, m.unmoved()
	}
	name := env.SharedConfigProfile
	if name == "" {
		name = config.DefaultSharedConfigProfile
	}
	shared, err := readProfile(ctx, name)
	if err != nil || !signsIn(&shared) {
		return m.chain(ctx) // no profile: the container or the machine gives the keys
	}
	return m.fromProfile(ctx, name)
}

// signsIn tells whether STS or the sign-in of AWS is asked for the keys of c.
func signsIn(c *config.SharedConfig) bool {
	for ; c != nil; c = c.Source {
		if c.RoleARN != "" || c.WebIdentityTokenFile != "" || c.LoginSession != "" || c.SSOSessionName != "" || c.SSOStartURL != "" {
			return true
		}
	}
	return false
}

// load leaves the HTTP client to the SDK: with AWS_CA_BUNDLE set it takes no
// other one. The instance's metadata service is asked only for the ambient chain:
// a profile must not fall back to the role of the machine.
func (m *maker) load(ctx context.Context, ambient bool, opts ...func(*config.LoadOptions) error) (aws.Config, error) {
	opts = append(opts,
		config.WithProcessCredentialOptions(func(o *processcreds.Options) { o.Timeout = commandTimeout }), // of the ambient chain
		config.WithAssumeRoleCredentialOptions(m.roleOfProfile),
	)
	if !ambient {
		opts = append(opts, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	}
	if m.c.Region != "" && m.c.Region != "auto" {
		opts = append(opts, config.WithRegion(m.c.Region))
	}
	return config.LoadDefaultConfig(ctx, opts...)
}

// Ambient is the AWS default chain: environment, shared files with AWS_PROFILE,
// container, instance. The configuration that comes with it has the region and
// the endpoint that these places name. It reads files but asks no server.
func Ambient(ctx context.Context, o Options) (*Provider, aws.Config, error) {
	o = o.withDefaults()
	p := empty(ambientCredential(), o)
	m := p.made()
	cfg, err := m.load(ctx, true)
	if err != nil {
		p.Close()
		return nil, aws.Config{}, m.fault(err, false)
	}
	m.fetch = m.chain
	return p, cfg, nil
}

// ambientCredential is what the AWS default chain is called.
func ambientCredential() remote.Credential {
	return remote.Credential{Name: "the AWS settings of this machine", Type: remote.Environment}
}
