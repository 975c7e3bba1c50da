package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gantry/remote"
	"gantry/transfer"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

// Queue is the program's queue, made at its first use together with its
// journal: what needs no queue touches no state folder. Notices tells whether
// the journal is as it should be.
func (a *App) Queue() *transfer.Queue {
	a.queueOnce.Do(func() {
		t := a.config.Transfer
		policy, err := transfer.ParsePolicy(t.OnConflict)
		if err != nil {
			policy = transfer.PolicyAsk // the configuration was checked; ask is the safe one
		}
		if a.options.Forget {
			a.journal = journal.NewMemory()
		} else {
			a.journal = a.openJournal()
		}
		a.queue.Store(transfer.New(a.ctx, transfer.Options{
			Workers:    firstPositive(a.options.Workers, t.Workers),
			Files:      remote.FilesMost(),
			PartSize:   firstPositive(a.options.PartSize, int64(t.PartSize)),
			Verify:     t.Verify,
			Names:      t.Names,
			Retries:    t.Retries,
			Patience:   time.Duration(t.Patience),
			OnConflict: policy,
			Unattended: a.options.Unattended,
			Look:       a.look,
			Log:        a.log,
			Journal:    a.journal,
			Unrecorded: a.noJournal,
			Open:       a.tree,
		}))
		a.limitQueue(a.queue.Load()) // what the store says from here on is told to it
	})
	return a.queue.Load()
}

// Notices are what the user has to know about the journal once Queue has been
// called: that it was damaged, or that there is none.
func (a *App) Notices() []string { return a.notices }

// NoJournal is why the journal could not be opened, nil once Queue has been called
// and it could.
func (a *App) NoJournal() error { return a.noJournal }

// openJournal opens the journal of the state folder. Without one the queue
// works all the same, but forgets its jobs when the program ends.
func (a *App) openJournal() journal.Journal {
	err := makeState(a.options.StateDir)
	if err == nil {
		var jr *sqlite.Journal
		var told *sqlite.Recovered
		if jr, told, err = sqlite.Open(context.WithoutCancel(a.ctx), a.options.StateDir, sqlite.Options{Log: a.log}); err == nil {
			if told != nil {
				a.notices = append(a.notices, told.String())
			}
			return jr
		}
	}
	a.log.Error("open the journal", "error", err)
	if remote.KindOf(err) == remote.Crowded {
		a.noJournal = err
		a.notices = append(a.notices, remote.HintOf(err)+" Until then there is no journal, and jobs that are interrupted cannot be resumed.")
		return journal.NewMemory()
	}
	a.noJournal = &remote.Error{
		Op: "open the journal", Kind: remote.Other, Err: err,
		Hint: fmt.Sprintf("The journal in %s cannot be opened (%s). What is on record there is untouched; make the folder writable, or make room on its disk.",
			a.options.StateDir, remote.HintOf(err)),
	}
	a.notices = append(a.notices, remote.HintOf(a.noJournal)+" Until then jobs that are interrupted cannot be resumed.")
	return journal.NewMemory()
}

// tree gives the tree of a label: of a server, of s3://, of the disk.
func (a *App) tree(ctx context.Context, label string) (remote.Tree, error) {
	switch {
	case label == "":
		return a.disk, nil
	case label == ambientScheme:
		return a.ambient(ctx)
	}
	t, _, err := a.server(strings.TrimSuffix(label, ":"))
	if remote.KindOf(err) == remote.NotExist && err != nil {
		return nil, &remote.Error{
			Op: "open", Kind: remote.NotExist, Err: err,
			Hint: fmt.Sprintf("The server of %s is not in %s any more, so nothing can be done there.", label, a.store.Path()),
		}
	}
	return t, err
}
