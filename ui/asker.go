package ui

import (
	"context"
	"errors"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
)

// AskLimit is how long a question of an Asker waits for its answer.
const AskLimit = 2 * time.Minute

// errUnanswered says that nobody answered in time, or that the user did not want
// to.
var errUnanswered = errors.New("the question was not answered")

// question is something that only the user knows.
type question struct {
	id     uint64
	title  string
	text   string
	secret bool
	check  func(string) error
	until  time.Time

	answer chan answer     // holds one
	ended  <-chan struct{} // nobody waits for the answer any more
}

// answer is what the user typed; nothing if the question was sent away.
type answer struct {
	value string
	given bool
}

// Asker brings questions of workers before the user: the code of an MFA device, a
// passphrase. A worker posts a question and waits on its own channel and its
// context; the screen answers by the question's id. Its methods may be called
// from several goroutines. It is made by NewAsker.
type Asker struct {
	limit time.Duration
	posts chan *question
	ids   chan uint64 // holds the next id

	mu    sync.Mutex
	given map[string]remote.Secret // passphrases that a form has asked for already, by credential
}

// NewAsker makes an Asker whose questions wait so long at most; AskLimit when 0.
func NewAsker(limit time.Duration) *Asker {
	if limit <= 0 {
		limit = AskLimit
	}
	a := &Asker{limit: limit, posts: make(chan *question), ids: make(chan uint64, 1), given: map[string]remote.Secret{}}
	a.ids <- 1
	return a
}

// TokenCode asks for the code that a device shows now.
func (a *Asker) TokenCode(ctx context.Context, credential, serial string) (string, error) {
	return a.ask(ctx, &question{
		title: "MFA code for " + credential, text: "The code that the device " + serial + " shows now:",
		check: checkCode,
	})
}

// offer answers the questions for a passphrase of a credential until what it
// returns is called.
func (a *Asker) offer(credential string, p remote.Secret) (withdraw func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.given[credential] = p
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.given, credential)
	}
}

// Passphrase asks for what the secret of a credential is encrypted with.
func (a *Asker) Passphrase(ctx context.Context, credential string) (remote.Secret, error) {
	a.mu.Lock()
	p, ok := a.given[credential]
	a.mu.Unlock()
	if ok {
		return p, nil
	}
	v, err := a.ask(ctx, &question{
		title: "Passphrase for " + credential, text: "The secret of " + credential + " is encrypted. Its passphrase:", secret: true,
		check: func(v string) error {
			if v == "" {
				return errors.New("a passphrase is needed")
			}
			return nil
		},
	})
	return remote.NewSecret(v), err
}

func checkCode(v string) error {
	for _, r := range v {
		if r < '0' || r > '9' {
			return errors.New("digits only, as the device shows them")
		}
	}
	if len(v) != 6 {
		return errors.New("six digits, as the device shows them")
	}
	return nil
}

// ask posts a question and waits for its answer.
func (a *Asker) ask(ctx context.Context, q *question) (string, error) {
	ctx, stop := context.WithTimeout(ctx, a.limit)
	defer stop()
	q.id = <-a.ids
	a.ids <- q.id + 1
	q.until, _ = ctx.Deadline()
	q.answer, q.ended = make(chan answer, 1), ctx.Done()
	select {
	case a.posts <- q:
	case <-ctx.Done():
		return "", unanswered(q, ctx.Err())
	}
	select {
	case got := <-q.answer:
		if !got.given {
			return "", unanswered(q, errUnanswered)
		}
		return got.value, nil
	case <-ctx.Done():
		return "", unanswered(q, ctx.Err())
	}
}

func unanswered(q *question, err error) error {
	if errors.Is(err, context.Canceled) {
		return err // what asked was called off
	}
	return &remote.Error{
		Op: "sign in", Kind: remote.Auth, Err: errUnanswered, Final: true,
		Hint: q.title + " was not given. Do it again and answer the question in time.",
	}
}

// questionMsg is a question that came.
type questionMsg struct{ q *question }

// overMsg says that nobody waits for an answer any more.
type overMsg struct{ id uint64 }

// waitQuestion waits for the next question. One such Cmd is under way at any
// time.
func (m *Model) waitQuestion() tea.Cmd {
	if m.d.Asker == nil {
		return nil
	}
	ctx, posts := m.ctx, m.d.Asker.posts
	return func() tea.Msg {
		select {
		case q := <-posts:
			return questionMsg{q}
		case <-ctx.Done():
			return nil
		}
	}
}

// raiseQuestion shows a question and waits for the next one and for the end of
// this one. It comes before whatever is open, which may be what waits for it.
func (m *Model) raiseQuestion(msg questionMsg) tea.Cmd {
	q := msg.q
	reply := func(v string, given bool) {
		delete(m.questions, q.id)
		m.hush()
		select {
		case q.answer <- answer{v, given}:
		default: // it has one
		}
	}
	d := dialog.NewPrompt(m.st, dialog.PromptOptions{
		Title: q.title, Secret: q.secret, OK: "Answer",
		Text:     q.text + "\n(until " + q.until.Format("15:04:05") + "; then what needs it fails, and can be tried again)",
		Check:    q.check,
		OnOK:     func(v string) tea.Cmd { reply(v, true); return nil },
		OnCancel: func() tea.Cmd { reply("", false); return nil },
	})
	m.questions[q.id] = d
	m.dialogs.PushOver(d)
	m.tell(plain, q.title+" is needed.")
	over := func() tea.Msg {
		<-q.ended // its limit or its worker ends it, answered or not
		return overMsg{q.id}
	}
	return tea.Batch(m.waitQuestion(), over)
}

// questionOver closes the window of a question for which nobody waits.
func (m *Model) questionOver(msg overMsg) {
	if d, ok := m.questions[msg.id]; ok {
		delete(m.questions, msg.id)
		m.dialogs.Drop(d)
	}
}
