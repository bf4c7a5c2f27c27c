package main

import (
	"fmt"

	"github.com/wxup/wxup/app/words"
)

// language is the language in which the program speaks.
type language struct{ lang string } // en or zh

// texts has the Chinese of every text.
var texts = words.All()

// t returns an English text in the language. If there are args, the text is a format for them.
func (l language) t(text string, args ...any) string {
	if zh, ok := texts[text]; ok && l.lang == "zh" {
		text = zh
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}
