package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gantry/remote"
)

func (e *env) presignCommand() *cobra.Command {
	var (
		exact   bool
		expires string
	)
	cmd := &cobra.Command{
		Use:   "presign LOCATION...",
		Short: "Print links with which anyone can read objects for a while",
		Long: "A link is a URL that needs no credential: whoever has it can read the object until it ends; only\n" +
			"deleting the object or the key takes it back before. It lives for --expires, at most 7 days and never longer\n" +
			"than the session of the credential that signs it. Links go to stdout, one a line, and are kept nowhere.\n\n" + exitHelp,
		Args:              usageArgs(cobra.MinimumNArgs(1)),
		ValidArgsFunction: e.completeLocation,
		RunE: func(cmd *cobra.Command, args []string) error {
			life, err := remote.ParseLinkLife(expires)
			if err != nil {
				return usagef("--expires %s is refused: %v", expires, err)
			}
			return e.each(cmd.Context(), args, exact, func(ctx context.Context, _ string, s source) (counter, error) {
				return e.presign(ctx, s, life)
			})
		},
	}
	cmd.Flags().BoolVar(&exact, "exact", false, "take *, ? and [ in locations literally")
	cmd.Flags().StringVar(&expires, "expires", remote.FormatDuration(remote.LinkLife), "how long the links live, such as 15m or 7d")
	return cmd
}

// linkJSON is a link as --json prints it.
type linkJSON struct {
	Type     string    `json:"type"`
	Location string    `json:"location"`
	Key      string    `json:"key"`
	KeyBytes []byte    `json:"key_base64,omitempty"` // when the key is not UTF-8
	URL      string    `json:"url"`
	Expires  time.Time `json:"expires"`
	Cut      bool      `json:"cut,omitempty"` // it ends before the time that was asked for
	Notes    []string  `json:"notes,omitempty"`
}

// presign prints one link, and on stderr what it means to give it away. Both
// stand together on a terminal, so the line is not held back.
func (e *env) presign(ctx context.Context, s source, life time.Duration) (counter, error) {
	t, p := s.place.Tree, s.entry.Path
	maker, ok := remote.As[remote.Presigner](t)
	if !ok {
		return counter{}, &remote.Error{
			Op: "make a link", Path: p, Kind: remote.Unsupported, Hint: "Links are made to objects on a server, not to local files.",
		}
	}
	link, err := maker.Presign(ctx, p, life)
	if err != nil {
		return counter{}, err
	}
	where := remote.Place{Tree: t, Path: p}.Location()
	if !e.quiet {
		e.warnf("%s: anyone with this link can read it until %s", where, link.Ends.Local().Format("2006-01-02 15:04:05 MST"))
		for _, note := range link.Notes {
			e.warnf("%s: %s", where, note)
		}
	}
	c := counter{entries: 1, bytes: max(s.entry.Size, 0)}
	if e.json {
		return c, e.out.Object(linkJSON{
			Type: "link", Location: where, Key: string(p), KeyBytes: rawBytes(string(p)), URL: link.URL.Reveal(), Expires: link.Ends, Cut: link.Cut, Notes: link.Notes,
		}, true)
	}
	if err := e.out.Line(link.URL.Reveal()); err != nil {
		return c, err
	}
	return c, e.out.Flush()
}
