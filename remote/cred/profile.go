package cred

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"gantry/remote"
)

// fromProfile gets the keys of one profile of the shared AWS files. The SDK would
// give a credential_process to a shell, here and behind any source_profile, and
// would ask the role of whom AWS_ENDPOINT_URL_STS of the environment names; so
// commands and the roles on top of commands and keys are asked for here. What
// else there is the SDK does, unless the environment would move it.
func (m *maker) fromProfile(ctx context.Context, name string) (aws.Credentials, error) {
	shared, err := readProfile(ctx, name)
	if err != nil {
		return aws.Credentials{}, err
	}
	first := &shared
	for first.Source != nil {
		first = first.Source
	}
	opts := []func(*config.LoadOptions) error{
		config.WithSharedConfigProfile(name), config.WithServiceOptions(ownEndpoint(ctx, shared)),
	}
	line := process(first)
	own := line != "" || first.Credentials.HasKeys()
	switch {
	case line != "":
		opts = append(opts, config.WithCredentialsProvider(aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
			return m.fromProcess(ctx, line)
		})))
	case own:
		opts = append(opts, config.WithCredentialsProvider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return first.Credentials, nil
		})))
	case !signsOn(first):
		return aws.Credentials{}, errNoSecret // the SDK would take those of the container around us
	default:
		if err := m.unmoved(); err != nil {
			return aws.Credentials{}, err
		}
	}
	cfg, err := m.load(ctx, false, opts...)
	if err != nil {
		return aws.Credentials{}, err
	}
	if own {
		cfg = m.assumeAll(cfg, &shared)
	}
	if cfg.Credentials == nil {
		return aws.Credentials{}, errNoSecret
	}
	return cfg.Credentials.Retrieve(ctx)
}

// unmoved refuses when the environment would send the calls by which the SDK
// signs in to another server.
func (m *maker) unmoved() error {
	name := movedBy()
	if name == "" {
		return nil
	}
	of := "the AWS profile " + quote(m.c.Profile)
	if m.c.Profile == "" {
		of = "the credential " + quote(m.c.Name)
	}
	return m.failed(remote.Auth, remote.BadSettings("the environment moves the sign-in"), "The variable "+name+" would send the sign-in of "+of+
		" to another server. Unset it; where a credential of the store signs in stands in the AWS files only.")
}

// movedBy is the variable that would send a sign-in elsewhere, "" if none does.
// AWS_ENDPOINT_URL alone moves none.
func movedBy() string {
	for _, service := range []string{"STS", "SSO", "SSO_OIDC", "SIGNIN"} {
		if name := "AWS_ENDPOINT_URL_" + service; os.Getenv(name) != "" {
			return name
		}
	}
	return ""
}

// readProfile reads the shared AWS files, from where the environment says that
// they are.
func readProfile(ctx context.Context, name string) (config.SharedConfig, error) {
	files := func(variable string, usual []string) []string {
		if path := os.Getenv(variable); path != "" {
			return []string{path}
		}
		return usual
	}
	return config.LoadSharedConfigProfile(ctx, name, func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles = files("AWS_CONFIG_FILE", config.DefaultSharedConfigFiles)
		o.CredentialsFiles = files("AWS_SHARED_CREDENTIALS_FILE", config.DefaultSharedCredentialsFiles)
	})
}

// process is the command line of credential_process that gives the keys of c,
// which has no source; "" when they come otherwise. The order is that of the SDK,
// which takes the command last.
func process(c *config.SharedConfig) string {
	if c.Credentials.HasKeys() || signsOn(c) {
		return ""
	}
	return c.CredentialProcess
}

// signsOn tells whether the SDK gets the keys of c, which has no source, from
// somewhere that the profile names.
func signsOn(c *config.SharedConfig) bool {
	return c.CredentialSource != "" || c.WebIdentityTokenFile != "" || c.LoginSession != "" ||
		c.SSOSessionName != "" || c.SSOAccountID != "" || c.SSORegion != "" || c.SSORoleName != "" || c.SSOStartURL != ""
}

// assumeAll puts the roles of c and of its sources, the innermost first, on the
// keys that cfg has.
func (m *maker) assumeAll(cfg aws.Config, c *config.SharedConfig) aws.Config {
	if c.Source != nil {
		cfg = m.assumeAll(cfg, c.Source)
	}
	if c.RoleARN == "" {
		return cfg
	}
	cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), c.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = c.RoleSessionName
		if d := c.RoleDurationSeconds; d != nil && *d > 15*time.Minute { // AWS takes no shorter ones
			o.Duration = *d
		}
		if c.ExternalID != "" {
			o.ExternalID = aws.String(c.ExternalID)
		}
		if c.MFASerial != "" {
			o.SerialNumber = aws.String(c.MFASerial)
		}
		m.roleOfProfile(o)
	}))
	return cfg
}

// roleOfProfile is what gantry adds to the roles that profiles name.
func (m *maker) roleOfProfile(o *stscreds.AssumeRoleOptions) {
	o.TokenProvider = func() (string, error) { return m.tokenCode(m.life, aws.ToString(o.SerialNumber)) }
	if o.RoleSessionName == "" {
		o.RoleSessionName = m.sessionName()
	}
}

// ownEndpoint makes the client of STS go where the profile's services say, or to
// AWS when they say nothing: never where the environment does.
func ownEndpoint(ctx context.Context, c config.SharedConfig) func(service string, options any) {
	return func(service string, options any) {
		o, ok := options.(*sts.Options)
		if !ok {
			return
		}
		o.BaseEndpoint = nil
		if c.IgnoreConfiguredEndpoints != nil && *c.IgnoreConfiguredEndpoints {
			return
		}
		if url, ok, err := c.GetServiceBaseEndpoint(ctx, service); err == nil && ok {
			o.BaseEndpoint = aws.String(url)
		}
	}
}
