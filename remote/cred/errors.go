package cred

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"

	"gantry/remote"
)

var errNoAnswer = errors.New("no answer from where the keys come from")

// stsAnswer is a refusal of STS, by its code.
type stsAnswer string

func (a stsAnswer) Error() string { return "STS answered " + string(a) }

// Answered marks it for remote.Answered.
func (stsAnswer) Answered() {}

// failed is an error of this credential with a sentence for the user.
func (m *maker) failed(kind remote.Kind, err error, hint string) error {
	return &remote.Error{Op: "sign in", Kind: kind, Hint: hint, Err: err}
}

// fault maps whatever a fetch failed with to the one error that callers see. An
// answer of STS is reduced to its code: its message may echo the request. before
// tells that there were keys before.
func (m *maker) fault(err error, before bool) error {
	var known *remote.Error
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, context.Canceled) {
		return &remote.Error{Op: "sign in", Kind: remote.Other, Err: context.Canceled}
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		kind, hint := m.refusal(api.ErrorCode())
		if skew := m.skew(err); skew >= maxSkew && api.ErrorCode() == "SignatureDoesNotMatch" {
			hint = fmt.Sprintf("The clock of this machine is %.0f minutes off, so STS does not take the signature of %s. Set the clock right.", skew.Minutes(), quote(m.c.Name))
		}
		return m.failed(kind, stsAnswer(api.ErrorCode()), hint)
	}
	var noProfile config.SharedConfigProfileNotExistError
	if errors.As(err, &noProfile) {
		return m.failed(remote.Auth, remote.BadSettings("no such profile"),
			"The AWS files of this machine have no profile "+quote(m.c.Profile)+". Add it with \"aws configure\" or name another one.")
	}
	var unread config.SharedConfigLoadError
	if errors.As(err, &unread) {
		return m.failed(remote.Auth, remote.BadSettings("settings that cannot be read"),
			"The AWS settings in "+quote(unread.Filename)+" cannot be read. Check its form and who may read it.")
	}
	if file := os.Getenv(bundleVariable); file != "" && (m.c.Type == remote.Environment || m.c.Type == remote.Profile) {
		if pem, _ := os.ReadFile(file); !x509.NewCertPool().AppendCertsFromPEM(pem) { //nolint:gosec // named by the user
			return m.failed(remote.Auth, remote.BadSettings("no CA bundle"),
				bundleVariable+" names "+quote(file)+", which cannot be read or holds no certificate in PEM form. Correct the variable or unset it.")
		}
	}
	if hint, final, ok := remote.NetworkFault(err); ok {
		var dns *net.DNSError
		if errors.As(err, &dns) && dns.IsNotFound && before {
			final = false // the name was known before: it is the network that has gone
		}
		return &remote.Error{
			Op: "sign in", Kind: remote.Unreachable, Final: final, Err: errNoAnswer,
			Hint: "Signing in with " + quote(m.c.Name) + " failed. " + hint,
		}
	}
	return m.failed(remote.Auth, errors.New("no keys"), m.noKeys())
}

// bundleVariable names a file of certificates. Without it the SDK does not even
// look for keys.
const bundleVariable = "AWS_CA_BUNDLE"

func (m *maker) noKeys() string {
	switch m.c.Type {
	case remote.Environment:
		return "No AWS credentials were found in the environment, in the shared AWS files, or from the machine. Set AWS_PROFILE, or add a credential to the store."
	case remote.Profile:
		return "The AWS profile " + quote(m.c.Profile) + " gave no keys. If it signs in by SSO, run \"aws sso login --profile " + m.c.Profile + "\"."
	default:
		return "The credential " + quote(m.c.Name) + " gave no keys. Check its settings."
	}
}

// refusal is what a code of STS means for the user.
func (m *maker) refusal(code string) (remote.Kind, string) {
	name := quote(m.c.Name)
	switch code {
	case "AccessDenied", "AccessDeniedException":
		return remote.Auth, m.mayNotAssume()
	case "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId":
		return remote.Auth, "The access key behind " + name + " does not exist (any more). Put the new key into the credential that is its source."
	case "SignatureDoesNotMatch":
		return remote.Auth, "The secret key behind " + name + " does not match its access key. Enter it again."
	case "ExpiredToken", "ExpiredTokenException":
		return remote.Auth, "The session behind " + name + " has expired. Sign in again with the tool that made it."
	case "ValidationError":
		return remote.Invalid, "STS does not accept the settings of " + name + ". Check role_arn, session_name, external_id and duration; a role allows at most its own maximum, a chained one an hour."
	case "RegionDisabledException":
		return remote.Invalid, "STS is switched off in the region " + m.region() + ". Name another region in the credential " + name + "."
	case "MalformedPolicyDocument", "PackedPolicyTooLarge":
		return remote.Invalid, "STS does not accept the session policy of " + name + ". Remove session_policy."
	case "Throttling", "ThrottlingException", "RequestLimitExceeded":
		return remote.Throttled, "STS limits our request rate. It will be asked again."
	case "InternalFailure", "InternalError", "ServiceUnavailable":
		return remote.Unreachable, "STS is briefly unavailable. It will be asked again."
	default:
		return remote.Auth, "STS refused " + name + " (" + code + "). Check its role and its source."
	}
}

// mayNotAssume is the check list of what AWS does not tell apart.
func (m *maker) mayNotAssume() string {
	hint := "The source of " + quote(m.c.Name) + " may not assume " + m.c.RoleARN + ". Its owner has to check that the role exists and that its trust policy names you (gantry credential trust prints what to paste)"
	if m.c.ExternalID == "" {
		hint += "; if the owner gave you an external id, set external_id"
	} else {
		hint += "; the external_id must be exactly the one that the trust policy asks for"
	}
	if m.c.MFASerial == "" {
		hint += "; if the role asks for MFA, set mfa_serial"
	} else {
		hint += "; the MFA code must be right, and serves once"
	}
	return hint + "."
}

// maxSkew is how far two clocks may differ before signatures are refused.
const maxSkew = 5 * time.Minute

// skew is how far our clock is from that of whoever answered, 0 when that is not
// known.
func (m *maker) skew(err error) time.Duration {
	var re *awshttp.ResponseError
	if !errors.As(err, &re) || re.Response == nil {
		return 0
	}
	date, err := http.ParseTime(re.Response.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return m.o.Now().Sub(date).Abs()
}
