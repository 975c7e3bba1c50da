package local_test

import (
	"path/filepath"
	"testing"

	"gantry/remote"
	"gantry/remote/local"
)

func TestTheRoomOfAFolderThatIsToBeMadeIsThatOfItsVolume(t *testing.T) {
	dir := t.TempDir()
	tree := local.New()
	here, err := tree.Space(t.Context(), remote.Path(dir))
	if err != nil || here.Volume == "" || here.Free == 0 {
		t.Fatalf("%+v, %v", here, err)
	}
	there, err := tree.Space(t.Context(), remote.Path(filepath.Join(dir, "not", "yet")))
	if err != nil || there.Volume != here.Volume {
		t.Errorf("%+v, %v; it is in %+v", there, err, here)
	}
}

func TestAnOrdinaryFolderTellsUpperFromLowerCaseWhereTheSystemDoes(t *testing.T) {
	tree := local.New()
	view, err := tree.Scope(t.Context(), remote.Path(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close() //nolint:errcheck // nothing was written
	if got, want := view.Caps().FoldsCase, tree.Caps().FoldsCase; got != want {
		t.Errorf("it folds case: %t, want %t", got, want)
	}
}
