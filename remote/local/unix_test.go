//go:build unix

package local_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"gantry/remote"
	"gantry/remote/local"
)

// asNobody tells whether permissions hold in this process. For root they do
// not, so the test is run again in a child without rights.
func asNobody(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return true
	}
	dir, err := os.MkdirTemp("/tmp", "gantry-nobody")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o777))
	bin := filepath.Join(dir, "test")
	b, err := os.ReadFile(os.Args[0])
	must(t, err)
	must(t, os.WriteFile(bin, b, 0o755))
	must(t, os.Chmod(bin, 0o755)) // whatever the umask
	cmd := exec.CommandContext(t.Context(), bin, "-test.run=^"+t.Name()+"$")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

func TestDeniedIsDeniedWithAHint(t *testing.T) {
	if !asNobody(t) {
		return
	}
	dir := t.TempDir()
	tree := local.New()
	closed := filepath.Join(dir, "closed")
	must(t, os.Mkdir(closed, 0o755))
	writeFile(t, filepath.Join(closed, "f"), "x")
	writeFile(t, filepath.Join(dir, "unreadable"), "x")
	must(t, os.Chmod(filepath.Join(dir, "unreadable"), 0))
	must(t, os.Chmod(closed, 0))
	defer os.Chmod(closed, 0o755) //nolint:errcheck // for the clean-up

	_, err := tree.List(t.Context(), at(closed), "")
	wantKind(t, err, remote.Denied)
	_, err = tree.Stat(t.Context(), at(closed, "f"))
	wantKind(t, err, remote.Denied)
	_, err = get(t, tree, remote.Entry{Path: at(dir, "unreadable")})
	wantKind(t, err, remote.Denied)

	must(t, os.Chmod(closed, 0o555))
	_, err = put(t, tree, at(closed, "new"), "x", remote.CreateOptions{})
	wantKind(t, err, remote.Denied)
	wantKind(t, tree.Mkdir(t.Context(), at(closed, "d/e")), remote.Denied)
	wantKind(t, tree.Remove(t.Context(), []remote.Path{at(closed, "f")}), remote.Denied)
	wantKind(t, tree.Rename(t.Context(), at(closed, "f"), at(dir, "g")), remote.Denied)
}

