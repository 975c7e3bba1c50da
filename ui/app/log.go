package app

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const keptLogs = 20

// logFile is this process's own log file, since several processes log at once.
// It comes into being with the first record: most commands have nothing to say.
type logFile struct {
	dir, name string

	mu   sync.Mutex
	file *os.File
	err  error
}

func newLog(dir string, level slog.Level, now time.Time) (*slog.Logger, *logFile) {
	f := &logFile{dir: dir, name: fmt.Sprintf("%s-%d.log", now.Format("20060102-150405"), os.Getpid())}
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: level})), f
}

// Path is where the file is or will be.
func (f *logFile) Path() string { return filepath.Join(f.dir, "log", f.name) }

// Write appends one record. After a first failure it stays silent: a full disk
// must not stop the work that is logged.
func (f *logFile) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil && f.err == nil {
		f.file, f.err = openLog(f.dir, f.name)
	}
	if f.err != nil {
		return 0, f.err
	}
	return f.file.Write(p)
}

// Close ends the log.
func (f *logFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = os.ErrClosed
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

// openLog makes dir/log/name and removes the oldest files of earlier processes.
func openLog(dir, name string) (*os.File, error) {
	if err := makeState(dir); err != nil {
		return nil, err
	}
	state, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	defer func() { _ = state.Close() }()
	if err := state.Mkdir("log", 0o700); err != nil && !os.IsExist(err) {
		return nil, fmt.Errorf("log: %w", err)
	}
	prune(state)
	file, err := state.OpenFile(filepath.Join("log", name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	return file, nil
}

// prune keeps the newest log files; a log that cannot be removed is no reason
// not to start.
func prune(state *os.Root) {
	dir, err := state.Open("log")
	if err != nil {
		return
	}
	defer func() { _ = dir.Close() }()
	names, _ := dir.Readdirnames(-1)
	names = slices.DeleteFunc(names, func(n string) bool { return !strings.HasSuffix(n, ".log") })
	slices.Sort(names)
	for _, name := range names[:max(0, len(names)-keptLogs+1)] {
		_ = state.Remove(filepath.Join("log", name))
	}
}
