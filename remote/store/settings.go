package store

import (
	"gantry/remote"
	"gantry/remote/store/tomldoc"
)

// setting is a key of a table with the value that a user wants, and the one
// that holds when the key is not there.
type setting struct {
	key      string
	want     tomldoc.Value
	standard tomldoc.Value
	empty    bool // there is nothing to write; the key goes
}

func textSetting(key, want, standard string) setting {
	return setting{key, tomldoc.TextValue(want), tomldoc.TextValue(standard), want == ""}
}

func secretSetting(key string, want remote.Secret) setting {
	return textSetting(key, want.Reveal(), "")
}

func flagSetting(key string, want, standard bool) setting {
	return setting{key, tomldoc.FlagValue(want), tomldoc.FlagValue(standard), false}
}

func wholeSetting(key string, want, standard int) setting {
	return setting{key, tomldoc.WholeValue(int64(want)), tomldoc.WholeValue(int64(standard)), want == 0}
}

func listSetting(key string, want []string) setting {
	return setting{key, tomldoc.ListValue(want), tomldoc.ListValue(nil), len(want) == 0}
}

func credentialSettings(c remote.Credential) []setting {
	return []setting{
		textSetting("name", c.Name, ""),
		textSetting("description", c.Description, ""),
		textSetting("type", string(c.Type), ""),
		textSetting("access_key_id", c.AccessKeyID, ""),
		secretSetting("secret_access_key", c.SecretAccessKey),
		textSetting("secret_access_key_env", c.SecretAccessKeyEnv, ""),
		listSetting("secret_access_key_command", c.SecretAccessKeyCommand),
		// False is written by leaving it out: it must not stand beside another way.
		{"secret_access_key_keyring", tomldoc.FlagValue(c.SecretAccessKeyKeyring), tomldoc.FlagValue(false), !c.SecretAccessKeyKeyring},
		textSetting("secret_access_key_age", c.SecretAccessKeyAge, ""),
		secretSetting("session_token", c.SessionToken),
		textSetting("role_arn", c.RoleARN, ""),
		textSetting("source", c.Source, ""),
		textSetting("external_id", c.ExternalID, ""),
		textSetting("session_name", c.SessionName, ""),
		textSetting("mfa_serial", c.MFASerial, ""),
		textSetting("session_policy", c.SessionPolicy, ""),
		wholeSetting("duration", c.Duration, remote.DefaultDuration),
		textSetting("sts_endpoint", c.STSEndpoint, ""),
		textSetting("profile", c.Profile, ""),
		textSetting("region", c.Region, ""),
	}
}

func serverSettings(s remote.Server) []setting {
	if s.Encryption == "none" {
		s.Encryption = ""
	}
	return []setting{
		textSetting("name", s.Name, ""),
		textSetting("description", s.Description, ""),
		textSetting("type", s.Type, ""),
		textSetting("region", s.Region, "auto"),
		textSetting("bucket", s.Bucket, ""),
		textSetting("prefix", s.Prefix, ""),
		textSetting("credential", s.Credential, ""),
		textSetting("endpoint", s.Endpoint, ""),
		flagSetting("path_style", s.PathStyle, false),
		textSetting("ca_bundle", s.CABundle, ""),
		flagSetting("allow_http", s.AllowHTTP, false),
		flagSetting("read_only", s.ReadOnly, false),
		textSetting("storage_class", s.StorageClass, ""),
		textSetting("encryption", s.Encryption, ""),
		textSetting("kms_key_id", s.KMSKeyID, ""),
		textSetting("acl", s.ACL, ""),
		flagSetting("requester_pays", s.RequesterPays, false),
		flagSetting("accelerate", s.Accelerate, false),
		flagSetting("dual_stack", s.DualStack, false),
		flagSetting("fips", s.FIPS, false),
		textSetting("integrity", s.Integrity, "auto"),
		wholeSetting("max_connections", s.MaxConnections, DefaultConnections),
		textSetting("bandwidth", s.Bandwidth, ""),
	}
}

func mountSettings(m remote.Mount) []setting {
	return []setting{
		textSetting("folder", m.Folder, ""),
		textSetting("server", m.Server, ""),
		textSetting("path", m.Path, ""),
	}
}

func syncSettings(s remote.Sync) []setting {
	return []setting{
		textSetting("name", s.Name, ""),
		textSetting("description", s.Description, ""),
		textSetting("source", s.Source, ""),
		textSetting("destination", s.Destination, ""),
		textSetting("mode", string(s.Mode), string(remote.Push)),
		listSetting("include", s.Include),
		listSetting("exclude", s.Exclude),
		flagSetting("checksum", s.Checksum, false),
		flagSetting("delete", s.Delete, false),
		textSetting("max_delete", s.MaxDelete, ""),
		flagSetting("delete_source", s.DeleteSource, false),
		textSetting("schedule", s.Schedule, ""),
	}
}

func automationSettings(a remote.Automation) []setting {
	t, do := a.Trigger, a.Action
	trigger := pairs([]setting{
		textSetting("schedule", t.Schedule, ""), textSetting("zone", t.Zone, ""), textSetting("every", t.Every, ""),
		textSetting("watch", t.Watch, ""), textSetting("after", t.After, ""), flagSetting("start", t.Start, false),
	})
	action := pairs([]setting{
		textSetting("sync", do.Sync, ""), textSetting("op", do.Op, ""), listSetting("source", do.Source),
		textSetting("destination", do.Destination, ""), textSetting("on_conflict", do.OnConflict, ""),
	})
	return []setting{
		textSetting("name", a.Name, ""),
		textSetting("description", a.Description, ""),
		flagSetting("enabled", a.Enabled, true),
		{key: "trigger", want: tomldoc.TableValue(trigger)},
		{key: "action", want: tomldoc.TableValue(action)},
	}
}

// pairs are the settings that are worth a line in a new table.
func pairs(settings []setting) []tomldoc.Pair {
	var out []tomldoc.Pair
	for _, s := range settings {
		if !s.empty && !s.want.Equal(s.standard) {
			out = append(out, tomldoc.Pair{Key: s.key, Value: s.want})
		}
	}
	return out
}

// ServerText is a server as the file would say it.
func ServerText(s remote.Server) string { return tableText("server", serverSettings(s)) }

// CredentialText is a credential as the file would say it, without its secrets.
func CredentialText(c remote.Credential) string {
	return tableText("credential", credentialSettings(c.Blank()))
}

func tableText(table string, settings []setting) string {
	out, err := tomldoc.Add(nil, table, pairs(settings))
	if err != nil {
		return "" // an empty document takes every table
	}
	return string(out)
}
