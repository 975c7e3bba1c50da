package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/remote/preset"
)

// serverFlags are the flags that say what a server is.
type serverFlags struct {
	s      remote.Server
	preset string
	holes  map[string]string
}

const presetHelp = `Presets fill endpoint, path style and quirks of a service: aws, minio, r2, b2, wasabi, ceph,
gcs, digitalocean, scaleway, ovh, hetzner, garage, seaweedfs. Their endpoints have holes, which --set
closes: --preset r2 --set account=0123…, --preset minio --set host=minio.example.com.`

func (f *serverFlags) bind(cmd *cobra.Command) {
	fs := cmd.Flags()
	s := &f.s
	fs.StringVar(&s.Bucket, "bucket", "", "the `NAME` of the bucket, or the ARN of an access point")
	fs.StringVar(&s.Credential, "credential", "", "the `NAME` of the credential that signs")
	fs.StringVar(&s.Region, "region", "auto", "the `REGION`; \"auto\" asks the bucket")
	fs.StringVar(&s.Prefix, "prefix", "", "only what begins with this `PREFIX/`")
	fs.StringVar(&s.Endpoint, "endpoint", "", "the `URL` of a service outside of Amazon")
	fs.StringVar(&s.Description, "description", "", "a `TEXT` for yourself")
	fs.BoolVar(&s.PathStyle, "path-style", false, "the bucket stands in the path, not in the host's name")
	fs.StringVar(&s.CABundle, "ca-bundle", "", "a `FILE` of certificates that may sign the server's")
	fs.BoolVar(&s.AllowHTTP, "allow-http", false, "take http:// of another machine; anybody on the way can read it")
	fs.BoolVar(&s.ReadOnly, "read-only", false, "nothing but reads ever leaves the program")
	fs.StringVar(&s.StorageClass, "storage-class", "", "the storage `CLASS` of uploads")
	fs.StringVar(&s.Encryption, "encryption", "", "none, AES256 or aws:kms")
	fs.StringVar(&s.KMSKeyID, "kms-key-id", "", "the `KEY` for aws:kms")
	fs.StringVar(&s.ACL, "acl", "", "the canned `ACL` of uploads")
	fs.BoolVar(&s.RequesterPays, "requester-pays", false, "we pay for what we ask")
	fs.BoolVar(&s.Accelerate, "accelerate", false, "use Amazon's transfer acceleration")
	fs.BoolVar(&s.DualStack, "dual-stack", false, "use IPv6 too")
	fs.BoolVar(&s.FIPS, "fips", false, "use FIPS endpoints")
	fs.StringVar(&s.Integrity, "integrity", "auto", "auto, strict or compatible")
	fs.IntVar(&s.MaxConnections, "max-connections", 0, "connections at a time, `N`")
	fs.StringVar(&s.Bandwidth, "bandwidth", "", "bytes a second for this server, as `50MiB/s`")
	fs.StringVar(&f.preset, "preset", "", "fill in what is known of a `SERVICE`")
	fs.StringToStringVar(&f.holes, "set", nil, "close a hole of the preset's endpoint: `HOLE=VALUE`")
}

// onto gives was with what the command line says.
func (f *serverFlags) onto(was remote.Server, cmd *cobra.Command) remote.Server {
	out := was
	for flag, set := range serverSetters {
		if cmd.Flags().Changed(flag) {
			set(&out, f.s)
		}
	}
	return out
}

// serverSetters take one field over.
var serverSetters = map[string]func(to *remote.Server, from remote.Server){
	"bucket":          func(t *remote.Server, f remote.Server) { t.Bucket = f.Bucket },
	"credential":      func(t *remote.Server, f remote.Server) { t.Credential = f.Credential },
	"region":          func(t *remote.Server, f remote.Server) { t.Region = f.Region },
	"prefix":          func(t *remote.Server, f remote.Server) { t.Prefix = f.Prefix },
	"endpoint":        func(t *remote.Server, f remote.Server) { t.Endpoint = f.Endpoint },
	"description":     func(t *remote.Server, f remote.Server) { t.Description = f.Description },
	"path-style":      func(t *remote.Server, f remote.Server) { t.PathStyle = f.PathStyle },
	"ca-bundle":       func(t *remote.Server, f remote.Server) { t.CABundle = f.CABundle },
	"allow-http":      func(t *remote.Server, f remote.Server) { t.AllowHTTP = f.AllowHTTP },
	"read-only":       func(t *remote.Server, f remote.Server) { t.ReadOnly = f.ReadOnly },
	"storage-class":   func(t *remote.Server, f remote.Server) { t.StorageClass = f.StorageClass },
	"encryption":      func(t *remote.Server, f remote.Server) { t.Encryption = f.Encryption },
	"kms-key-id":      func(t *remote.Server, f remote.Server) { t.KMSKeyID = f.KMSKeyID },
	"acl":             func(t *remote.Server, f remote.Server) { t.ACL = f.ACL },
	"requester-pays":  func(t *remote.Server, f remote.Server) { t.RequesterPays = f.RequesterPays },
	"accelerate":      func(t *remote.Server, f remote.Server) { t.Accelerate = f.Accelerate },
	"dual-stack":      func(t *remote.Server, f remote.Server) { t.DualStack = f.DualStack },
	"fips":            func(t *remote.Server, f remote.Server) { t.FIPS = f.FIPS },
	"integrity":       func(t *remote.Server, f remote.Server) { t.Integrity = f.Integrity },
	"max-connections": func(t *remote.Server, f remote.Server) { t.MaxConnections = f.MaxConnections },
	"bandwidth":       func(t *remote.Server, f remote.Server) { t.Bandwidth = f.Bandwidth },
}

