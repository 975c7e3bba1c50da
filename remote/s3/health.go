package s3

import "gantry/remote"

// well notes that a request was answered. It costs one look while all is well.
func (c *conn) well() {
	if h := c.health.Load(); h == nil || *h != "" {
		c.health.Store(new(string))
	}
}

// unwell notes a failure that is about the server or the credential as such, not
// about one entry.
func (c *conn) unwell(e *remote.Error) {
	switch e.Kind {
	case remote.Auth, remote.Unreachable:
		if e.Hint != "" {
			c.health.Store(&e.Hint)
		}
	case remote.Denied, remote.NotExist, remote.Changed, remote.Exist:
		c.well() // it answered, and knows who we are
	}
}

// Health tells how the last request went: known is false when there was none
// yet, why is "" when it was answered, else a sentence. It asks nobody.
func (t *Tree) Health() (why string, known bool) {
	h := t.c.health.Load()
	if h == nil {
		return "", false
	}
	return *h, true
}
