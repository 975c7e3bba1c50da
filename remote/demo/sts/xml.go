package sts

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
)

type assumeResponse struct {
	XMLName   xml.Name     `xml:"AssumeRoleResponse"`
	Space     string       `xml:"xmlns,attr"`
	Result    assumeResult `xml:"AssumeRoleResult"`
	RequestID string       `xml:"ResponseMetadata>RequestId"`
}

type assumeResult struct {
	User        assumedUser `xml:"AssumedRoleUser"`
	Credentials credentials
}

type assumedUser struct {
	ID  string `xml:"AssumedRoleId"`
	Arn string
}

type credentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

type callerResponse struct {
	XMLName   xml.Name     `xml:"GetCallerIdentityResponse"`
	Space     string       `xml:"xmlns,attr"`
	Result    callerResult `xml:"GetCallerIdentityResult"`
	RequestID string       `xml:"ResponseMetadata>RequestId"`
}

type callerResult struct {
	Arn     string
	UserID  string `xml:"UserId"`
	Account string
}

type errorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Space     string   `xml:"xmlns,attr"`
	Error     errorBody
	RequestID string `xml:"RequestId"`
}

type errorBody struct {
	Type    string
	Code    string
	Message string
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
