// Package preset knows the services that speak S3, and the regions of AWS: what
// a user would otherwise have to look up to fill the form of a server.
//
// It is data and asks nobody. A preset only fills fields; what is typed counts.
package preset
