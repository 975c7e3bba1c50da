package s3

import "gantry/remote"

var (
	_ remote.Pacer = (*Tree)(nil)
	_ remote.Pacer = (*Account)(nil)
)

// OnSlowDown has f called whenever the server asks to slow down, also where the
// tree tries again by itself.
func (t *Tree) OnSlowDown(f func()) { t.c.onSlow.Store(&f) }

// OnSlowDown has f called whenever the server asks to slow down.
func (t *Account) OnSlowDown(f func()) { t.c.onSlow.Store(&f) }

// slowDown notes that the server asked for it: listings send for fewer pages
// ahead (see sweep.widen), and whoever shares the server is told.
func (c *conn) slowDown() {
	c.slowDowns.Add(1)
	if f := c.onSlow.Load(); f != nil {
		(*f)()
	}
}
