package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gantry/remote"
	"gantry/remote/store/tomldoc"
)

// checker finds what a schema cannot: keys that miss, exclude each other or
// name something that is not there. It works on the file as it stands, so that
// a wrong type in one place does not hide a dangling name in another.
type checker struct {
	doc   *tomldoc.Document
	found []remote.Problem

	credentials map[string]*tomldoc.Node
	servers     map[string]*tomldoc.Node
	syncs       map[string]*tomldoc.Node
	automations map[string]*tomldoc.Node
}

// row is one table of the file.
type row struct {
	*tomldoc.Node
	path string
}

func check(doc *tomldoc.Document) []remote.Problem {
	c := &checker{doc: doc}
	c.credentials = c.names("credential")
	c.servers = c.names("server")
	c.syncs = c.names("sync")
	c.automations = c.names("automation")
	for _, r := range c.rows("credential") {
		c.credential(r)
	}
	for _, r := range c.rows("server") {
		c.server(r)
	}
	c.mounts()
	for _, r := range c.rows("sync") {
		c.sync(r)
	}
	for _, r := range c.rows("automation") {
		c.automation(r)
	}
	c.cycles()
	return c.found
}

// rows are the tables of one kind, as far as they are tables.
func (c *checker) rows(table string) []row {
	n := c.doc.Root.Child(table)
	if n == nil || n.Kind != tomldoc.Tables && n.Kind != tomldoc.List {
		return nil
	}
	var rows []row
	for i, item := range n.Items {
		if item.Kind == tomldoc.Table {
			rows = append(rows, row{item, tomldoc.Item(table, i)})
		}
	}
	return rows
}

// names finds the tables of one kind by their names and reports those that are
// there twice.
func (c *checker) names(table string) map[string]*tomldoc.Node {
	found := map[string]*tomldoc.Node{}
	first := map[string]string{}
	for _, r := range c.rows(table) {
		name, ok := r.text("name")
		switch {
		case !ok || name == "":
		case found[name] != nil:
			c.at(r, "name", "this name is taken by "+first[name]+" already")
		default:
			found[name], first[name] = r.Node, r.path
		}
	}
	return found
}

func (r row) text(key string) (string, bool) {
	n := r.Child(key)
	if n == nil || n.Kind != tomldoc.Text {
		return "", false
	}
	return n.Text, true
}

func (r row) flag(key string) bool {
	n := r.Child(key)
	return n != nil && n.Kind == tomldoc.Flag && n.Text == "true"
}

func (r row) has(key string) bool { return r.Child(key) != nil }

// at reports a problem with a key of a row, or with the row if the key is not
// there.
func (c *checker) at(r row, key, message string) {
	n, field := r.Node, r.path
	if kid := r.Child(key); kid != nil {
		n = kid
	}
	if key != "" {
		field += "." + key
	}
	c.found = append(c.found, c.doc.Problem(n.At(), field, message))
}

// need reports keys that are missing. In a file that could not be read whole
// they may stand in the rest.
func (c *checker) need(r row, keys ...string) {
	for _, key := range keys {
		if !r.has(key) && c.doc.Whole {
			c.at(r, key, "is missing")
		}
	}
}

// refer reports a name that nothing in the file has.
func (c *checker) refer(r row, key, what string, there map[string]*tomldoc.Node) {
	name, ok := r.text(key)
	if !ok || !c.doc.Whole || there[name] != nil {
		return
	}
	c.at(r, key, noSuch(what, name, there))
}

func noSuch(what, name string, there map[string]*tomldoc.Node) string {
	if len(there) == 0 {
		return fmt.Sprintf("no %s of this name, and no other; add a [[%s]]", what, what)
	}
	var names []string
	for n := range there {
		names = append(names, n)
	}
	slices.Sort(names)
	if near := tomldoc.DidYouMean(name, names); near != "" {
		return "no " + what + " has this name" + near
	}
	if len(names) > 5 {
		return fmt.Sprintf("no %s has this name; there are %d others", what, len(names))
	}
	return "no " + what + " has this name; there is " + tomldoc.Or(names)
}

