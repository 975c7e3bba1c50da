package ui_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/wrap"
	"gantry/ui"
)

// linking is a tree that makes links; fails is why it cannot.
type linking struct {
	remote.Tree
	fails error
}

const signature = "X-Amz-Signature=0123456789abcdef"

func (l linking) Presign(_ context.Context, p remote.Path, life time.Duration) (remote.Presigned, error) {
	if l.fails != nil {
		return remote.Presigned{}, l.fails
	}
	return remote.Presigned{
		URL: remote.NewSecret("https://host/" + string(p) + "?" + signature), Ends: epoch().Add(life), Notes: []string{"It ends with the session."},
	}, nil
}

// linkWorld is a world whose servers make links; vault: is read-only.
func linkWorld(t *testing.T, right string, fails error) (w *world, raw *[]string) {
	t.Helper()
	w, raw = build(t), new([]string)
	open := w.deps.Open
	w.deps.Right = right
	w.deps.Open = func(ctx context.Context, location string) (remote.Place, error) {
		place, err := open(ctx, location)
		switch place.Server {
		case "acme":
			place.Tree = linking{w.acme, fails}
		case "vault":
			place.Tree = wrap.ReadOnly(linking{w.vault, fails}, "The server vault is read-only.")
		}
		return place, err
	}
	w.start(t, 100, 30)
	ui.OnRaw(w.model, func(s string) { *raw = append(*raw, s) })
	return w, raw
}

func TestALinkIsShownOnceAndCopied(t *testing.T) {
	for location, name := range map[string]string{"acme:inbox/": "report.pdf", "vault:": "sealed.txt"} {
		w, raw := linkWorld(t, location, nil)
		w.Keys("tab")
		w.to(t, name)
		w.Keys("s", "p")
		w.sees(t, "Link to "+name, "Anyone with this link can read it until 2026-03-14 16:09:26 UTC.", "ends with the session", signature)
		w.Keys("Y")
		want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte("https://host/"+path(location, name)+"?"+signature)) + "\x07"
		if len(*raw) != 1 || (*raw)[0] != want {
			t.Errorf("%s: the clipboard got %q", location, *raw)
		}
		w.Keys("esc")
		w.sees(t, "Copied: the link")
		w.lacks(t, signature)
		w.Keys("@", "?")
		w.lacks(t, signature)
	}
}

// path is an entry below a location, without its server.
func path(location, name string) string {
	_, dir, _ := strings.Cut(location, ":")
	return dir + name
}

func TestWhereNoLinkCanBeMadeTheActionSaysWhy(t *testing.T) {
	w, _ := linkWorld(t, "acme:inbox/", nil)
	w.to(t, "notes.txt")
	if got := ui.Blocked(w.model, "presign"); got != "links are made to objects on a server" {
		t.Errorf("on the disk: %q", got)
	}
	w.Keys("s", "p")
	w.sees(t, "links are made to objects on a server")
	w.Keys("tab")
	w.to(t, "march")
	if got := ui.Blocked(w.model, "presign"); got != "a folder is under the cursor" {
		t.Errorf("on a folder: %q", got)
	}
	w.to(t, "report.pdf")
	if got := ui.Blocked(w.model, "presign"); got != "" {
		t.Errorf("on an object: %q", got)
	}
}

func TestALinkThatCannotBeMadeSaysWhy(t *testing.T) {
	w, _ := linkWorld(t, "acme:inbox/", &remote.Error{Op: "make a link", Kind: remote.Denied, Hint: "The credential may not read this."})
	w.Keys("tab")
	w.to(t, "report.pdf")
	w.Keys("s", "p")
	w.sees(t, "Could not make a link to report.pdf", "The credential may not read this.")
}
