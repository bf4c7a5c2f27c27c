package fit

import (
	"fmt"
	"strings"

	"github.com/wxup/wxup/media"
)

// Change is what was done to a picture: the Change of a [wxup.FitResult]. String and Text describe
// it in one line.
type Change struct {
	From Side `json:"from"`
	To   Side `json:"to"`

	Quality int     `json:"quality,omitempty"` // of a JPEG that was made, 1 to 100; 0 otherwise
	SSIM    float64 `json:"ssim"`              // similarity to the source's luma, scaled to the new size: 1 is identical

	Lossless        bool `json:"lossless,omitempty"`          // every pixel is the same
	Oriented        bool `json:"oriented,omitempty"`          // rotated upright, as EXIF says
	Flattened       bool `json:"flattened,omitempty"`         // transparency was replaced by Options.Background
	Stripped        bool `json:"stripped,omitempty"`          // metadata was removed
	ConvertedToSRGB bool `json:"converted_to_srgb,omitempty"` // the colours were converted from Profile

	Profile string   `json:"profile,omitempty"` // the colour profile, converted or kept: "Display P3"
	Removed []string `json:"removed,omitempty"` // kinds of metadata that Stripped removed: exif, location, xmp, iptc, comment, text, …
	Notes   []string `json:"notes,omitempty"`   // other remarks, in English: "the first picture of an animation"

	notes []note
}

// Side is a picture before or after. Width and Height are those of the upright picture.
type Side struct {
	Format media.Format `json:"format"`
	Width  int          `json:"width"`
	Height int          `json:"height"`
	Bytes  int64        `json:"bytes"`
}

type note struct{ en, zh string }

func (c *Change) note(en, zh string) {
	c.Notes = append(c.Notes, en)
	c.notes = append(c.notes, note{en, zh})
}

// String describes the change in English: "jpeg q82, 4032×3024 → 2600×1950, 6.1 MB → 1.9 MB, SSIM
// 0.98".
func (c *Change) String() string { return c.Text("en") }

// Text describes the change in "en" or "zh".
func (c *Change) Text(lang string) string {
	zh := strings.HasPrefix(lang, "zh")
	say := func(en, cn string) string {
		if zh {
			return cn
		}
		return en
	}
	format := string(c.To.Format)
	if c.From.Format != c.To.Format {
		format = string(c.From.Format) + " → " + format
	}
	if c.Quality > 0 {
		format += fmt.Sprintf(" q%d", c.Quality)
	}
	size := fmt.Sprintf("%d×%d", c.To.Width, c.To.Height)
	if c.From.Width != c.To.Width || c.From.Height != c.To.Height {
		size = fmt.Sprintf("%d×%d → %s", c.From.Width, c.From.Height, size)
	}
	parts := []string{format, size, bytesText(c.From.Bytes) + " → " + bytesText(c.To.Bytes)}
	if c.Lossless {
		parts = append(parts, say("lossless", "无损"))
	} else {
		parts = append(parts, fmt.Sprintf("SSIM %.2f", floor(c.SSIM)))
	}
	if c.Oriented {
		parts = append(parts, say("turned upright", "已按拍摄方向转正"))
	}
	if c.ConvertedToSRGB {
		parts = append(parts, c.Profile+" → sRGB")
	}
	if c.Flattened {
		parts = append(parts, say("transparency filled in", "透明处已填底色"))
	}
	if c.Stripped {
		parts = append(parts, say("without ", "已去掉 ")+strings.Join(c.Removed, ", "))
	}
	for _, n := range c.notes {
		parts = append(parts, say(n.en, n.zh))
	}
	return strings.Join(parts, say(", ", "，"))
}

// floor cuts to two decimals, so that 0.998 does not show as 1.00.
func floor(ssim float64) float64 { return float64(int(ssim*100)) / 100 }

func bytesText(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.0f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}

// rename gives a name the format's suffix, unless it has one already.
func rename(name string, format media.Format) string {
	if name == "" {
		name = "image"
	}
	claimed, known := media.BySuffix(name)
	if known && claimed == format {
		return name
	}
	if known && claimed.Class() == media.Picture {
		name = name[:strings.LastIndexByte(name, '.')]
	}
	return name + "." + format.Suffix()
}
