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
