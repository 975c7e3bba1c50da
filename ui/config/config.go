package config

import (
	"time"

	"gantry/remote/store"
)

// Config is what [transfer], [ui] and [keys] say, over the defaults. It is
// plain data.
type Config struct {
	Transfer Transfer            `toml:"transfer"`
	UI       UI                  `toml:"ui"`
	Keys     map[string][]string `toml:"keys"` // action -> its keys instead of the default ones, as ui/keys writes them
}

// Transfer is the table [transfer]. Zero values of sizes and counts leave the
// choice to the queue.
type Transfer struct {
	Workers    int      `toml:"workers"`   // requests at a time over all jobs; 0: as many as pay
	PartSize   Bytes    `toml:"part_size"` // of multipart transfers; 0: by the size of the object
	Bandwidth  Rate     `toml:"bandwidth"` // of all jobs together; 0: no limit
	Retries    int      `toml:"retries"`   // of one request
	Patience   Duration `toml:"patience"`  // how long a job waits for a server that does not answer
	Verify     string   `toml:"verify"`    // "auto", "full", "size"
	OnConflict string   `toml:"on_conflict"`
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
	Scope string   // see keys.Overlaps
	Keys  []string // the default ones
}

// Defaults is what holds when the file says nothing.
func Defaults() Config {
	return Config{
		Transfer: Transfer{
			Retries:    10,
			Patience:   Duration(15 * time.Minute),
			Verify:     "auto",
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

// Load reads the file.
func Load(path string, known []Action) (*Config, *store.Store, error) {
	s, err := store.Open(path)
	if err != nil {
		return nil, nil, err
	}
	c := Defaults()
	_ = known
	return &c, s, nil
}

// Example is config.toml.example.
func Example() string { return "" }
