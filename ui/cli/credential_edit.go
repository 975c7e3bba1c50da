package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/ui/app"
)

// credentialFlags are the flags that say what a credential is. None of them
// takes a secret: command lines can be read by others.
type credentialFlags struct {
	c      remote.Credential
	kind   string
	place  string
	secret secretFlags
}

const secretHelp = `A secret never stands on the command line. Without a flag it is asked for on the terminal. Else
  --secret-access-key-file FILE   reads it from a file, from stdin if FILE is -
  --secret-access-key-env NAME    reads it from an environment variable
Where it is kept is --secret-place: store (the default), keyring, age (in the store, encrypted with a
passphrase that is asked for, or taken from $GANTRY_PASSPHRASE), environment (only the variable's NAME is
kept) or command (--secret-access-key-command WORD for each word of the command that prints it).`

func (f *credentialFlags) bind(cmd *cobra.Command) {
	fs := cmd.Flags()
	c := &f.c
	fs.StringVar(&f.kind, "type", string(remote.AccessKey), "access_key, assume_role, profile, environment or anonymous")
	fs.StringVar(&c.Description, "description", "", "a `TEXT` for yourself")
	fs.StringVar(&c.AccessKeyID, "access-key-id", "", "the `ID` of the access key")
	fs.StringVar(&c.RoleARN, "role-arn", "", "the `ARN` of the role to assume")
	fs.StringVar(&c.Source, "source", "", "the `CREDENTIAL` that asks STS")
	fs.StringVar(&c.ExternalID, "external-id", "", "the `ID` that the owner of the role has agreed with you")
	fs.StringVar(&c.SessionName, "session-name", "", "the `NAME` in the other side's audit log")
	fs.StringVar(&c.MFASerial, "mfa-serial", "", "the `ARN` of the MFA device whose code is asked for")
	fs.StringVar(&c.SessionPolicy, "session-policy", "", "read-only: AWS itself refuses everything else")
	fs.IntVar(&c.Duration, "duration", remote.DefaultDuration, "`SECONDS` of a session, 900 to 43200")
	fs.StringVar(&c.STSEndpoint, "sts-endpoint", "", "the `URL` of a service's own STS")
	fs.StringVar(&c.Profile, "profile", "", "the `NAME` of a profile in the AWS files")
	fs.StringVar(&c.Region, "region", "", "the `REGION` where STS is asked")
	fs.StringVar(&f.place, "secret-place", "", "store, keyring, age, environment or command")
	f.secret.bind(cmd)
}

// credentialSetters take one field over.
var credentialSetters = map[string]func(to *remote.Credential, from remote.Credential){
	"description":    func(t *remote.Credential, f remote.Credential) { t.Description = f.Description },
	"access-key-id":  func(t *remote.Credential, f remote.Credential) { t.AccessKeyID = f.AccessKeyID },
	"role-arn":       func(t *remote.Credential, f remote.Credential) { t.RoleARN = f.RoleARN },
	"source":         func(t *remote.Credential, f remote.Credential) { t.Source = f.Source },
	"external-id":    func(t *remote.Credential, f remote.Credential) { t.ExternalID = f.ExternalID },
	"session-name":   func(t *remote.Credential, f remote.Credential) { t.SessionName = f.SessionName },
	"mfa-serial":     func(t *remote.Credential, f remote.Credential) { t.MFASerial = f.MFASerial },
	"session-policy": func(t *remote.Credential, f remote.Credential) { t.SessionPolicy = f.SessionPolicy },
	"duration":       func(t *remote.Credential, f remote.Credential) { t.Duration = f.Duration },
	"sts-endpoint":   func(t *remote.Credential, f remote.Credential) { t.STSEndpoint = f.STSEndpoint },
	"profile":        func(t *remote.Credential, f remote.Credential) { t.Profile = f.Profile },
	"region":         func(t *remote.Credential, f remote.Credential) { t.Region = f.Region },
}

func (f *credentialFlags) onto(was remote.Credential, cmd *cobra.Command) remote.Credential {
	out := was
	if out.Type == "" || cmd.Flags().Changed("type") {
		out.Type = remote.CredentialType(f.kind)
	}
	for flag, set := range credentialSetters {
		if cmd.Flags().Changed(flag) {
			set(&out, f.c)
		}
	}
	return out
}

// placeOf is where the secret is to live: as the command line says, else where
// it lives now.
func (f *credentialFlags) placeOf(now remote.SecretPlace) (remote.SecretPlace, error) {
	p := remote.SecretPlace(f.place)
	if f.place == "" {
		if p = now; p == "" {
			p = remote.InStore
		}
	}
	if _, ok := placeWords[p]; !ok {
		return "", usagef("--secret-place is store, keyring, age, environment or command")
	}
	return p, nil
}

