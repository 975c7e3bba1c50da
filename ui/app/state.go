package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ConfigFile is where the store lives: file if set, else $GANTRY_CONFIG, else
// the XDG configuration folder (contract.md, "The store").
func ConfigFile(file string) string {
	return firstOf(file, os.Getenv("GANTRY_CONFIG"), filepath.Join(xdg("XDG_CONFIG_HOME", ".config"), "gantry", "config.toml"))
}

// StateDir is where journal, logs and history live: dir if set, else
// $GANTRY_STATE, else the XDG state folder.
func StateDir(dir string) string {
	return firstOf(dir, os.Getenv("GANTRY_STATE"), filepath.Join(xdg("XDG_STATE_HOME", ".local/state"), "gantry"))
}

// xdg is the folder that name says, or fallback below the home folder. The
// specification has relative values ignored.
func xdg(name, fallback string) string {
	if dir := os.Getenv(name); filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(Home(), filepath.FromSlash(fallback))
}

// Home is the user's home folder, "/" if there is none.
func Home() string {
	if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
		return home
	}
	return string(filepath.Separator)
}

// ExpandHome replaces a leading ~ by the home folder.
func ExpandHome(path string) string {
	if path == "~" {
		return Home()
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(Home(), rest)
	}
	return path
}

// Absolute is a local path as the store keeps it: absolute, or below ~ as it was
// written.
func Absolute(path string) string {
	if path == "~" || strings.HasPrefix(path, "~/") {
		return path
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return full
}

// makeState makes the state folder, for its owner only.
func makeState(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	// A folder that existed may be open to others; what is in it is not for them.
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	return nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
