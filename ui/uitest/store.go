package uitest

import (
	"fmt"
	"strings"
)

// Store is a config.toml with the server acme, which is a bucket that the key
// named root opens. more are further lines of the server.
func Store(access, secret, bucket, endpoint string, more ...string) string {
	return fmt.Sprintf(`[[credential]]
name = "root"
type = "access_key"
access_key_id = %q
secret_access_key = %q

[[server]]
name = "acme"
type = "s3"
region = "us-east-1"
bucket = %q
credential = "root"
endpoint = %q
path_style = true
%s
`, access, secret, bucket, endpoint, strings.Join(more, "\n"))
}