// location reports a location on a server that is not in the file.
func (c *checker) location(r row, key, location string) {
	name, _, found := strings.Cut(location, ":")
	if !found || strings.ContainsAny(name, `/\`) || strings.HasPrefix(location, "s3://") || filepath.VolumeName(location) != "" {
		return
	}
	if c.doc.Whole && c.servers[name] == nil {
		c.at(r, key, noSuch("server", name, c.servers)+"; a local file of that name is written with ./ before it")
	}
}

func (c *checker) mounts() {
	folders := map[string]string{}
	for _, r := range c.rows("mount") {
		c.need(r, "folder", "server")
		c.refer(r, "server", "server", c.servers)
		folder, ok := r.text("folder")
		if !ok {
			continue
		}
		folder = filepath.Clean(folder)
		if first := folders[folder]; first != "" {
			c.at(r, "folder", "this folder is taken by "+first+" already")
			continue
		}
		folders[folder] = r.path
	}
}

func (c *checker) sync(r row) {
	c.need(r, "name", "source", "destination")
	for _, key := range []string{"source", "destination"} {
		if l, ok := r.text(key); ok {
			c.location(r, key, l)
		}
	}
	if r.has("max_delete") && !r.flag("delete") {
		c.at(r, "max_delete", "has no meaning without delete = true")
	}
}

func (c *checker) automation(r row) {
	c.need(r, "name", "trigger", "action")
	if n := r.Child("trigger"); n != nil && n.Kind == tomldoc.Table {
		t := row{n, r.path + ".trigger"}
		c.exactlyOne(t, "schedule", "every", "watch", "after", "start")
		c.refer(t, "after", "automation", c.automations)
		if after, ok := t.text("after"); ok {
			if self, _ := r.text("name"); after == self {
				c.at(t, "after", "an automation cannot wait for itself")
			}
		}
		if watch, ok := t.text("watch"); ok {
			c.location(t, "watch", watch)
		}
		if t.has("zone") && !t.has("schedule") {
			c.at(t, "zone", "belongs to schedule, which is missing")
		}
	}
	if n := r.Child("action"); n != nil && n.Kind == tomldoc.Table {
		c.action(row{n, r.path + ".action"})
	}
}

func (c *checker) action(a row) {
	c.exactlyOne(a, "sync", "op")
	c.refer(a, "sync", "sync", c.syncs)
	op, _ := a.text("op")
	for _, key := range []string{"source", "destination", "on_conflict"} {
		if a.has("sync") && a.has(key) {
			c.at(a, key, "does not belong to an action with sync")
		}
	}
	if a.has("sync") || op == "" {
		return
	}
	c.need(a, "source")
	if op == "delete" {
		if a.has("destination") {
			c.at(a, "destination", "does not belong to delete")
		}
	} else {
		c.need(a, "destination")
	}
	if n := a.Child("source"); n != nil {
		for _, item := range n.Items {
			if item.Kind == tomldoc.Text {
				c.location(a, "source", item.Text)
			}
		}
	}
	if to, ok := a.text("destination"); ok {
		c.location(a, "destination", to)
	}
}

// exactlyOne reports none, or more than one, of keys. A flag that is false does
// not count.
func (c *checker) exactlyOne(r row, keys ...string) {
	var have []string
	for _, key := range keys {
		if n := r.Child(key); n != nil && (n.Kind != tomldoc.Flag || n.Text == "true") {
			have = append(have, key)
		}
	}
	switch {
	case len(have) > 1:
		c.at(r, have[1], "excludes "+have[0]+"; keep one of them")
	case len(have) == 0 && c.doc.Whole:
		c.at(r, "", "one of "+strings.Join(keys[:len(keys)-1], ", ")+" or "+keys[len(keys)-1]+" is missing")
	}
}
