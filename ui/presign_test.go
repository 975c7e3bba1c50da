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
	w.acme.PutAt("inbox/second.pdf", "%PDF", epoch())
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
		w.sees(t, "Link to "+name, "15 minutes", "an hour", "7 days", "another time")
		w.lacks(t, "No link outlives")
		w.Keys("enter")
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
	w.Keys("s", "p", "h")
	w.sees(t, "Could not make a link to report.pdf", "The credential may not read this.")
}

func TestTheLifeOfALinkIsChosen(t *testing.T) {
	for keys, end := range map[string]string{"m": "2026-03-14 15:24", "d": "2026-03-15 15:09", "w": "2026-03-21 15:09", "o 9 0 m enter": "2026-03-14 16:39"} {
		w, _ := linkWorld(t, "acme:inbox/", nil)
		w.Keys("tab")
		w.to(t, "report.pdf")
		w.Keys(append([]string{"s", "p"}, strings.Fields(keys)...)...)
		w.sees(t, "Anyone with this link can read it until "+end)
	}
	w, _ := linkWorld(t, "acme:inbox/", nil)
	w.Keys("tab")
	w.to(t, "report.pdf")
	w.Keys("s", "p", "o", "8", "d", "enter")
	w.sees(t, "S3 takes links of at most 7 days")
}

func TestALinkSaysThatItDoesNotOutliveTheSession(t *testing.T) {
	w, _ := linkWorld(t, "acme:inbox/", nil)
	w.Keys("tab")
	w.to(t, "report.pdf")
	w.model = nil
	w.deps.Clock = func(string) (time.Time, bool) { return epoch().Add(40 * time.Minute), true }
	w.start(t, 100, 30)
	w.Keys("tab")
	w.to(t, "report.pdf")
	w.Keys("s", "p")
	w.sees(t, "No link outlives the session of", "which ends in 40 min", "an hour", "cut: the session ends before")
}

func TestLinksAreMadeToAllThatIsMarked(t *testing.T) {
	w, raw := linkWorld(t, "acme:inbox/", nil)
	w.Keys("tab", "ctrl+a", "s", "p")
	w.sees(t, "Link to ", "entries", "Anyone with the links")
	w.Keys("h")
	w.sees(t, "Links", "report.pdf: anyone with this link can read it until 2026-03-14 16:09:26 UTC.", "left out: a link is to one object")
	w.Keys("Y", "esc")
	w.sees(t, "Copied: ", " links")
	if len(*raw) != 1 {
		t.Fatalf("the clipboard got %q", *raw)
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(strings.TrimPrefix((*raw)[0], "\x1b]52;c;"), "\x07"))
	if lines := strings.Split(string(text), "\n"); err != nil || len(lines) < 2 || strings.Count(string(text), signature) != len(lines) {
		t.Errorf("the clipboard got %q, %v", text, err)
	}
	w.lacks(t, signature)
}

func TestALinkThatFailsAmongOthersIsNamed(t *testing.T) {
	w, _ := linkWorld(t, "acme:inbox/", &remote.Error{Op: "make a link", Kind: remote.Denied, Hint: "The credential may not read this."})
	w.Keys("tab", "ctrl+a", "s", "p", "h")
	w.sees(t, "✗ report.pdf: The credential may not read this.")
	w.lacks(t, "[ Copy ]")
}