// L12: one unreadable folder is told once and the walk goes on behind it.
func TestWalkGoesOnBehindAnUnreadableFolder(t *testing.T) {
	if !asNobody(t) {
		return
	}
	dir := t.TempDir()
	for _, d := range []string{"a", "closed/in", "z"} {
		must(t, os.MkdirAll(filepath.Join(dir, d), 0o755))
	}
	writeFile(t, filepath.Join(dir, "z", "f"), "x")
	must(t, os.Chmod(filepath.Join(dir, "closed"), 0))
	defer os.Chmod(filepath.Join(dir, "closed"), 0o755) //nolint:errcheck // for the clean-up
	var got []string
	for e, err := range remote.Walk(t.Context(), local.New(), at(dir)) {
		if err != nil {
			wantKind(t, err, remote.Denied)
			e.Name += " denied"
		}
		got = append(got, e.Name)
	}
	if d := cmp.Diff([]string{"a", "closed", "closed denied", "z", "z/f"}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// U11 and U12: what is no file is shown, and never opened; links are shown with
// where they lead, and never followed by Walk.
func TestOddEntriesAreShownAndNotOpened(t *testing.T) {
	dir := t.TempDir()
	tree := local.New()
	must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o644))
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	must(t, err)
	defer l.Close() //nolint:errcheck // of the test
	must(t, os.Mkdir(filepath.Join(dir, "d"), 0o755))
	writeFile(t, filepath.Join(dir, "d", "f"), "x")
	for name, to := range map[string]string{"tofile": "d/f", "todir": "d", "dangling": "nowhere", "loop": "loop", "tofifo": "fifo"} {
		must(t, os.Symlink(to, filepath.Join(dir, name)))
	}
	type row struct {
		Type remote.Type
		Dir  bool
	}
	got := map[string]row{}
	for e, err := range remote.All(t.Context(), tree, at(dir)) {
		must(t, err)
		got[e.Name] = row{e.Type, e.Dir}
		s, err := tree.Stat(t.Context(), e.Path)
		must(t, err)
		if d := cmp.Diff(e, s); d != "" {
			t.Errorf("List and Stat of %s:\n%s", e.Name, d)
		}
	}
	want := map[string]row{
		"fifo": {remote.Special, false}, "s": {remote.Special, false}, "d": {remote.Regular, true},
		"tofile": {remote.Link, false}, "todir": {remote.Link, true}, "dangling": {remote.Link, false},
		"loop": {remote.Link, false}, "tofifo": {remote.Link, false},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	for _, name := range []string{"fifo", "s", "tofifo"} {
		_, err := tree.Open(t.Context(), remote.Entry{Path: at(dir, name)}, 0, -1)
		wantKind(t, err, remote.Unsupported)
	}
	_, err = tree.Open(t.Context(), remote.Entry{Path: "/dev/null"}, 0, -1)
	wantKind(t, err, remote.Unsupported)
	_, err = tree.Open(t.Context(), remote.Entry{Path: at(dir, "d")}, 0, -1)
	wantKind(t, err, remote.Invalid)
	_, err = tree.Open(t.Context(), remote.Entry{Path: at(dir, "loop")}, 0, -1)
	wantKind(t, err, remote.Invalid)
	if s, err := get(t, tree, remote.Entry{Path: at(dir, "tofile")}); err != nil || s != "x" {
		t.Errorf("through a link: %q, %v", s, err)
	}
	for e := range remote.Walk(t.Context(), tree, at(dir)) {
		if strings.HasPrefix(e.Name, "todir/") {
			t.Errorf("Walk followed a link to %s", e.Name)
		}
	}
	if _, err := tree.List(t.Context(), at(dir, "fifo"), ""); remote.KindOf(err) != remote.Invalid {
		t.Errorf("List of a FIFO: %v", err)
	}
	if page, err := tree.List(t.Context(), at(dir, "todir"), ""); err != nil || len(page.Entries) != 1 || page.Entries[0].Path != at(dir, "todir", "f") {
		t.Errorf("List through a link: %+v, %v", page, err)
	}
}

// D15: nothing but files and links is replaced.
func TestFIFOIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o644))
	_, err := local.New().Create(t.Context(), at(dir, "fifo"), remote.CreateOptions{})
	wantKind(t, err, remote.Invalid)
	onlyNames(t, dir, "fifo")
}

// D12, D13: neither by dots nor by links.
// D13: whatever links are planted, before or in the middle, nothing is written
// outside of the scope.
func TestScopeIsNotLeftThroughLinks(t *testing.T) {
	for name, to := range map[string]string{"absolute": "", "relative": "../outside"} {
		t.Run(name, func(t *testing.T) {
			base := t.TempDir()
			outside, inside := filepath.Join(base, "outside"), filepath.Join(base, "inside")
			must(t, os.Mkdir(outside, 0o755))
			writeFile(t, filepath.Join(outside, "victim"), "safe")
			if to == "" {
				to = outside
			}
			view, err := local.New().Scope(t.Context(), at(inside))
			must(t, err)
			defer view.Close() //nolint:errcheck // of the test
			must(t, os.Symlink(to, filepath.Join(inside, "link")))

			_, err = put(t, view, at(inside, "link", "x"), "evil", remote.CreateOptions{})
			wantKind(t, err, remote.Denied)
			_, err = put(t, view, at(inside, "link", "d", "x"), "evil", remote.CreateOptions{})
			wantKind(t, err, remote.Denied)
			wantKind(t, view.Mkdir(t.Context(), at(inside, "link", "d")), remote.Denied)
			wantKind(t, view.Remove(t.Context(), []remote.Path{at(inside, "link", "victim")}), remote.Denied)
			r, _ := remote.As[remote.Renamer](view)
			wantKind(t, r.Rename(t.Context(), at(inside, "link", "victim"), at(inside, "stolen")), remote.Denied)

			// A folder becomes a link while a file in it is being written.
			s, err := view.Create(t.Context(), at(inside, "d", "x"), remote.CreateOptions{Size: 0})
			must(t, err)
			must(t, os.Rename(filepath.Join(inside, "d"), filepath.Join(inside, "moved")))
			must(t, os.Symlink(to, filepath.Join(inside, "d")))
			_, err = s.Commit(t.Context(), nil)
			must(t, err)
			onlyNames(t, filepath.Join(inside, "moved"), "x")
			onlyNames(t, outside, "victim")
			if got := readFile(t, filepath.Join(outside, "victim")); got != "safe" {
				t.Errorf("the victim holds %q", got)
			}
		})
	}
}

