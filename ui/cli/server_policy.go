package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/ui/text"
)

func (e *env) serverPolicyCommand() *cobra.Command {
	var o remote.PolicyOptions
	var form string
	cmd := &cobra.Command{
		Use: "policy NAME", Short: "Print the least-privilege policy for what gantry does with a server",
		Long: "policy prints the IAM policy to paste: for the user or role that signs (identity), the same as a policy of the\n" +
			"bucket (bucket), and for a role the line that its source needs to assume it (source; of roles on\n" +
			"top of each other one for each) and the trust policy that its\n" +
			"owner pastes (trust). Each statement is one feature; which one is told on stderr. Leave out what is not wanted.",
		Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeServers,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, i, err := e.serverNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			t, err := a.Policy(cmd.Context(), i.Server.Name, o)
			if err != nil {
				return err
			}
			return e.policy(t, form)
		},
	}
	cmd.Flags().BoolVar(&o.ReadOnly, "read-only", false, "only what reading needs")
	cmd.Flags().StringVar(&o.Prefix, "prefix", "", "only below this `PREFIX/` of the server")
	cmd.Flags().StringVar(&form, "form", "all", "identity, bucket, source, trust or all")
	return cmd
}

// policyJSON is the answer of policy as --json prints it.
type policyJSON struct {
	Type     string           `json:"type"`
	Identity string           `json:"identity"`
	Bucket   string           `json:"bucket"`
	Trust    string           `json:"trust,omitempty"`
	Sources  []sourceJSON     `json:"sources,omitempty"`
	Lines    []policyLineJSON `json:"lines"`
}

type sourceJSON struct {
	Credential string `json:"credential"` // "" for the AWS settings around
	Assumes    string `json:"assumes"`
	Policy     string `json:"policy"`
}

type policyLineJSON struct {
	Sid     string   `json:"sid"`
	Feature string   `json:"feature"`
	Actions []string `json:"actions"`
}

// policyForm is one of the policies to paste.
type policyForm struct{ id, head, text string }

func (e *env) policy(t remote.PolicyText, form string) error {
	if e.json {
		j := policyJSON{Type: "policy", Identity: t.Identity, Bucket: t.Bucket, Trust: t.Trust}
		for _, s := range t.Sources {
			j.Sources = append(j.Sources, sourceJSON(s))
		}
		for _, l := range t.Lines {
			j.Lines = append(j.Lines, policyLineJSON(l))
		}
		return e.out.Object(j, false)
	}
	forms := []policyForm{
		{"identity", "policy of the user or role that signs", t.Identity},
		{"bucket", "the same as the policy of the bucket", t.Bucket},
	}
	for _, s := range t.Sources {
		who := s.Credential
		if who == "" {
			who = "the AWS settings around"
		}
		forms = append(forms, policyForm{"source", "policy of the source " + who + ", which assumes " + s.Assumes, s.Policy})
	}
	forms = append(forms, policyForm{"trust", "trust policy of the role", t.Trust})
	known := form == "all" || form == "source"
	for _, f := range forms {
		known = known || form == f.id
		if f.text == "" || form != "all" && form != f.id {
			continue
		}
		if form == "all" {
			e.notef("# %s", f.head)
			_ = e.out.Flush()
		}
		if err := e.lines(f.text); err != nil {
			return err
		}
		_ = e.out.Flush() // so that heads and texts stay in order on a terminal
	}
	if !known {
		return usagef("--form is identity, bucket, source, trust or all, not %q", form)
	}
	for _, l := range t.Lines {
		e.notef("%s %s: %s", text.Pad(l.Sid, 18), strings.Join(l.Actions, ", "), l.Feature)
	}
	return nil
}

func (e *env) serverLifecycleCommand() *cobra.Command {
	var days int
	var none bool
	cmd := &cobra.Command{
		Use: "lifecycle NAME", Short: "Show or set after how many days the bucket aborts unfinished uploads",
		Long: "lifecycle shows whether a rule of the bucket aborts uploads that nobody finished, how many there are and what they\n" +
			"weigh. --days adds or changes that rule, --none takes it away; the bucket's other rules stay as they are.",
		Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeServers,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, i, err := e.serverNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			set := cmd.Flags().Changed("days")
			if set && (days < 1 || none) {
				return usagef("--days takes 1 to 3650; --none takes the rule away")
			}
			if set || none {
				if err := a.SetUncompleted(cmd.Context(), i.Server.Name, days); err != nil {
					return err
				}
			}
			u, err := a.Uncompleted(cmd.Context(), i.Server.Name)
			if err != nil {
				return err
			}
			return e.uncompleted(u)
		},
	}
	cmd.Flags().IntVar(&days, "days", 0, "abort them after so many days, `N`")
	cmd.Flags().BoolVar(&none, "none", false, "take the rule away")
	return cmd
}

type uncompletedJSON struct {
	Type      string `json:"type"`
	Rule      string `json:"rule,omitempty"`
	Days      int    `json:"days"`
	Others    int    `json:"other_rules"`
	Leftovers int    `json:"leftovers"`
	Bytes     int64  `json:"bytes"`
	Unknown   string `json:"unknown,omitempty"`
}

func (e *env) uncompleted(u remote.Uncompleted) error {
	if e.json {
		return e.out.Object(uncompletedJSON{"lifecycle", u.Rule, u.Days, u.Others, u.Leftovers, u.Bytes, u.Unknown}, false)
	}
	line := "no rule aborts unfinished uploads"
	if u.Days > 0 {
		line = fmt.Sprintf("unfinished uploads are aborted after %s (rule %q)", text.Plural(int64(u.Days), "day"), u.Rule)
	}
	if u.Others > 0 {
		line += fmt.Sprintf("; %s of other kinds", text.Plural(int64(u.Others), "rule"))
	}
	if err := e.out.Line(line); err != nil {
		return err
	}
	if u.Unknown != "" {
		e.warnf("%s", u.Unknown)
	}
	return e.out.Line(fmt.Sprintf("%s now, %s", text.Plural(int64(u.Leftovers), "unfinished upload"), text.Size(u.Bytes)))
}
