//go:build !nodynamic

package heif

import "github.com/wxup/wxup/fit"

// Decoders returns nothing, as the program is built without the tag nodynamic.
func Decoders() []fit.Decoder { return nil }
