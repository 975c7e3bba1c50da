package remote

// Automation is a saved rule: when (Trigger) do what (Action). It is plain
// data.
type Automation struct {
	Name        string  `toml:"name"`
	Description string  `toml:"description"`
	Enabled     bool    `toml:"enabled"`
	Trigger     Trigger `toml:"trigger"`
	Action      Action  `toml:"action"`
}

// Trigger says when an automation runs. Exactly one of Schedule, Every, Watch,
// After and Start is set.
type Trigger struct {
	Schedule string `toml:"schedule"` // five cron fields
	Zone     string `toml:"zone"`     // of Schedule, "Europe/Berlin"; "" for the local one
	Every    string `toml:"every"`    // duration, "15m"
	Watch    string `toml:"watch"`    // location whose changes trigger
	After    string `toml:"after"`    // another automation that has ended well
	Start    bool   `toml:"start"`    // when the agent starts
}

// Action is what an automation does: run a saved sync, or one operation.
type Action struct {
	Sync string `toml:"sync"` // a sync of the store; excludes the rest

	Op          string   `toml:"op"`          // "copy", "move" or "delete"
	Source      []string `toml:"source"`      // locations, patterns allowed
	Destination string   `toml:"destination"` // location; "" for "delete"
	OnConflict  string   `toml:"on_conflict"` // words of --on-conflict, without "ask"
}