func (e *env) credentialAddCommand() *cobra.Command {
	var f credentialFlags
	var from string
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Add a credential to the store",
		Long: "add writes a [[credential]] into the store. Nothing is asked of the network; gantry credential test NAME does that.\n\n" + secretHelp,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			var base remote.CredentialInfo
			if from != "" {
				if _, base, err = e.credentialNamed(cmd.Context(), from); err != nil {
					return err
				}
			}
			c := f.onto(base.Credential, cmd)
			c.Name = args[0]
			return e.saveCredential(cmd.Context(), a, "", c, &f, base.Place, from, cmd)
		},
	}
	f.bind(cmd)
	cmd.Flags().StringVar(&from, "from", "", "begin with a copy of the `CREDENTIAL`; its secrets are inherited, never shown")
	e.credentialCompletions(cmd)
	return cmd
}

func (e *env) credentialEditCommand() *cobra.Command {
	var f credentialFlags
	var name string
	cmd := &cobra.Command{
		Use: "edit NAME", Short: "Change a credential in the store; flags that are not given leave their keys alone",
		Long: "edit changes what the flags say. The secret stays, unless a flag says where the new one comes from.\n\n" + secretHelp,
		Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeCredentials,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, i, err := e.credentialNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			c := f.onto(i.Credential, cmd)
			if name != "" {
				c.Name = name
			}
			return e.saveCredential(cmd.Context(), a, args[0], c, &f, i.Place, args[0], cmd)
		},
	}
	f.bind(cmd)
	cmd.Flags().StringVar(&name, "name", "", "the new `NAME`, here and wherever the credential is named")
	e.credentialCompletions(cmd)
	return cmd
}

// saveCredential gets the secret from where the command line says and saves c.
// Without saying, it is inherited from the credential from, else asked for.
func (e *env) saveCredential(ctx context.Context, a *app.App, old string, c remote.Credential, f *credentialFlags, now remote.SecretPlace, from string, cmd *cobra.Command) error {
	place, err := f.placeOf(now)
	if err != nil {
		return err
	}
	if c.Type == remote.AccessKey {
		if err := f.secret.into(&c, place, cmd); err != nil {
			return err
		}
	} else if f.place != "" || f.secret.given() {
		return usagef("a credential of type %s has no secret of its own", c.Type)
	}
	if problems := a.CheckCredential(old, c, place); len(problems) > 0 {
		return badFields(problems)
	}
	if c.Type == remote.AccessKey && place != remote.InEnv && place != remote.InCommand {
		if err := e.readSecrets(ctx, &c, &f.secret, from == ""); err != nil {
			return err
		}
	}
	if err := e.did(a.SaveCredential(ctx, old, c, place, from)); err != nil {
		return err
	}
	if old == "" {
		e.notef("added %s; test it with: gantry credential test %s", c.Name, c.Name)
	}
	return nil
}

func (e *env) credentialRotateCommand() *cobra.Command {
	var id string
	var secret secretFlags
	cmd := &cobra.Command{
		Use: "rotate NAME --access-key-id ID", Short: "Test a new key with every server that uses the credential, then put it in the old one's place",
		Long: "rotate changes nothing until every server that uses the credential, itself or through a role, has let the new key in.\n" +
			"Running jobs go on with the new key. A secret that lives in the environment or comes from a command is not asked for: put\n" +
			"the new one there first.\n\n" + secretHelp,
		Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeCredentials,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, i, err := e.credentialNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if i.Credential.Type != remote.AccessKey {
				return usagef("%s is no access key, so there is nothing to rotate", args[0])
			}
			c := i.Credential
			if c.AccessKeyID = id; id == "" {
				return usagef("rotate: --access-key-id is missing: the ID of the new key")
			}
			if c, err = e.newKey(cmd.Context(), c, i.Place, &secret); err != nil {
				return err
			}
			if err := a.RotateCredential(cmd.Context(), args[0], c, e.step); err != nil {
				return err
			}
			e.notef("%s has its new key", args[0])
			return nil
		},
	}
	cmd.Flags().StringVar(&id, "access-key-id", "", "the `ID` of the new key")
	secret.bind(cmd)
	return cmd
}

// newKey is c with nothing but the key that is to be tested. A secret that gantry
// does not keep is there already, or the test finds that it is not.
func (e *env) newKey(ctx context.Context, c remote.Credential, p remote.SecretPlace, f *secretFlags) (remote.Credential, error) {
	if p != remote.InEnv && p != remote.InCommand {
		c.SecretAccessKeyKeyring, c.SecretAccessKeyAge = false, ""
		err := e.readSecrets(ctx, &c, f, true)
		return c, err
	}
	if f.given() {
		return c, usagef("the secret of %s comes from the %s, not from the command line: put the new one there, then rotate", c.Name, placeWords[p])
	}
	return c, nil
}

func (e *env) credentialCompletions(cmd *cobra.Command) {
	words := func(all ...string) cobra.CompletionFunc {
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return all, cobra.ShellCompDirectiveNoFileComp
		}
	}
	named := func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return e.completeNames(cmd, false, typed, credentialNames)
	}
	for flag, complete := range map[string]cobra.CompletionFunc{
		"type":           words("access_key", "assume_role", "profile", "environment", "anonymous"),
		"secret-place":   words("store", "keyring", "age", "environment", "command"),
		"session-policy": words("read-only"), "source": named,
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, complete) // fails only for a flag that is not there
	}
}
