package cli

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/app"
	"gantry/ui/config"
)

// transferFlags are the flags of commands that move bytes.
type transferFlags struct {
	exact, dryRun, noProgress bool
	filters                   []transfer.Filter
	onConflict                string
	verify, names             string
	storageClass, contentType string
	metadata                  map[string]string
}

// filterFlag collects --include and --exclude in the order they were given.
type filterFlag struct {
	to      *[]transfer.Filter
	exclude bool
}

func (f filterFlag) String() string { return "" }
func (f filterFlag) Type() string   { return "PATTERN" }

// Set adds one pattern.
func (f filterFlag) Set(pattern string) error {
	if !doublestar.ValidatePattern(pattern) {
		return errors.New("not a valid pattern")
	}
	*f.to = append(*f.to, transfer.Filter{Exclude: f.exclude, Pattern: pattern})
	return nil
}

func (e *env) transferCommand(name string) *cobra.Command {
	var f transferFlags
	op, short := transfer.Copy, "Copy files, objects and folders"
	if name == "mv" {
		op, short = transfer.Move, "Move: copy, verify, then delete the source"
	}
	cmd := &cobra.Command{
		Use:   name + " SOURCE... DESTINATION",
		Short: short,
		Long: short + ".\n\nA folder is taken with everything below it: \"dir/\" means what is in it, \"dir\" the folder itself.\n" +
			"A DESTINATION that ends in / or is an existing folder receives the sources under their own\n" +
			"names; otherwise one source gets the new name. Patterns (*, ?, [..], **, {a,b}) work in sources.\n\n" + exitHelp,
		Args:              usageArgs(cobra.MinimumNArgs(2)),
		ValidArgsFunction: e.completeLocation,
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.transfer(cmd.Context(), op, f, args)
		},
	}
	f.register(cmd, e)
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return wholeFolders(name, err) })
	return cmd
}

// wholeFolders tells who wants folders with everything below them, as cp asks for
// elsewhere, that they come so.
func wholeFolders(command string, err error) error {
	var unknown interface{ GetSpecifiedName() string }
	if errors.As(err, &unknown) {
		switch unknown.GetSpecifiedName() {
		case "r", "R", "recursive", "a", "archive":
			return usagef("%v; %s takes a folder with everything below it anyway: \"dir\" is the folder itself, \"dir/\" what is in it", err, command)
		}
	}
	return usagef("%v", err)
}

func (f *transferFlags) register(cmd *cobra.Command, e *env) {
	fl := cmd.Flags()
	fl.BoolVar(&f.exact, "exact", false, "take *, ? and [ in sources literally")
	fl.BoolVar(&f.dryRun, "dry-run", false, "say what would be done, change nothing")
	fl.Var(filterFlag{&f.filters, false}, "include", "take entries below folders that match `PATTERN`, and without --exclude only these (repeatable)")
	fl.Var(filterFlag{&f.filters, true}, "exclude", "leave out entries that match `PATTERN` (repeatable; the first of all that matches decides)")
	fl.StringVar(&f.onConflict, "on-conflict", "", "when a target exists: ask, overwrite, newer, size, checksum, rename, keep-both, skip or fail")
	fl.Var(&e.bandwidth, "bandwidth", "limit, such as 20MiB/s")
	fl.IntVar(&e.workers, "workers", 0, "requests at a time (default: adaptive)")
	fl.Var(&e.partSize, "part-size", "size of a part, such as 16MiB (default: planned)")
	fl.StringVar(&f.verify, "verify", "", "auto, full or size (default: as the store says, or auto)")
	fl.StringVar(&f.names, "names", "", "keys that a disk cannot hold: refuse or encode (default: as the store says, or refuse)")
	fl.StringVar(&f.storageClass, "storage-class", "", "storage class of new objects")
	fl.StringToStringVar(&f.metadata, "metadata", nil, "user metadata of new objects, `k=v`")
	fl.StringVar(&f.contentType, "content-type", "", "content type of new objects")
	fl.BoolVar(&f.noProgress, "no-progress", false, "no progress line")
}

