package sqlite

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Recovered says that an earlier journal was damaged, or that it or its newest
// entries are gone, and what became of it. It is for the user.
type Recovered struct {
	Time    time.Time // when it was found
	Why     string    // what is wrong, in a few words
	Aside   string    // where the damaged file is kept; "" if there is none
	Jobs    int64     // read whole from the damaged file
	Items   int64     // not ended, read whole
	Uploads int64     // not settled, read whole
	Lost    int64     // items that are known to be missing
	Broken  int64     // entries of any kind that could not be read
	Rebuilt bool      // the journal in use was made anew from what was whole
	Gone    bool      // there was a journal, and now there is none: nothing is known any more
}

// String is the notice in sentences.
func (r *Recovered) String() string {
	const leftovers = " `gantry leftovers` lists uploads that nobody knows any more."
	var b strings.Builder
	switch {
	case r.Gone:
		return fmt.Sprintf("The journal is gone: %s. A new one was begun; jobs that had not ended are not known any more.", r.Why) + leftovers
	case !r.Rebuilt:
		fmt.Fprintf(&b, "The journal has lost its newest entries: %s. What was recorded before is there; look at the jobs before you resume them.", r.Why)
		b.WriteString(leftovers)
		if r.Aside != "" {
			fmt.Fprintf(&b, " A copy of the damaged part is kept as %s.", r.Aside)
		}
		return b.String()
	}
	fmt.Fprintf(&b, "The journal was damaged. %s, %s and %s were recovered.", count(r.Jobs, "job"), count(r.Items, "open item"), count(r.Uploads, "unfinished upload"))
	switch {
	case r.Lost > 0:
		fmt.Fprintf(&b, " %s lost; the jobs they belong to list their sources again when they are resumed.", countVerb(r.Lost, "item"))
	case r.Broken > 0:
		fmt.Fprintf(&b, " %s could not be read.", count(r.Broken, "entry"))
	}
	if r.Aside != "" {
		fmt.Fprintf(&b, " The damaged file is kept as %s.", r.Aside)
	}
	if r.Uploads == 0 {
		b.WriteString(leftovers)
	}
	fmt.Fprintf(&b, " What was wrong: %s.", r.Why)
	return b.String()
}

func count(n int64, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "y"):
		what = what[:len(what)-1] + "ie"
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func countVerb(n int64, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return count(n, what) + " are"
}

// marshal is the notice as it waits in the journal.
func (r *Recovered) marshal() []byte {
	b, err := json.Marshal(r)
	if err != nil { // cannot happen: plain data
		return nil
	}
	return b
}

// unmarshal is nil for what is no notice.
func unmarshal(b []byte) *Recovered {
	var r Recovered
	if len(b) == 0 || json.Unmarshal(b, &r) != nil {
		return nil
	}
	return &r
}