// fill applies the preset.
func (f *serverFlags) fill(s remote.Server) (remote.Server, error) {
	if f.preset == "" {
		if len(f.holes) > 0 {
			return s, usagef("--set belongs to --preset")
		}
		return s, nil
	}
	p, ok := preset.Find(f.preset)
	if !ok {
		var ids []string
		for _, p := range preset.Services() {
			ids = append(ids, p.ID)
		}
		return s, usagef("--preset is one of %s", strings.Join(ids, ", "))
	}
	s, open := preset.Fill(s, p, f.holes)
	if len(open) > 0 {
		return s, usagef("the endpoint of %s needs --set %s=…", p.Name, strings.Join(open, "=… --set "))
	}
	return s, nil
}

func (e *env) serverAddCommand() *cobra.Command {
	var f serverFlags
	var from string
	cmd := &cobra.Command{
		Use: "add NAME --bucket BUCKET --credential CREDENTIAL", Short: "Add a server to the store",
		Long: "add writes a [[server]] into the store. Nothing is asked of the network; gantry server test NAME does that.\n\n" + presetHelp,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			base := remote.Server{Region: "auto"}
			if from != "" {
				_, i, err := e.serverNamed(cmd.Context(), from)
				if err != nil {
					return err
				}
				base = i.Server
			}
			s := f.onto(base, cmd)
			s.Name = strings.TrimSuffix(args[0], ":")
			if s, err = f.fill(s); err != nil {
				return err
			}
			if problems := a.CheckServer("", s); len(problems) > 0 {
				return badFields(problems)
			}
			if err := e.did(a.SaveServer(cmd.Context(), "", s)); err != nil {
				return err
			}
			e.notef("added %s; test it with: gantry server test %s", s.Name, s.Name)
			return nil
		},
	}
	f.bind(cmd)
	cmd.Flags().StringVar(&from, "from", "", "begin with a copy of the `SERVER`")
	e.serverCompletions(cmd)
	return cmd
}

func (e *env) serverEditCommand() *cobra.Command {
	var f serverFlags
	var name string
	cmd := &cobra.Command{
		Use: "edit NAME", Short: "Change a server in the store; flags that are not given leave their keys alone",
		Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeServers,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, i, err := e.serverNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			s := f.onto(i.Server, cmd)
			if name != "" {
				s.Name = name
			}
			if s, err = f.fill(s); err != nil {
				return err
			}
			if problems := a.CheckServer(i.Server.Name, s); len(problems) > 0 {
				return badFields(problems)
			}
			if err := e.did(a.SaveServer(cmd.Context(), i.Server.Name, s)); err != nil {
				return err
			}
			if s.Endpoint != i.Server.Endpoint && s.Endpoint != "" && s.Credential != "" { // SEC-24
				e.notef("the credential %s signs for %s from now on", s.Credential, s.Endpoint)
			}
			return nil
		},
	}
	f.bind(cmd)
	cmd.Flags().StringVar(&name, "name", "", "the new `NAME`, here and wherever the server is named")
	e.serverCompletions(cmd)
	return cmd
}

func (e *env) serverCompletions(cmd *cobra.Command) {
	words := func(all ...string) cobra.CompletionFunc {
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return all, cobra.ShellCompDirectiveNoFileComp
		}
	}
	var regions, presets []string
	for _, r := range preset.Regions() {
		regions = append(regions, r.Code+"\t"+r.Name)
	}
	for _, p := range preset.Services() {
		presets = append(presets, p.ID+"\t"+p.Name)
	}
	for flag, complete := range map[string]cobra.CompletionFunc{
		"credential": func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return e.completeNames(cmd, false, typed, credentialNames)
		},
		"region": words(append(regions, "auto")...), "preset": words(presets...),
		"encryption": words("none", "AES256", "aws:kms"), "integrity": words("auto", "strict", "compatible"),
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, complete) // fails only for a flag that is not there
	}
}

// badFields says what is wrong with each field, as flags call them.
func badFields(problems []remote.Problem) error {
	var words []string
	for _, p := range problems {
		w := p.Message
		if p.Key != "" {
			w = strings.ReplaceAll(p.Key, "_", "-") + " " + w
		}
		words = append(words, w)
	}
	return usagef("nothing was changed: %s", strings.Join(words, "; "))
}
