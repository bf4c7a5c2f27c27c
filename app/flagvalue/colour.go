package flagvalue

import (
	"image/color"
	"strconv"
	"strings"
)

// Colour is white, black, #rgb or #rrggbb.
type Colour struct {
	color.Color
	text string
}

// White is a Colour to begin with.
func White() Colour { return Colour{color.White, "white"} }

// Set reads a colour.
func (c *Colour) Set(s string) error {
	switch strings.ToLower(s) {
	case "", "white":
		*c = White()
		return nil
	case "black":
		*c = Colour{color.Black, "black"}
		return nil
	}
	hex, ok := strings.CutPrefix(s, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if !ok || len(hex) != 6 || err != nil {
		return texts.Errorf("a colour is white, black or #rrggbb, not %q", s)
	}
	*c = Colour{color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}, s}
	return nil
}

func (c *Colour) String() string { return c.text }

// Type is the name of the type in a flag's help.
func (c *Colour) Type() string { return "colour" }
