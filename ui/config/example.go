package config

// Example is the text of config.toml.example: every key, commented out, with its
// default or an example. A "#" directly before a key or a table comments it out;
// "# " begins words. Taking all of the former away leaves a valid file whose
// [transfer] and [ui] are the defaults.
func Example() string { return example }

const example = `# gantry reads this file as ~/.config/gantry/config.toml (or $GANTRY_CONFIG, or --config FILE).
# It holds secrets: it must be of mode 0600, in a folder of mode 0700.
#
#   mkdir -m 700 -p ~/.config/gantry
#   install -m 600 config.toml.example ~/.config/gantry/config.toml
#
# Every key is here. A key that is commented out has its default, or is an example;
# take the "#" directly before it away to set it. "gantry config check" reads the file
# as the program does and tells everything that is wrong with it.
# What the program changes on your behalf changes only the value in question.


# Credentials: how to authenticate. Any number of servers may use the same one.

# An access key, with its secret in this file.
#[[credential]]
#name = "ops"
#description = "our own account"
#type = "access_key"                # access_key | assume_role | profile | environment | anonymous
#access_key_id = "AKIAIOSFODNN7EXAMPLE"
#secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#session_token = "only for temporary keys"

# The same with its secret in an environment variable.
#[[credential]]
#name = "ops-env"
#type = "access_key"
#access_key_id = "AKIAIOSFODNN7EXAMPLE"
#secret_access_key_env = "OPS_SECRET"

# With a program that prints the secret: its first line counts; no shell; 30 seconds.
#[[credential]]
#name = "ops-pass"
#type = "access_key"
#access_key_id = "AKIAIOSFODNN7EXAMPLE"
#secret_access_key_command = ["pass", "s3/ops"]

# With the secret in the desktop's keyring, service "gantry".
#[[credential]]
#name = "ops-keyring"
#type = "access_key"
#access_key_id = "AKIAIOSFODNN7EXAMPLE"
#secret_access_key_keyring = true

# With the secret in this file, encrypted with a passphrase that is asked for once in
# every run; "gantry credential add --secret-place age" writes it.
#[[credential]]
#name = "ops-age"
#type = "access_key"
#access_key_id = "AKIAIOSFODNN7EXAMPLE"
#secret_access_key_age = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCAuLi4K"

# A role, whose sessions another credential asks STS for.
#[[credential]]
#name = "partner"
#type = "assume_role"
#role_arn = "arn:aws:iam::123456789012:role/exchange"
#source = "ops"                     # the credential that calls STS; without it the AWS default chain
#external_id = "agreed-with-partner"
#session_name = "gantry"            # default: user@host
#mfa_serial = "arn:aws:iam::123456789012:mfa/me"
#session_policy = "read-only"       # what the session may do at most; default: what the role may
#duration = 3600                    # seconds, 900 to 43200; renewed before it ends
#sts_endpoint = "https://sts.eu-central-1.amazonaws.com"
#region = "eu-central-1"            # for STS; default: the server's

# A profile of the AWS files in ~/.aws, also one that uses SSO or credential_process.
#[[credential]]
#name = "work"
#type = "profile"
#profile = "work"

# What the AWS default chain finds: environment, container, instance. These give keys; no variable changes where a server
# is or where one signs in.
#[[credential]]
#name = "here"
#type = "environment"

# Nothing, for public buckets.
#[[credential]]
#name = "nobody"
#type = "anonymous"


# Servers: a named connection to one bucket, or to one prefix of it. NAME:path is a location.

#[[server]]
#name = "acme"
#description = "exchange with ACME"
#type = "s3"
#region = "auto"                    # any region, as "eu-central-1"; "auto" asks the bucket
#bucket = "acme-exchange"
#prefix = "team-a/"                 # default: the whole bucket
#credential = "partner"
#read_only = false
#storage_class = "STANDARD"
#encryption = "aws:kms"             # none | AES256 | aws:kms; default: none, which leaves it to the bucket
#kms_key_id = "arn:aws:kms:eu-central-1:123456789012:key/0e9e1c5c-0000-4000-8000-000000000000"
#acl = "bucket-owner-full-control"  # default: none is sent
#requester_pays = false
#accelerate = false
#dual_stack = false
#fips = false
#integrity = "auto"                 # auto | strict | compatible
#max_connections = 64
#bandwidth = "unlimited"            # bytes a second, as "50MiB/s"

# A service that speaks S3 elsewhere.
#[[server]]
#name = "minio"
#bucket = "data"
#credential = "ops"
#endpoint = "https://minio.example.com:9000"
#path_style = true                  # default: false
#ca_bundle = "~/certs/minio.pem"    # default: the system's
#allow_http = false                 # http:// to other machines; anybody on the way can read it


# Mounts: a server, and a path in it, seen through a local folder.

#[[mount]]
#folder = "~/partners/acme"         # an empty folder
#server = "acme"
#path = "inbox/"                    # default: the server's root


# How to transfer.

#[transfer]
#workers = 0                        # requests at a time; 0: as many as pay
#part_size = "auto"                 # 5MiB to 5GiB; "auto": by the size of the object
#bandwidth = "unlimited"            # of all jobs together, as "20MiB/s"; by the time of day as
#                                   # "08:00,2MiB/s 19:00,off" or "Mon-08:00,2MiB/s Fri-19:00,off"
#retries = 10                       # of one request
#patience = "15m"                   # how long a job waits for a server that does not answer
#verify = "auto"                    # auto | full | size
#names = "refuse"                   # refuse | encode: keys that the disk cannot hold, as "a//b"; encode writes %HH
#on_conflict = "ask"                # ask | overwrite | newer | size | checksum | rename | skip | fail


# How the screen looks.

#[ui]
#theme = "auto"                     # auto | dark | light | high-contrast
#left = ""                          # location of the left pane; "" is the current folder
#right = ""
#sort = "name"                      # name | size | time | type
#reverse = false
#hidden = false                     # show names that begin with a dot
#confirm = true                     # ask before copying and moving as well; deleting always asks
#mouse = true


# Keys: action = [keys]. A list takes the place of the action's own keys; [] leaves none.
# The actions and their keys are in the help (F1) and in the README.

#[keys]
#copy = ["f5", "c"]


# Syncs: a pair of locations and how to make them alike.

#[[sync]]
#name = "inbox"
#description = "what ACME sent, for the accountants"
#source = "acme:inbox/"
#destination = "~/accounts/inbox/"
#mode = "push"                      # push | pull | two-way
#include = ["*.csv", "*.pdf"]       # default: everything
#exclude = ["tmp/**"]
#checksum = false                   # compare contents, not sizes and times
#delete = true                      # delete at the destination what the source lacks; default: false
#max_delete = "10%"                 # entries, or a share of them; more stops the sync
#delete_source = false              # delete at the source what has arrived and was verified
#schedule = "30 6 * * 1-5"          # five cron fields, "@daily" or "@every 1h"; default: on demand only


# Automations: when (trigger) do what (action).

# trigger is one of: schedule (with zone), every, watch, after, start.
#[[automation]]
#name = "fetch-inbox"
#description = "every morning in Berlin"
#enabled = true
#trigger = { schedule = "30 6 * * 1-5", zone = "Europe/Berlin" }
#action = { sync = "inbox" }

#[[automation]]
#name = "send-reports"
#trigger = { watch = "~/reports/" }
#action = { op = "copy", source = ["~/reports/*.pdf"], destination = "acme:reports/", on_conflict = "newer" }

#[[automation]]
#name = "archive"
#trigger = { after = "fetch-inbox" }
#action = { op = "move", source = ["acme:inbox/*.csv"], destination = "acme:done/", on_conflict = "rename" }

#[[automation]]
#name = "sweep"
#trigger = { every = "1d" }
#action = { op = "delete", source = ["acme:tmp/**"] }

#[[automation]]
#name = "catch-up"
#trigger = { start = true }
#action = { sync = "inbox" }
`
