package policy

import "gantry/remote"

// Trust is the trust policy of a role: who may assume it, and on what terms.
// caller is the ARN of whoever asks STS; the other side pastes it.
func Trust(c remote.Credential, caller string) string {
	if caller == "" {
		caller = "arn:aws:iam::ACCOUNT:user/NAME"
	}
	st := struct {
		Sid       string            `json:"Sid"`
		Effect    string            `json:"Effect"`
		Principal map[string]string `json:"Principal"`
		Action    string            `json:"Action"`
		Condition map[string]any    `json:"Condition,omitempty"`
	}{Sid: "GantryMayAssume", Effect: "Allow", Principal: map[string]string{"AWS": RoleOf(caller)}, Action: "sts:AssumeRole"}
	if c.ExternalID != "" {
		st.Condition = map[string]any{"StringEquals": map[string]string{"sts:ExternalId": c.ExternalID}}
	}
	if c.MFASerial != "" {
		if st.Condition == nil {
			st.Condition = map[string]any{}
		}
		st.Condition["Bool"] = map[string]string{"aws:MultiFactorAuthPresent": "true"}
	}
	return text(map[string]any{"Version": "2012-10-17", "Statement": []any{st}})
}

// Source is the identity policy that the source of a role needs to assume it. The
// role's trust policy alone is enough only within one account, when it names the
// source itself.
func Source(c remote.Credential) string {
	return text(document{Version: "2012-10-17", Statement: []statement{
		{Sid: "AssumeRole", Effect: "Allow", Action: "sts:AssumeRole", Resource: c.RoleARN},
	}})
}
