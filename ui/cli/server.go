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
	"gantry/ui/text"
)

func (e *env) serverCommand() *cobra.Command {
	cmd := group("server", "Servers: list, add, change, test, and what they need to be allowed")
	cmd.AddCommand(
		e.serverListCommand(), e.serverShowCommand(), e.serverAddCommand(), e.serverEditCommand(), e.serverRemoveCommand(),
		e.serverTestCommand(), e.serverPolicyCommand(), e.serverLifecycleCommand(), e.serverImportCommand(),
	)
	return cmd
}

// group is a command that only holds others.
func group(name, short string) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var names []string
			for _, c := range cmd.Commands() {
				names = append(names, c.Name())
			}
			return usagef("%s: say one of %s (see gantry %s --help)", name, strings.Join(names, ", "), name)
		},
	}
}

// serverFields are a server with the keys of the store.
type serverFields struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Type        string `json:"service"`
	Region      string `json:"region"`
	Bucket      string `json:"bucket"`
	Prefix      string `json:"prefix,omitempty"`
	Credential  string `json:"credential"`
	Endpoint    string `json:"endpoint,omitempty"`

	PathStyle bool   `json:"path_style,omitempty"`
	CABundle  string `json:"ca_bundle,omitempty"`
	AllowHTTP bool   `json:"allow_http,omitempty"`
	ReadOnly  bool   `json:"read_only,omitempty"`

	StorageClass  string `json:"storage_class,omitempty"`
	Encryption    string `json:"encryption,omitempty"`
	KMSKeyID      string `json:"kms_key_id,omitempty"`
	ACL           string `json:"acl,omitempty"`
	RequesterPays bool   `json:"requester_pays,omitempty"`
	Accelerate    bool   `json:"accelerate,omitempty"`
	DualStack     bool   `json:"dual_stack,omitempty"`
	FIPS          bool   `json:"fips,omitempty"`
	Integrity     string `json:"integrity,omitempty"`

	MaxConnections int    `json:"max_connections,omitempty"`
	Bandwidth      string `json:"bandwidth,omitempty"`
}

// serverJSON is a server as --json prints it.
type serverJSON struct {
	Type string `json:"type"`
	serverFields
	State    string     `json:"state"`
	Why      string     `json:"why,omitempty"`
	Found    string     `json:"found_region,omitempty"`
	LastUsed *time.Time `json:"last_used,omitempty"`

	Versioned bool `json:"versioned,omitempty"` // as far as a test or other answers told
	Locked    bool `json:"locked,omitempty"`
}

func newServerJSON(i remote.ServerInfo) serverJSON {
	j := serverJSON{Type: "server", serverFields: serverFields(i.Server), State: i.State, Why: i.Why, Versioned: i.Versioned, Locked: i.Locked}
	if i.Region != i.Server.Region {
		j.Found = i.Region
	}
	if !i.LastUsed.IsZero() {
		utc := i.LastUsed.UTC()
		j.LastUsed = &utc
	}
	return j
}

func (e *env) serverListCommand() *cobra.Command {
	return listCommand(e, "servers of the store", (*app.App).Servers,
		func(i remote.ServerInfo) any { return newServerJSON(i) },
		func(i remote.ServerInfo) []string {
			state := i.State
			if i.ReadOnly {
				state += ", read-only"
			}
			return []string{i.Server.Name, state, i.Region, i.Server.Bucket, i.Credential, i.Why}
		})
}

func (e *env) serverShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "Print a server as the store says it", Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeServers,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, i, err := e.serverNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if e.json {
				return e.out.Object(newServerJSON(i), false)
			}
			if err := e.lines(store.ServerText(i.Server)); err != nil {
				return err
			}
			if i.State != remote.ServerUntested {
				e.notef("%s (%s)", strings.TrimSpace(i.State+" "+i.Why), i.LastUsed.Local().Format(time.DateTime))
			}
			for _, user := range a.Store().UsersOfServer(i.Server.Name) {
				e.notef("used by %s", user)
			}
			return nil
		},
	}
}

// lines prints a text line by line.
func (e *env) lines(s string) error {
	for line := range strings.Lines(s) {
		if err := e.out.Line(strings.TrimRight(line, "\n")); err != nil {
			return err
		}
	}
	return nil
}

// notef says something about what was done, for people.
func (e *env) notef(format string, args ...any) {
	if !e.quiet && !e.json {
		_, _ = fmt.Fprintln(e.Err, text.Clean(fmt.Sprintf(format, args...)))
	}
}

// serverNamed finds a server with what is known about it.
func (e *env) serverNamed(ctx context.Context, name string) (*app.App, remote.ServerInfo, error) {
	a, err := e.open(ctx)
	if err != nil {
		return nil, remote.ServerInfo{}, err
	}
	name = strings.TrimSuffix(name, ":")
	for _, i := range a.Servers() {
		if i.Server.Name == name {
			return a, i, nil
		}
	}
	_, _, err = a.Store().Lookup(name)
	return nil, remote.ServerInfo{}, err
}

func (e *env) serverRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Take a server out of the store; nothing in its bucket changes", Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeServers,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, i, err := e.serverNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := e.sure(cmd.Context(), fmt.Sprintf("Remove the server %s from the store?", i.Server.Name)); err != nil {
				return err
			}
			return e.did(a.RemoveServer(cmd.Context(), i.Server.Name))
		},
	}
}

// sure asks before something is taken away; --yes answers.
func (e *env) sure(ctx context.Context, question string) error {
	if e.yes {
		return nil
	}
	ask := newAsker(e)
	if !ask.able {
		return usagef("this asks before it removes anything, and this is no terminal: add --yes")
	}
	ok, err := ask.yes(ctx, question)
	if err == nil && !ok {
		err = e.declined("nothing was removed")
	}
	return err
}

// completeServers completes names of servers.
func (e *env) completeServers(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return e.completeNames(cmd, len(args) > 0, typed, func(a *app.App) []string {
		var names []string
		for _, s := range a.Store().Servers() {
			names = append(names, s.Name)
		}
		return names
	})
}

// completeCredentials completes names of credentials.
func (e *env) completeCredentials(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return e.completeNames(cmd, len(args) > 0, typed, credentialNames)
}

func credentialNames(a *app.App) []string {
	var names []string
	for _, c := range a.Store().Credentials() {
		names = append(names, c.Name)
	}
	return names
}

func (e *env) completeNames(cmd *cobra.Command, enough bool, typed string, of func(*app.App) []string) ([]string, cobra.ShellCompDirective) {
	a, err := e.open(cmd.Context())
	if err != nil || enough {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, n := range of(a) {
		if strings.HasPrefix(n, typed) && text.Clean(n) == n {
			names = append(names, n)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
