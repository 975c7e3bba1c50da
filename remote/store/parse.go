package store

import (
	"errors"

	"github.com/BurntSushi/toml"

	"gantry/remote"
	"gantry/remote/store/tomldoc"
)

// Data is what the store's own tables say, with the defaults of contract.md
// filled in where the file is silent: type "s3", region "auto", integrity
// "auto", 64 connections, sessions of 3600 seconds, mode "push", automations
// enabled. Encryption "none" is "".
type Data struct {
	Credentials []remote.Credential `toml:"credential"`
	Servers     []remote.Server     `toml:"server"`
	Mounts      []remote.Mount      `toml:"mount"`
	Syncs       []remote.Sync       `toml:"sync"`
	Automations []remote.Automation `toml:"automation"`
}

// DefaultConnections is how many connections a server may use at a time.
const DefaultConnections = 64

// Extra checks what else is in a file, for whoever keeps tables of its own
// there: the document, and its bytes for decoding.
type Extra func(doc *tomldoc.Document, data []byte) []remote.Problem

// Parse reads the store's own tables; other tables are not looked at. With
// problems, Data is empty.
func Parse(data []byte) (Data, []remote.Problem) {
	return parse(data, nil)
}

func parse(data []byte, extra Extra) (Data, []remote.Problem) {
	doc, problems := tomldoc.Parse(data)
	problems = append(problems, doc.Check(Fields())...)
	problems = append(problems, check(doc)...)
	if extra != nil {
		problems = append(problems, extra(doc, data)...)
	}
	if len(problems) > 0 {
		tomldoc.Sort(problems)
		return Data{}, problems
	}
	out, err := decode(data)
	if err != nil {
		return Data{}, []remote.Problem{DecodeProblem(err)}
	}
	return out, nil
}

// DecodeProblem says where decoding failed, and nothing else: the text of err
// may hold the value.
func DecodeProblem(err error) remote.Problem {
	var fault toml.ParseError
	if errors.As(err, &fault) {
		return remote.Problem{Line: fault.Position.Line, Col: max(1, fault.Position.Col), Message: "this is not valid here"}
	}
	return remote.Problem{Message: "a value is not of the right type"}
}

// decode reads values and fills in defaults; it does not check.
func decode(data []byte) (Data, error) {
	var d Data
	meta, err := toml.Decode(string(data), &d)
	if err != nil {
		return Data{}, err
	}
	for i := range d.Credentials {
		if c := &d.Credentials[i]; c.Type == remote.AssumeRole && c.Duration == 0 {
			c.Duration = remote.DefaultDuration
		}
	}
	for i := range d.Servers {
		fillServer(&d.Servers[i])
	}
	for i := range d.Syncs {
		if d.Syncs[i].Mode == "" {
			d.Syncs[i].Mode = remote.Push
		}
	}
	if meta.IsDefined("automation") {
		fillAutomations(data, d.Automations)
	}
	return d, nil
}

func fillServer(s *remote.Server) {
	if s.Type == "" {
		s.Type = "s3"
	}
	if s.Region == "" {
		s.Region = "auto"
	}
	if s.Integrity == "" {
		s.Integrity = "auto"
	}
	if s.Encryption == "none" {
		s.Encryption = ""
	}
	if s.MaxConnections == 0 {
		s.MaxConnections = DefaultConnections
	}
}

// fillAutomations enables those that do not say whether they are: a bool alone
// does not tell.
func fillAutomations(data []byte, as []remote.Automation) {
	doc, _ := tomldoc.Parse(data)
	n := doc.Root.Child("automation")
	if n == nil {
		return
	}
	for i, item := range n.Items {
		if i < len(as) && item.Child("enabled") == nil {
			as[i].Enabled = true
		}
	}
}
