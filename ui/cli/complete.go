package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/ui/app"
	"gantry/ui/text"
)

// completeLocation completes server names and remote paths. Local paths are
// left to the shell. What could garble the terminal is not offered.
func (e *env) completeLocation(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), 5*time.Second)
	defer cancel()
	a, err := e.open(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	if !strings.Contains(typed, ":") {
		var names []string
		for _, s := range a.Store().Servers() {
			if strings.HasPrefix(s.Name, typed) {
				names = append(names, s.Name+":\tserver")
			}
		}
		return names, cobra.ShellCompDirectiveNoSpace
	}
	return completeRemote(ctx, a, typed), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

const maxCompletions = 1000

func completeRemote(ctx context.Context, a *app.App, typed string) []string {
	place, err := a.Open(ctx, typed)
	if err != nil || place.Tree.Label() == "" {
		return nil
	}
	path := string(place.Path)
	dir := remote.Path(path[:strings.LastIndexByte(path, '/')+1])
	var found []string
	for entry, err := range remote.All(ctx, place.Tree, dir) {
		if err != nil || len(found) >= maxCompletions {
			break
		}
		location := place.Tree.Label() + string(entry.Path)
		if strings.HasPrefix(string(entry.Path), path) && text.Clean(location) == location && !strings.ContainsAny(location, "\t\n") {
			found = append(found, location)
		}
	}
	return found
}