func TestScopeThroughAFolderThatIsALink(t *testing.T) {
	base := t.TempDir()
	must(t, os.Mkdir(filepath.Join(base, "real"), 0o755))
	must(t, os.Symlink(filepath.Join(base, "real"), filepath.Join(base, "link")))
	tree := local.New()
	view, err := tree.Scope(t.Context(), at(base, "link"))
	must(t, err)
	defer view.Close() //nolint:errcheck // of the test
	_, err = put(t, view, at(base, "link", "a", "x"), "1", remote.CreateOptions{})
	must(t, err)
	_, err = put(t, tree, at(base, "link", "b", "x"), "2", remote.CreateOptions{})
	must(t, err)
	onlyNames(t, filepath.Join(base, "real"), "a", "b")
}

// D18: a full disk is Full, the old file stays and nothing is left over.
func TestFullDiskKeepsTheOldFile(t *testing.T) {
	dir := t.TempDir()
	if err := mountSmall(dir); err != nil {
		t.Skipf("needs to mount: %v", err)
	}
	t.Cleanup(func() { unmount(dir) })
	tree := local.New()
	_, err := put(t, tree, at(dir, "f"), "old", remote.CreateOptions{})
	must(t, err)
	big := strings.Repeat("x", 2<<20)
	_, err = put(t, tree, at(dir, "f"), big, remote.CreateOptions{})
	wantKind(t, err, remote.Full) // when the space is reserved
	s, err := tree.Create(t.Context(), at(dir, "f"), remote.CreateOptions{Size: -1})
	must(t, err)
	_, err = s.WritePart(t.Context(), 1, strings.NewReader(big))
	wantKind(t, err, remote.Full) // when the bytes come
	must(t, s.Abort(context.WithoutCancel(t.Context())))
	onlyNames(t, dir, "f")
	if got := readFile(t, filepath.Join(dir, "f")); got != "old" {
		t.Errorf("the old file holds %q", got)
	}
	// D20: another disk is Unsupported, so that the caller moves instead.
	other := t.TempDir()
	wantKind(t, tree.Rename(t.Context(), at(dir, "f"), at(other, "f")), remote.Unsupported)
}

// D18: what a file holds already is not asked for again, and not thrown away when
// there is no room for the rest.
func TestAResumedFileNeedsRoomForTheRestOnly(t *testing.T) {
	dir := t.TempDir()
	if err := mountSmall(dir); err != nil {
		t.Skipf("needs to mount: %v", err)
	}
	t.Cleanup(func() { unmount(dir) })
	tree := local.New()
	piece := strings.Repeat("x", 256<<10)
	o := remote.CreateOptions{Size: 1 << 20, PartSize: 256 << 10}
	s, err := tree.Create(t.Context(), at(dir, "f"), o)
	must(t, err)
	for n := range 3 {
		_, err = s.WritePart(t.Context(), n+1, strings.NewReader(piece))
		must(t, err)
	}
	o.Resume = s.ID()
	must(t, os.WriteFile(filepath.Join(dir, "other"), []byte(piece[:128<<10]), 0o600))
	_, err = tree.Create(t.Context(), at(dir, "f"), o)
	wantKind(t, err, remote.Full)
	must(t, os.Remove(filepath.Join(dir, "other")))
	again, err := tree.Create(t.Context(), at(dir, "f"), o)
	must(t, err)
	if again.ID() != o.Resume {
		t.Error("what was written is thrown away")
	}
	must(t, again.Abort(t.Context()))
}
