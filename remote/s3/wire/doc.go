// Package wire carries requests that are signed to a server of S3 and brings back
// the heads and bodies of its answers. It knows HTTP/1.1, TLS and connections, and
// nothing of what the requests mean.
//
// A Request is everything in the form in which it is sent; a Place is where to; a
// Replay is a body that can be sent several times. A Pool sends what is short in
// the goroutine of the caller, and what NewTransport makes sends the rest. Courier
// lends a Pool to the AWS SDK. Connections end when nothing moves for a while, in
// whatever direction.
package wire
