// Package words is what the program wxup says: the long texts of its help, and the Chinese of every
// text, in one catalogue per group of commands. The code has the short English texts, which are the
// keys.
package words

import (
	"maps"

	"github.com/wxup/wxup/app/internal/phrase"
)

// Catalogues has the catalogues of all commands.
var Catalogues = []phrase.Catalogue{
	commonChinese,
	rootChinese,
	referenceChinese,
	putChinese,
	configChinese,
	doctorChinese,
	savedChinese,
	serveChinese,
	execChinese,
	imagesChinese,
	upkeepChinese,
	accountsChinese,
	caChinese,
}

// All returns the catalogues as one.
func All() phrase.Catalogue {
	all := phrase.Catalogue{}
	for _, c := range Catalogues {
		maps.Copy(all, c)
	}
	return all
}
