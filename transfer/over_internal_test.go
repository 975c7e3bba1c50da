package transfer

import "testing"

// TestAJobIsNotOverWhileItemsWaitForOthers, whoever ends those, and wherever.
func TestAJobIsNotOverWhileItemsWaitForOthers(t *testing.T) {
	j := &job{}
	j.listed = true
	first, second := &item{j: j, dst: "in/a"}, &item{j: j, dst: "in/a"}
	if j.twins.waits(first) || !j.twins.waits(second) {
		t.Fatal("the second one does not wait for the first one")
	}
	if j.isOver() {
		t.Error("it is over, and an item waits")
	}
	if j.twins.left(first) != second || !j.isOver() {
		t.Error("nothing waits, and it is not over")
	}
}
