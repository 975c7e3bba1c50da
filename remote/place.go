package remote

// Place is a location that has been resolved: a folder or an entry of a live
// tree, and what the screen shows about it.
type Place struct {
	Tree   Tree
	Path   Path
	Server string // name in the store; "" for the disk and for s3://
	Region string // "" for the disk
	Mount  string // local folder whose window this is; "" if not reached through a mount
	Root   Path   // the path in Tree that Mount stands for
}

// Location is the place as a user would type it, byte for byte.
func (p Place) Location() string { return p.Tree.Label() + string(p.Path) }
