package credentials

import (
	"strings"

	"github.com/wxup/wxup/app/internal/phrase"
)

// Note is a remark on how a variable is written, which does not keep it from being read.
type Note struct {
	Variable string
	Text     phrase.Text
}

// clean removes from the values what env files leave in them: carriage returns of Windows and
// quotes. No credential has either at its ends.
func (v Values) clean() (notes []Note) {
	for variable, value := range v {
		text := strings.TrimRight(value, " \t\r\n")
		if text != value && strings.HasSuffix(strings.TrimRight(value, " \t\n"), "\r") {
			notes = append(notes, Note{variable, texts.Text("its value ends in a carriage return, which was ignored; the file that set it has the line ends of Windows")})
		}
		if n := len(text); n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
			text = text[1 : n-1]
			notes = append(notes, Note{variable, texts.Text("its value is in quotes, which were ignored; docker --env-file and the like do not remove them")})
		}
		v[variable] = text
	}
	return notes
}
