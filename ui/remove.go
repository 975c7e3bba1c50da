package ui

import (
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// namedMost is how many entries the question before a deletion names.
const namedMost = 5

// askDelete asks before a deletion and names what it will strike. What lies
// below folders is counted while the question is open.
func (m *Model) askDelete() tea.Cmd {
	c, ok := m.cargo()
	if !ok {
		return nil
	}
	from := m.active
	d := &blastDialog{
		cargo: c, id: m.nextID(),
		onYes: func() tea.Cmd {
			m.uncheck(from, c)
			m.submit(transfer.Delete, c, nil, "", "")
			return nil
		},
	}
	if c.dirs == 0 {
		d.sum = blast{Objects: int64(c.count), Bytes: c.bytes, Done: true}
	}
	d.Confirm = dialog.NewConfirm(m.st, d.options())
	m.dialogs.Push(d)
	if c.dirs == 0 {
		return nil
	}
	ctx, stop := context.WithCancel(m.ctx)
	d.stop = stop
	d.tally = newTally(ctx, d.id, c.place.Tree, c.all)
	m.blast = d
	return tea.Batch(d.tally.count(), d.tally.watch())
}

// tallied takes what has been counted below folders, and lets the counting go
// on while somebody looks.
func (m *Model) tallied(msg tallyMsg) tea.Cmd {
	d := m.blast
	if d == nil || d.id != msg.ID || d.closed {
		return nil
	}
	d.sum = msg.Sum
	d.Change(d.options())
	if !msg.Sum.ended() {
		return d.tally.watch()
	}
	m.blast = nil
	d.stop()
	return nil
}

// blastDialog is the question before a deletion. It starts on No, grows with
// what is counted, and takes no Yes before the count is final: who confirms
// must have seen the number.
type blastDialog struct {
	*dialog.Confirm
	cargo  cargo
	id     int
	tally  *tally
	stop   context.CancelFunc
	sum    blast
	onYes  func() tea.Cmd
	closed bool
}

var (
	_ dialog.Dialog = (*blastDialog)(nil)
	_ dialog.Mouser = (*blastDialog)(nil)
)

// options are the question for what is known now.
func (d *blastDialog) options() dialog.ConfirmOptions {
	o := dialog.ConfirmOptions{
		Title: "Delete", Text: d.text(), Danger: true, Yes: "Delete", No: "Keep",
		Objects: max(d.sum.Objects, d.sum.Folders), OnYes: d.onYes,
	}
	if !d.sum.ended() {
		o.Yes, o.Objects, o.Wait = "Counting…", 0, true
	}
	return o
}

// text names the blast radius: how much, how heavy, where exactly, and what.
func (d *blastDialog) text() string {
	var b strings.Builder
	least := ""
	if !d.sum.Done || d.sum.Err != nil {
		least = "at least "
	}
	b.WriteString("Delete " + least + text.Plural(d.sum.Objects, "object"))
	if d.sum.Folders > 0 {
		b.WriteString(" in " + text.Plural(d.sum.Folders, "folder"))
	}
	b.WriteString(", " + text.Size(d.sum.Bytes) + "?\n\n")
	b.WriteString("In " + text.Clean(d.cargo.place.Location()) + "\n")
	n := 0
	for e := range d.cargo.all {
		if n++; n > namedMost {
			b.WriteString("  and " + text.Count(int64(d.cargo.count-namedMost)) + " more\n")
			break
		}
		b.WriteString("  " + text.Clean(e.Name))
		if e.Dir && e.Type != remote.Link {
			b.WriteString("/ and everything below")
		}
		b.WriteString("\n")
	}
	if d.sum.Err != nil {
		b.WriteString("\nNot all could be counted: " + text.Clean(remote.HintOf(d.sum.Err)))
	}
	return b.String()
}

// Update stops the counting when the question is closed.
func (d *blastDialog) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	return d.leave(d.Confirm.Update(msg))
}

// Mouse is Update for clicks.
func (d *blastDialog) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	return d.leave(d.Confirm.Mouse(x, y, msg))
}

// leave stops the counting when the question is closed.
func (d *blastDialog) leave(done bool, cmd tea.Cmd) (bool, tea.Cmd) {
	if done {
		d.closed = true
		if d.stop != nil {
			d.stop()
		}
	}
	return done, cmd
}
