package config

import (
	"time"

	"github.com/BurntSushi/toml"

	"gantry/remote"
	"gantry/remote/store"
	"gantry/remote/store/tomldoc"
	"gantry/ui/keys"
)

// Config is what [transfer], [ui] and [keys] say, over the defaults. It is
// plain data.
type Config struct {
	Transfer Transfer            `toml:"transfer"`
	UI       UI                  `toml:"ui"`
	Keys     map[string][]string `toml:"keys"` // action -> its keys instead of the default ones, as keys.Sequence writes them
}

// Transfer is the table [transfer]. Zero values of sizes and counts leave the
// choice to the queue.
type Transfer struct {
	Workers    int       `toml:"workers"`   // requests at a time over all jobs; 0: as many as pay
	PartSize   Bytes     `toml:"part_size"` // of multipart transfers; 0: by the size of the object
	Bandwidth  Timetable `toml:"bandwidth"` // of all jobs together; zero: no limit
	Retries    int       `toml:"retries"`   // of one request
	Patience   Duration  `toml:"patience"`  // how long a job waits for a server that does not answer
	Verify     string    `toml:"verify"`    // "auto", "full", "size"
	Names      string    `toml:"names"`     // keys that are no names on a disk: "refuse", "encode"
	OnConflict string    `toml:"on_conflict"`
}

// UI is the table [ui].
type UI struct {
	Theme   string `toml:"theme"` // "auto", "dark", "light", "high-contrast"
	Left    string `toml:"left"`  // location; "" for the current folder
	Right   string `toml:"right"` // location; "" for the current folder
	Sort    string `toml:"sort"`  // "name", "size", "time", "type"
	Reverse bool   `toml:"reverse"`
	Hidden  bool   `toml:"hidden"`
	Confirm bool   `toml:"confirm"` // ask before copy and move as well; delete always asks
	Mouse   bool   `toml:"mouse"`
}

// Action is a row of the action table of ui, as far as [keys] needs it.
type Action struct {
	ID    string
	Scope string   // see package keys
	Keys  []string // the default ones
}

// Defaults is what holds when the file says nothing.
func Defaults() Config {
	return Config{
		Transfer: Transfer{
			Retries:    10,
			Patience:   Duration(15 * time.Minute),
			Verify:     "auto",
			Names:      "refuse",
			OnConflict: "ask",
		},
		UI: UI{
			Theme:   "auto",
			Sort:    "name",
			Confirm: true,
			Mouse:   true,
		},
	}
}

// Load reads the file at path, the store's tables and those of this package in
// one pass. known is the action table, which [keys] is checked against; nil
// leaves that out. A missing file gives the defaults and an empty store; a file
// that is not as it must be is a *store.Refused with all its problems.
//
// The store checks every change of its file in the same way.
func Load(path string, known []Action) (*Config, *store.Store, error) {
	s, err := store.OpenWith(path, func(doc *tomldoc.Document, _ []byte) []remote.Problem {
		return check(doc, known)
	})
	if err != nil {
		return nil, nil, err
	}
	c, err := decode(s.Bytes())
	if err != nil {
		return nil, nil, &store.Refused{Path: s.Path(), Problems: []remote.Problem{store.DecodeProblem(err)}}
	}
	return &c, s, nil
}

// Parse reads the tables of this package from the bytes of a file, and reports
// their problems and unknown tables. With problems, the Config is the defaults.
func Parse(data []byte, known []Action) (Config, []remote.Problem) {
	doc, problems := tomldoc.Parse(data)
	problems = append(problems, check(doc, known)...)
	if len(problems) > 0 {
		tomldoc.Sort(problems)
		return Defaults(), problems
	}
	c, err := decode(data)
	if err != nil {
		return Defaults(), []remote.Problem{store.DecodeProblem(err)}
	}
	return c, nil
}

// decode reads a file that was checked, over the defaults.
func decode(data []byte) (Config, error) {
	c := Defaults()
	if _, err := toml.Decode(string(data), &c); err != nil {
		return Defaults(), err
	}
	for _, written := range c.Keys {
		for i, w := range written {
			q, err := keys.Parse(w)
			if err != nil {
				return Defaults(), err
			}
			written[i] = q.String()
		}
	}
	return c, nil
}
