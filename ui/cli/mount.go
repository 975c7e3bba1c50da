package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/ui/app"
)

func (e *env) mountCommand() *cobra.Command {
	cmd := group("mount", "Mounts: local folders that are windows onto servers")
	cmd.AddCommand(e.mountListCommand(), e.mountAddCommand(), e.mountRemoveCommand())
	return cmd
}

type mountJSON struct {
	Type   string `json:"type"`
	Folder string `json:"folder"`
	Server string `json:"server"`
	Path   string `json:"path"`
}

func (e *env) mountListCommand() *cobra.Command {
	return listCommand(e, "mounts of the store", func(a *app.App) []remote.Mount { return a.Store().Mounts() },
		func(m remote.Mount) any { return mountJSON{"mount", m.Folder, m.Server, m.Path} },
		func(m remote.Mount) []string { return []string{m.Folder, m.Server + ":" + m.Path} })
}

func (e *env) mountAddCommand() *cobra.Command {
	var hide bool
	cmd := &cobra.Command{
		Use: "add FOLDER SERVER:[PATH/]", Short: "Make a local folder a window onto a server",
		Long: "Inside FOLDER, gantry's panes and commands work on the server: what is done there is done on the bucket. The folder is\n" +
			"made if it is missing, and must be empty unless --hide: then the mount hides what is in it, and leaves it as it is.",
		Args:              usageArgs(cobra.ExactArgs(2)),
		ValidArgsFunction: e.completeMount,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			server, path, found := strings.Cut(args[1], ":")
			if !found {
				return usagef("mount add: write the server as SERVER: or SERVER:path/, not %q", args[1])
			}
			return e.did(a.SaveMount(cmd.Context(), remote.Mount{Folder: app.Absolute(args[0]), Server: server, Path: path}, hide))
		},
	}
	cmd.Flags().BoolVar(&hide, "hide", false, "hide what is in the folder")
	return cmd
}

// completeMount leaves the folder to the shell and completes the location.
func (e *env) completeMount(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return e.completeLocation(cmd, args, typed)
}

func (e *env) mountRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "remove FOLDER", Short: "Take a mount away; the folder stays, and nothing in the bucket changes", Args: usageArgs(cobra.ExactArgs(1)),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			return e.completeNames(cmd, len(args) > 0, typed, func(a *app.App) []string {
				var folders []string
				for _, m := range a.Store().Mounts() {
					folders = append(folders, m.Folder)
				}
				return folders
			})
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			return e.did(a.RemoveMount(cmd.Context(), app.Absolute(args[0])))
		},
	}
}
