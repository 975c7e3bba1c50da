package jobs

import (
	"fmt"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/text"
)

// SetOthers takes the jobs of other gantries. They stand below the own ones and are
// only looked at: the cursor does not go there.
func (v *View) SetOthers(all []transfer.Record) { v.others = all }

// ShowsOthers tells whether there are any.
func (v *View) ShowsOthers() bool { return len(v.others) > 0 }

// otherLines are the lines of such a job: its row, and whose it is.
const otherLines = 2

// elsewhere are the jobs of other gantries in at most so many lines.
func (v *View) elsewhere(c columns, most int) []string {
	var out []string
	for i, r := range v.others {
		if len(out)+otherLines >= most && i < len(v.others)-1 || len(out)+otherLines > most {
			if most > len(out) {
				left := text.Plural(int64(len(v.others)-i), "job") + " in other gantries"
				out = append(out, v.st.Dim.Render(text.Pad(text.Truncate("  … "+left, c.w), c.w)))
			}
			break
		}
		whose := "in another gantry"
		if r.PID != 0 {
			whose += fmt.Sprintf(", pid %d", r.PID)
		}
		if r.Err != nil {
			whose += ": " + remote.HintOf(r.Err)
		}
		line := text.Pad("", lead) + text.Clean(whose)
		out = append(out, v.row(r.Snapshot, c), v.st.Dim.Render(text.Pad(text.Truncate(line, c.w), c.w)))
	}
	return out
}
