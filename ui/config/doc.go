// Package config is the part of config.toml that is not the store's: how to
// transfer ([transfer]), how the screen looks ([ui]) and which keys do what
// ([keys]).
//
// For the common case: Load the file once; it gives the Config and the Store,
// or one *store.Refused with all problems of the whole file, sorted by line.
// Sizes, rates and durations are typed values (Bytes, Rate, Duration) that are
// flag values too. Example is the text of config.toml.example.
//
// Environment and flags overlay what is read here; this package knows neither.
package config
