package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"gantry/remote"
)

// foundJSON is a remote of another program as --json prints it.
type foundJSON struct {
	Type       string        `json:"type"`
	Source     string        `json:"source"`
	Name       string        `json:"name"`
	File       string        `json:"file"`
	Secret     bool          `json:"secret"`
	Server     *serverFields `json:"server,omitempty"`
	Credential string        `json:"credential_type,omitempty"`
}

func (e *env) serverImportCommand() *cobra.Command {
	var as, bucket string
	cmd := &cobra.Command{
		Use: "import [NAME...]", Short: "Add what the AWS tools, rclone, s3cmd and the MinIO client know",
		Long: "Without NAME, import lists the profiles and remotes that it finds in the files of other programs. With names it adds\n" +
			"them to the store: a profile as a credential of type profile, which stays where it is; a remote as a credential with\n" +
			"its key, and with --bucket as a server too. A name that stands in several files is written SOURCE/NAME.",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			found, err := a.Imports(cmd.Context())
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return e.listImports(found)
			}
			if as != "" && len(args) > 1 {
				return usagef("--as names one remote; import the others one by one")
			}
			for _, arg := range args {
				f, err := pick(found, arg)
				if err != nil {
					return err
				}
				if f.Server != nil {
					f.Server.Bucket = bucket
				}
				name := f.Name
				if as != "" {
					name = as
				}
				if err := e.did(a.Import(cmd.Context(), f, name)); err != nil {
					return err
				}
				if f.Server != nil && bucket == "" {
					e.notef("added the credential %s from %s; with --bucket BUCKET its server is added too", name, f.File)
					continue
				}
				e.notef("added %s from %s", name, f.File)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&bucket, "bucket", "", "add the server too, with this `BUCKET`")
	cmd.Flags().StringVar(&as, "as", "", "the `NAME` in the store")
	return cmd
}

func (e *env) listImports(found []remote.Found) error {
	var rows [][]string
	for _, f := range found {
		if e.json {
			j := foundJSON{Type: "found", Source: f.Source, Name: f.Name, File: f.File, Secret: f.Secret}
			if f.Server != nil {
				s := serverFields(*f.Server)
				j.Server = &s
			}
			if f.Credential != nil {
				j.Credential = string(f.Credential.Type)
			}
			if err := e.out.Object(j, false); err != nil {
				return err
			}
			continue
		}
		what := ""
		if f.Server != nil {
			what = strings.TrimSpace(f.Server.Bucket + " " + f.Server.Endpoint)
		}
		rows = append(rows, []string{f.Source, f.Name, what, f.File})
	}
	if len(found) == 0 {
		e.notef("nothing was found: no AWS profiles, and no remotes of rclone, s3cmd or the MinIO client")
	}
	return e.table(rows)
}

// pick finds a remote by its name, or by its source and name.
func pick(found []remote.Found, arg string) (remote.Found, error) {
	var matches []remote.Found
	for _, f := range found {
		if f.Name == arg || f.Source+"/"+f.Name == arg {
			matches = append(matches, f)
		}
	}
	switch len(matches) {
	case 1:
		return matches[0], nil
	case 0:
		return remote.Found{}, &remote.Error{Op: "import", Path: remote.Path(arg), Kind: remote.NotExist, Hint: "There is no " + arg + " to import; see what there is with: gantry server import"}
	}
	var names []string
	for _, f := range matches {
		names = append(names, "\""+f.Source+"/"+f.Name+"\"")
	}
	return remote.Found{}, usagef("%s stands in several files; say %s", arg, strings.Join(names, " or "))
}
