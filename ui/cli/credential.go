package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/remote/store"
	"gantry/ui/app"
)

func (e *env) credentialCommand() *cobra.Command {
	cmd := group("credential", "Credentials: list, add, change, rotate, test")
	cmd.AddCommand(
		e.credentialListCommand(), e.credentialShowCommand(), e.credentialAddCommand(), e.credentialEditCommand(), e.credentialRotateCommand(),
		e.credentialRemoveCommand(), e.credentialTestCommand(), e.credentialTrustCommand(),
	)
	return cmd
}

// credentialJSON is a credential as --json prints it. It has no secret.
type credentialJSON struct {
	Type          string     `json:"type"`
	Name          string     `json:"name"`
	Description   string     `json:"description,omitempty"`
	Kind          string     `json:"kind"`
	AccessKeyID   string     `json:"access_key_id,omitempty"`
	Place         string     `json:"secret_place,omitempty"`
	RoleARN       string     `json:"role_arn,omitempty"`
	Source        string     `json:"source,omitempty"`
	ExternalID    string     `json:"external_id,omitempty"`
	SessionName   string     `json:"session_name,omitempty"`
	MFASerial     string     `json:"mfa_serial,omitempty"`
	SessionPolicy string     `json:"session_policy,omitempty"`
	Duration      int        `json:"duration,omitempty"`
	STSEndpoint   string     `json:"sts_endpoint,omitempty"`
	Profile       string     `json:"profile,omitempty"`
	Region        string     `json:"region,omitempty"`
	Account       string     `json:"account,omitempty"`
	Ends          *time.Time `json:"ends,omitempty"`
	Users         []string   `json:"users"`
	Note          string     `json:"note,omitempty"`
}

func newCredentialJSON(i remote.CredentialInfo) credentialJSON {
	c := i.Credential
	j := credentialJSON{
		Type: "credential", Name: c.Name, Description: c.Description, Kind: string(c.Type), AccessKeyID: c.AccessKeyID, Place: string(i.Place),
		RoleARN: c.RoleARN, Source: c.Source, ExternalID: c.ExternalID, SessionName: c.SessionName, MFASerial: c.MFASerial,
		SessionPolicy: c.SessionPolicy, Duration: c.Duration, STSEndpoint: c.STSEndpoint, Profile: c.Profile, Region: c.Region,
		Account: i.Account, Users: i.Users, Note: i.Note,
	}
	if !i.Ends.IsZero() {
		utc := i.Ends.UTC()
		j.Ends = &utc
	}
	if j.Users == nil {
		j.Users = []string{}
	}
	return j
}

func (e *env) credentialListCommand() *cobra.Command {
	return listCommand(e, "credentials of the store, without secrets", (*app.App).Credentials,
		func(i remote.CredentialInfo) any { return newCredentialJSON(i) },
		func(i remote.CredentialInfo) []string {
			return []string{i.Credential.Name, string(i.Credential.Type), identifies(i), orDash(string(i.Place)), strings.Join(i.Users, ", ")}
		})
}

// identifies is what tells a credential from others of its type.
func identifies(i remote.CredentialInfo) string {
	c := i.Credential
	switch c.Type {
	case remote.AccessKey:
		return c.AccessKeyID
	case remote.AssumeRole:
		return c.RoleARN
	case remote.Profile:
		return c.Profile
	}
	return "-"
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (e *env) credentialShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "Print a credential as the store says it, without its secrets",
		Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeCredentials,
		RunE: func(cmd *cobra.Command, args []string) error {
			_, i, err := e.credentialNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if e.json {
				return e.out.Object(newCredentialJSON(i), false)
			}
			if err := e.lines(store.CredentialText(i.Credential)); err != nil {
				return err
			}
			if i.Place != "" {
				e.notef("the secret is in the %s", placeWords[i.Place])
			}
			for _, user := range i.Users {
				e.notef("used by %s", user)
			}
			if i.Note != "" {
				e.notef("%s", i.Note)
			}
			return nil
		},
	}
}

// placeWords are the places of secrets in sentences.
var placeWords = map[remote.SecretPlace]string{
	remote.InStore: "store", remote.InKeyring: "keyring", remote.InEnv: "environment",
	remote.InCommand: "output of a command", remote.InAge: "store, encrypted with a passphrase",
}

func (e *env) credentialNamed(ctx context.Context, name string) (*app.App, remote.CredentialInfo, error) {
	a, err := e.open(ctx)
	if err != nil {
		return nil, remote.CredentialInfo{}, err
	}
	for _, i := range a.Credentials() {
		if i.Credential.Name == name {
			return a, i, nil
		}
	}
	return nil, remote.CredentialInfo{}, &remote.Error{
		Op: "find credential", Path: remote.Path(name), Kind: remote.NotExist,
		Hint: fmt.Sprintf("There is no credential called %q; see them with: gantry credential list", name),
	}
}

func (e *env) credentialRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Take a credential out of the store; refused while servers or roles use it",
		Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeCredentials,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, i, err := e.credentialNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if len(i.Users) == 0 { // else it is refused anyway, and says by whom it is used
				if err := e.sure(cmd.Context(), fmt.Sprintf("Remove the credential %s and its secret from the store?", args[0])); err != nil {
					return err
				}
			}
			return e.did(a.RemoveCredential(cmd.Context(), args[0]))
		},
	}
}

func (e *env) credentialTestCommand() *cobra.Command {
	return &cobra.Command{
		Use: "test NAME", Short: "Ask who signs with a credential, and until when",
		Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeCredentials,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, _, err := e.credentialNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			r, err := a.TestCredential(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			for _, s := range r.Steps {
				e.step(s)
			}
			return e.reported(r)
		},
	}
}

func (e *env) credentialTrustCommand() *cobra.Command {
	return &cobra.Command{
		Use: "trust NAME", Short: "Print the trust policy that the owner of a role pastes, with your ARN and the external id",
		Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeCredentials,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, i, err := e.credentialNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			trust, err := a.TrustPolicy(cmd.Context(), i.Credential.Name)
			if err != nil {
				return err
			}
			if e.json {
				return e.out.Object(policyJSON{Type: "policy", Trust: trust}, false)
			}
			if strings.Contains(trust, "ACCOUNT") {
				e.notef("STS did not tell who you are: put your own ARN in the place of the one with ACCOUNT and NAME.")
			}
			return e.lines(trust)
		},
	}
}
