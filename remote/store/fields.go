package store

import (
	"gantry/remote"
	"gantry/remote/store/tomldoc"
)

// Fields are the tables of config.toml that are the store's, with every key
// that may stand in them.
func Fields() []tomldoc.Field {
	return []tomldoc.Field{
		{Name: "credential", Kind: tomldoc.Tables, Fields: credentialFields()},
		{Name: "server", Kind: tomldoc.Tables, Fields: serverFields()},
		{Name: "mount", Kind: tomldoc.Tables, Fields: mountFields()},
		{Name: "sync", Kind: tomldoc.Tables, Fields: syncFields()},
		{Name: "automation", Kind: tomldoc.Tables, Fields: automationFields()},
	}
}

func text(name string, check func(string) string) tomldoc.Field {
	return tomldoc.Field{Name: name, Kind: tomldoc.Text, Check: check}
}

func flag(name string) tomldoc.Field { return tomldoc.Field{Name: name, Kind: tomldoc.Flag} }

func list(name string, check func(string) string) tomldoc.Field {
	return tomldoc.Field{Name: name, Kind: tomldoc.List, Check: check}
}

func credentialFields() []tomldoc.Field {
	return []tomldoc.Field{
		text("name", name),
		text("description", nil),
		text("type", tomldoc.OneOf(credentialTypes()...)),
		text("access_key_id", word),
		text("secret_access_key", filled),
		text("secret_access_key_env", variable),
		list("secret_access_key_command", nil),
		flag("secret_access_key_keyring"),
		text("secret_access_key_age", encrypted),
		text("session_token", filled),
		text("role_arn", arn),
		text("source", nil),
		text("external_id", externalID),
		text("session_name", sessionName),
		text("mfa_serial", mfaSerial),
		text("session_policy", tomldoc.OneOf("", "read-only")),
		{Name: "duration", Kind: tomldoc.Whole, Min: 900, Max: 43200},
		text("sts_endpoint", endpoint),
		text("profile", filled),
		text("region", region),
	}
}

func serverFields() []tomldoc.Field {
	return []tomldoc.Field{
		text("name", serverName),
		text("description", nil),
		text("type", tomldoc.OneOf("s3")),
		text("region", region),
		text("bucket", bucket),
		text("prefix", folderPath),
		text("credential", nil),
		text("endpoint", endpoint),
		flag("path_style"),
		text("ca_bundle", absolute),
		flag("allow_http"),
		flag("read_only"),
		text("storage_class", word),
		text("encryption", tomldoc.OneOf("none", "AES256", "aws:kms")),
		text("kms_key_id", word),
		text("acl", tomldoc.OneOf("private", "public-read", "public-read-write", "authenticated-read",
			"aws-exec-read", "bucket-owner-read", "bucket-owner-full-control")),
		flag("requester_pays"),
		flag("accelerate"),
		flag("dual_stack"),
		flag("fips"),
		text("integrity", tomldoc.OneOf("auto", "strict", "compatible")),
		{Name: "max_connections", Kind: tomldoc.Whole, Min: 1, Max: 4096},
		text("bandwidth", rate),
	}
}

func mountFields() []tomldoc.Field {
	return []tomldoc.Field{text("folder", absolute), text("server", nil), text("path", folderPath)}
}

func syncFields() []tomldoc.Field {
	return []tomldoc.Field{
		text("name", name),
		text("description", nil),
		text("source", filled),
		text("destination", filled),
		text("mode", tomldoc.OneOf(string(remote.Push), string(remote.Pull), string(remote.TwoWay))),
		list("include", filled),
		list("exclude", filled),
		flag("checksum"),
		flag("delete"),
		text("max_delete", maxDelete),
		flag("delete_source"),
		text("schedule", schedule),
	}
}

func automationFields() []tomldoc.Field {
	return []tomldoc.Field{
		text("name", name),
		text("description", nil),
		flag("enabled"),
		{Name: "trigger", Kind: tomldoc.Table, Fields: []tomldoc.Field{
			text("schedule", schedule), text("zone", word), text("every", period),
			text("watch", filled), text("after", filled), flag("start"),
		}},
		{Name: "action", Kind: tomldoc.Table, Fields: []tomldoc.Field{
			text("sync", filled),
			text("op", tomldoc.OneOf("copy", "move", "delete")),
			list("source", filled),
			text("destination", filled),
			text("on_conflict", tomldoc.OneOf("overwrite", "newer", "size", "checksum", "rename", "skip", "fail")),
		}},
	}
}

func credentialTypes() []string {
	return []string{
		string(remote.AccessKey), string(remote.AssumeRole), string(remote.Profile),
		string(remote.Environment), string(remote.Anonymous),
	}
}
