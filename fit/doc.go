// Package fit makes an image meet the limits of an upload endpoint.
package fit

import _ "golang.org/x/image/draw"
