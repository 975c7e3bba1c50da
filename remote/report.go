package remote

import "time"

// StepState is how a step of a test ended.
type StepState string

// The states of a step. A step that is skipped says why in its Detail.
const (
	StepOK          StepState = "ok"
	StepDenied      StepState = "denied"
	StepUnsupported StepState = "unsupported"
	StepFailed      StepState = "failed"
	StepSkipped     StepState = "skipped"
)

// Step is one question that a test of a server asks. All texts but ID and State
// are for people and may hold what the server said: clean them before showing.
type Step struct {
	// ID is one of name tls clock identity region list read write multipart abort
	// delete tagging versions lifecycle.
	ID    string
	Title string
	State StepState

	Detail  string // what was seen: an address, an ARN, a region
	Missing string // the IAM action that was refused, as in "s3:PutObject"
	Without string // what works all the same
	Hint    string // a sentence with the remedy
	Kind    Kind   // of the failure
	Took    time.Duration
}

// Report is what a test of a server found, step by step in the order in which
// they were asked.
type Report struct {
	Server     string
	Credential string
	Identity   string        // ARN of whoever signs; "" when the service does not tell
	Region     string        // of the bucket
	Skew       time.Duration // that the server's clock is ahead of ours
	Started    time.Time
	Versioned  bool // the bucket keeps old versions
	Locked     bool // the bucket can keep objects from being changed for a time (object lock)
	Steps      []Step
}

// OK tells that nothing was refused or failed; what a service does not support
// and what was not asked is no fault.
func (r Report) OK() bool {
	for _, s := range r.Steps {
		if s.State == StepDenied || s.State == StepFailed {
			return false
		}
	}
	return true
}

// Step finds a step by its ID; false if it was not asked.
func (r Report) Step(id string) (Step, bool) {
	for _, s := range r.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return Step{}, false
}

// TestOptions say how far a test goes. The zero value changes nothing anywhere.
type TestOptions struct {
	// Write lets the test write objects under a name of its own, and remove them.
	Write bool
}