// rules are on record with the job, so that they hold when it is resumed.
func (f *transferFlags) rules(e *env) (transfer.Rules, error) {
	r := transfer.Rules{
		Filters: f.filters, Verify: f.verify, Names: f.names, DryRun: f.dryRun,
		Workers: e.workers, PartSize: int64(e.partSize), Bandwidth: int64(e.bandwidth),
		Attrs: remote.Attrs{ContentType: f.contentType, StorageClass: f.storageClass, Metadata: f.metadata},
	}
	if why := config.CheckPartSize(e.partSize); why != "" {
		return r, usagef("--part-size %s", why)
	}
	if e.workers < 0 || e.workers > config.MaxWorkers {
		return r, usagef("--workers is 0 to %d, where 0 means as many as pay", config.MaxWorkers)
	}
	switch f.verify {
	case "", "auto", "full", "size":
	default:
		return r, usagef("--verify is auto, full or size, not %q", f.verify)
	}
	switch f.names {
	case "", transfer.NamesRefuse, transfer.NamesEncode:
	default:
		return r, usagef("--names is refuse or encode, not %q", f.names)
	}
	if f.onConflict != "" {
		policy, err := transfer.ParsePolicy(f.onConflict)
		if err != nil {
			return r, usagef("--on-conflict: %v", err)
		}
		r.OnConflict = policy
	}
	return r, nil
}

// transfer runs cp and mv: it resolves the destination, builds a request for
// each tree that holds sources, and follows the queue until they have ended.
func (e *env) transfer(ctx context.Context, op transfer.Op, f transferFlags, args []string) error {
	e.dryRun = f.dryRun
	e.nothing(op, f.dryRun)
	rules, err := f.rules(e)
	if err != nil {
		return err
	}
	a, err := e.open(ctx)
	if err != nil {
		return err
	}
	a.Warm(ctx, args...)
	sources, to := args[:len(args)-1], args[len(args)-1]
	dest, err := resolveDestination(ctx, a, to, sources, f.exact)
	if err != nil {
		return err
	}
	q, err := e.startQueue(ctx)
	if err != nil {
		return err
	}
	run := newRun(e, q, rules, !f.noProgress)
	run.flagged = true
	run.submit(ctx, a, op, dest, sources, func(locations []string) iter.Seq2[found, error] {
		return expandAll(ctx, a, locations, f.exact)
	})
	return run.wait(ctx)
}

// destination is where sources go: a folder, and the new name if there is one.
type destination struct {
	place  remote.Place // Path is the folder
	rename string       // the name that the single source gets; "" for its own
	free   bool         // nothing has that name
}

// resolveDestination decides, before anything moves, whether the destination is
// a folder that receives the sources or the new name of a single one.
func resolveDestination(ctx context.Context, a *app.App, location string, sources []string, exact bool) (destination, error) {
	place, err := a.Open(ctx, location)
	if err != nil {
		return destination{}, err
	}
	intoFolder, free := strings.HasSuffix(location, "/") || isRoot(place), false
	if !intoFolder {
		if intoFolder, free, err = isFolder(ctx, place); err != nil {
			return destination{}, err
		}
	}
	if intoFolder {
		if place.Tree.Label() != "" {
			place.Path = folder(place.Path)
		}
		return destination{place: place}, nil
	}
	if len(sources) > 1 || !exact && len(sources) == 1 && strings.ContainsAny(sources[0], "*?[{") && !existsLiterally(ctx, a, sources[0]) {
		return destination{}, usagef("%s is not a folder; end it in / to make it one that receives several sources", location)
	}
	name := lastSegment(place.Tree, place.Path)
	place.Path = place.Tree.Dir(place.Path)
	return destination{place: place, rename: name, free: free}, nil
}

// isFolder tells whether a destination is an existing folder, or else whether
// nothing is there. An object of the exact name is no folder: it is what the copy
// would replace. Both are asked at once.
func isFolder(ctx context.Context, place remote.Place) (is, free bool, err error) {
	t := place.Tree
	if t.Label() == "" {
		entry, err := t.Stat(ctx, place.Path)
		if remote.KindOf(err) == remote.NotExist {
			return false, true, nil
		}
		return err == nil && entry.Dir, false, writeOnly(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	inside := make(chan error, 1)
	go func() { // ends with its request, for which nobody has to wait
		_, err := t.Stat(ctx, folder(place.Path))
		inside <- err
	}()
	defer cancel()
	entry, err := t.Stat(ctx, place.Path)
	if err == nil {
		return entry.Dir, false, nil
	}
	if remote.KindOf(err) == remote.NotExist {
		if err = <-inside; remote.KindOf(err) == remote.NotExist {
			return false, true, nil
		}
	}
	return err == nil, false, writeOnly(err)
}

// writeOnly lets a destination be used that may not be looked at: the write
// itself tells whether it is allowed.
func writeOnly(err error) error {
	if remote.KindOf(err) == remote.Denied {
		return nil
	}
	return err
}

func existsLiterally(ctx context.Context, a *app.App, location string) bool {
	_, err := resolve(ctx, a, location)
	return err == nil
}
