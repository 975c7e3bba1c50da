package remote

import "strings"

// Writes tells whether an IAM action as "s3:PutObject" changes anything: whatever
// does not get, list or head.
func Writes(action string) bool {
	_, verb, _ := strings.Cut(action, ":")
	return !strings.HasPrefix(verb, "Get") && !strings.HasPrefix(verb, "List") && !strings.HasPrefix(verb, "Head")
}
