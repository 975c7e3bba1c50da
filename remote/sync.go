package remote

// SyncMode says which side of a sync follows the other.
type SyncMode string

// The modes of syncs.
const (
	Push   SyncMode = "push"    // the destination becomes like the source
	Pull   SyncMode = "pull"    // the source becomes like the destination
	TwoWay SyncMode = "two-way" // both get what is new on the other
)

// Sync is a saved pair of locations and how to make them alike. It is plain
// data; Include and Exclude are patterns of names relative to the two
// locations.
type Sync struct {
	Name        string   `toml:"name"`
	Description string   `toml:"description"`
	Source      string   `toml:"source"`      // location
	Destination string   `toml:"destination"` // location
	Mode        SyncMode `toml:"mode"`

	Include []string `toml:"include"`
	Exclude []string `toml:"exclude"`

	Checksum     bool   `toml:"checksum"`      // compare contents, not sizes and times
	Delete       bool   `toml:"delete"`        // delete at the destination what the source lacks
	MaxDelete    string `toml:"max_delete"`    // "100" entries or "10%" of them; more stops the sync; "" for the default
	DeleteSource bool   `toml:"delete_source"` // delete at the source what has arrived and was verified
	Schedule     string `toml:"schedule"`      // five cron fields or "@every 1h"; "" to run on demand only
}
