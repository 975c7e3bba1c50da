package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version of this source tree.
const release = "0.1.0"

// Version is the release and, where the build knows it, the commit.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return release + "+" + s.Value[:12]
		}
	}
	return release
}

func (e *env) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if e.json {
				return e.out.Object(map[string]string{"type": "version", "version": Version(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH}, true)
			}
			return e.out.Line(fmt.Sprintf("gantry %s %s %s/%s", Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH))
		},
	}
}
