package ui

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	tea "github.com/charmbracelet/bubbletea"
)

// console is the terminal as programs get it that run in the screen's place.
type console struct{ in, out *os.File }

// externalMsg says that a program which had the terminal has ended.
type externalMsg struct {
	what string
	err  error
}

// needConsole is the Blocked of actions that give the terminal to a program
// working in a folder of the disk.
func needConsole(m *Model) string {
	switch {
	case m.console == nil:
		return "there is no terminal to give"
	case !isDisk(m.here().Place()):
		return "only folders on the disk have it"
	}
	return ""
}

// needEditable is the Blocked of edit.
func needEditable(m *Model) string {
	if why := needFile(m); why != "" {
		return why
	}
	if !isDisk(m.here().Place()) {
		return "only files on the disk can be edited; copy it there and back"
	}
	return needConsole(m)
}

// edit opens the file under the cursor in the user's editor.
func (m *Model) edit() tea.Cmd {
	p := m.here()
	e, ok := p.Current()
	if !ok {
		return nil
	}
	words := shellWords(firstOf(os.Getenv("VISUAL"), os.Getenv("EDITOR"), fallbackEditor()))
	// The path is absolute, so that it cannot be taken for an option.
	return m.external("edit "+e.Name, append(words, string(e.Path)), string(p.Place().Path))
}

// shell opens the user's shell in the pane's folder.
func (m *Model) shell() tea.Cmd {
	name := firstOf(os.Getenv("SHELL"), "/bin/sh")
	if runtime.GOOS == "windows" {
		name = firstOf(os.Getenv("COMSPEC"), "cmd.exe")
	}
	return m.external("run "+filepath.Base(name), []string{name}, string(m.here().Place().Path))
}

func fallbackEditor() string {
	if runtime.GOOS == "windows" {
		return "notepad"
	}
	return "vi"
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// external gives the terminal to a program. Bubble Tea waits for it in its
// loop; transfers go on meanwhile. The end of our context does not kill it:
// what is typed into an editor is the user's.
func (m *Model) external(what string, args []string, dir string) tea.Cmd {
	cmd := exec.CommandContext(context.WithoutCancel(m.ctx), args[0], args[1:]...)
	cmd.Dir = dir
	// The files themselves: through our wrappers the program would get pipes.
	cmd.Stdin, cmd.Stdout, cmd.Stderr = m.console.in, m.console.out, m.console.out
	return tea.ExecProcess(cmd, func(err error) tea.Msg { return externalMsg{what: what, err: err} })
}

// externalDone takes the terminal back. Bubble Tea v1 forgets the mouse.
func (m *Model) externalDone(msg externalMsg) tea.Cmd {
	if msg.err != nil {
		m.say(bad, fmt.Sprintf("Could not %s: %v", msg.what, msg.err))
	}
	var cmds []tea.Cmd
	if m.d.UI.Mouse {
		cmds = append(cmds, tea.EnableMouseCellMotion)
	}
	for p := range m.everyPane {
		if isDisk(p.Place()) {
			cmds = append(cmds, m.reload(p))
		}
	}
	return tea.Batch(cmds...)
}
