package foreign

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"gantry/remote"
)

// aws are the profiles of the AWS tools. They stay where they are: the
// credential names the profile, so that SSO, credential_process and roles work
// as they do there.
func (p Places) aws() []entry {
	var out []entry
	seen := map[string]bool{}
	config := p.where("AWS_CONFIG_FILE", ".aws", "config")
	for _, file := range []string{config, p.where("AWS_SHARED_CREDENTIALS_FILE", ".aws", "credentials")} {
		for _, s := range parseINI(p.file(file)) {
			name, isProfile := strings.CutPrefix(s.name, "profile ")
			if file == config && !isProfile && name != "default" {
				continue // [sso-session …], [services …]
			}
			if name = strings.TrimSpace(name); name == "" || seen[name] {
				continue
			}
			seen[name] = true
			out = append(out, entry{Found: remote.Found{
				Source: AWS, File: file, Name: name,
				Credential: &remote.Credential{Name: name, Type: remote.Profile, Profile: name},
			}})
		}
	}
	return out
}

// rclone are the remotes of type s3. An encrypted file is passed over.
func (p Places) rclone() []entry {
	file := p.Getenv("RCLONE_CONFIG")
	if file == "" {
		file = filepath.Join(p.configHome(), "rclone", "rclone.conf")
	}
	var out []entry
	for _, s := range parseINI(p.file(file)) {
		if k := s.keys; k["type"] == "s3" {
			out = append(out, entry{
				Found: remote.Found{
					Source: Rclone, File: file, Name: s.name, Credential: rcloneCredential(s.name, k), Server: rcloneServer(s.name, k),
				},
				secrets: secrets{k["secret_access_key"], k["session_token"]},
			})
		}
	}
	return out
}

func rcloneCredential(name string, k map[string]string) *remote.Credential {
	c := &remote.Credential{Name: name}
	switch {
	case k["access_key_id"] != "":
		c.Type, c.AccessKeyID = remote.AccessKey, k["access_key_id"]
	case yes(k["env_auth"]) && k["profile"] != "":
		c.Type, c.Profile = remote.Profile, k["profile"]
	case yes(k["env_auth"]):
		c.Type = remote.Environment
	default:
		c.Type = remote.Anonymous
	}
	return c
}

func rcloneServer(name string, k map[string]string) *remote.Server {
	s := &remote.Server{
		Name: name, Type: "s3", Region: orAuto(k["region"]), Endpoint: withScheme(k["endpoint"], true), StorageClass: k["storage_class"],
		Encryption: k["server_side_encryption"], KMSKeyID: k["sse_kms_key_id"], RequesterPays: yes(k["requester_pays"]),
	}
	if s.Endpoint != "" { // rclone's default there
		s.PathStyle = k["force_path_style"] == "" || yes(k["force_path_style"])
	}
	if acl := k["acl"]; acl != "private" {
		s.ACL = acl
	}
	return s
}

// s3cmd is the configuration of s3cmd, which is of one account.
func (p Places) s3cmd() []entry {
	file := p.where("S3CMD_CONFIG", ".s3cfg")
	for _, s := range parseINI(p.file(file)) {
		k := s.keys
		if s.name != "default" || k["access_key"] == "" {
			continue
		}
		server := &remote.Server{Name: "s3cmd", Type: "s3", Region: orAuto(k["bucket_location"])}
		if base := k["host_base"]; base != "" && !strings.HasSuffix(base, "amazonaws.com") {
			server.Endpoint = withScheme(base, k["use_https"] == "" || yes(k["use_https"]))
			server.PathStyle = !strings.Contains(k["host_bucket"], "%(bucket)")
		}
		if strings.EqualFold(server.Region, "US") {
			server.Region = "us-east-1"
		}
		return []entry{{
			Found: remote.Found{
				Source: S3cmd, File: file, Name: "s3cmd", Server: server,
				Credential: &remote.Credential{Name: "s3cmd", Type: remote.AccessKey, AccessKeyID: k["access_key"]},
			},
			secrets: secrets{k["secret_key"], k["access_token"]},
		}}
	}
	return nil
}

// minio are the aliases of the MinIO client that have a key.
func (p Places) minio() []entry {
	file := filepath.Join(p.where("MC_CONFIG_DIR", ".mc"), "config.json")
	var config struct {
		Aliases map[string]struct {
			URL          string `json:"url"`
			AccessKey    string `json:"accessKey"`
			SecretKey    string `json:"secretKey"`
			SessionToken string `json:"sessionToken"`
			Path         string `json:"path"`
		} `json:"aliases"`
	}
	if json.Unmarshal(p.file(file), &config) != nil {
		return nil
	}
	var out []entry
	for _, name := range slices.Sorted(maps.Keys(config.Aliases)) {
		a := config.Aliases[name]
		if a.AccessKey == "" || strings.HasPrefix(a.AccessKey, "YOUR-") {
			continue // the examples that the client writes
		}
		server := &remote.Server{Name: name, Type: "s3", Region: "auto"}
		if !strings.HasSuffix(strings.TrimSuffix(a.URL, "/"), "amazonaws.com") {
			server.Endpoint, server.PathStyle = strings.TrimSuffix(a.URL, "/"), a.Path != "off"
		}
		out = append(out, entry{
			Found: remote.Found{
				Source: MinIO, File: file, Name: name, Server: server,
				Credential: &remote.Credential{Name: name, Type: remote.AccessKey, AccessKeyID: a.AccessKey},
			},
			secrets: secrets{a.SecretKey, a.SessionToken},
		})
	}
	return out
}

func orAuto(region string) string {
	if region == "" {
		return "auto"
	}
	return region
}

func withScheme(host string, https bool) string {
	switch {
	case host == "" || strings.Contains(host, "://"):
		return strings.TrimSuffix(host, "/")
	case https:
		return "https://" + strings.TrimSuffix(host, "/")
	}
	return "http://" + strings.TrimSuffix(host, "/")
}
