package text

import (
	"net/url"
	"strconv"
	"strings"
)

// Nonces lists ways to get nonce_str wrong.
func Nonces(s *Source) *Dimension {
	right := s.Right[NonceLine]
	d := newDimension(right)
	d.add(strings.ToLower(right), "v3.nonce.case", "")
	d.add(strings.ToUpper(right), "v3.nonce.case", "")
	d.add("", "v3.nonce.empty", "")
	d.endTop()
	if d.long {
		d.endNear()
		return d
	}
	bare := strings.ReplaceAll(right, "-", "")
	d.add(bare, "v3.nonce.form", bare)
	if len(bare) == 32 && IsHex(bare) {
		id := bare[:8] + "-" + bare[8:12] + "-" + bare[12:16] + "-" + bare[16:20] + "-" + bare[20:]
		for _, form := range []string{id, strings.ToLower(id), strings.ToUpper(id)} {
			d.add(form, "v3.nonce.form", form)
		}
	}
	s.named(d, "nonce", "v3.nonce.elsewhere")
	d.endNear()
	for _, n := range []int{32, 30, 24, 20, 16, 10, 8} {
		if len(right) > n {
			d.add(right[:n], "v3.nonce.cut", strconv.Itoa(n))
		}
	}
	for _, form := range []string{
		`"` + right + `"`, "'" + right + "'", "{" + right + "}", "(" + right + ")", "[" + right + "]", strings.Trim(right, "{}()[]"), "nonce_str", "nonce", strings.TrimRight(right, "="), url.QueryEscape(right),
		strings.ReplaceAll(right, " ", "+"), right + s.Right[TimeLine], s.Right[TimeLine] + right,
	} {
		d.add(form, "v3.nonce.form", form)
	}
	if plain, err := url.QueryUnescape(right); err == nil {
		d.add(plain, "v3.nonce.form", plain)
	}
	d.endWide()
	d.rare = append([]func(){func() {
		for _, form := range []string{s.MchID + right, right + s.MchID, s.MchID + "_" + right, s.MchID + s.Right[TimeLine] + right, right + "_" + s.Right[TimeLine], s.Right[TimeLine] + "_" + right} {
			d.add(form, "v3.nonce.form", form)
		}
		if len(bare) == 32 && IsHex(bare) {
			id := strings.ToLower(bare[:8] + "-" + bare[8:12] + "-" + bare[12:16] + "-" + bare[16:20] + "-" + bare[20:])
			for _, form := range []string{id, strings.ToUpper(id), strings.ToLower(bare), strings.ToUpper(bare)} {
				for _, around := range [][2]string{{"{", "}"}, {"(", ")"}, {"urn:uuid:", ""}, {"UUID('", "')"}, {"uuid:", ""}} {
					d.add(around[0]+form+around[1], "v3.nonce.form", around[0]+form+around[1])
				}
			}
		}
	}}, rareLines(d, s, NonceLine, "v3.nonce.nothing", "v3.nonce.form")...)
	return d
}
