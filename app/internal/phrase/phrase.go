// Package phrase says texts in English and Chinese. The code has the English text, which is the key
// of the Chinese one in a catalogue:
//
//	var texts = phrase.Catalogue{"%s is not there": "%s 不存在"}
//
//	err := texts.Errorf("%s is not there", name)
//	fmt.Println(err, phrase.In(err, "zh"))
//
// A text is formatted when it is said, so that a value or an error carries it in both languages.
// Package phrasetest checks that a catalogue is complete.
package phrase

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Catalogue holds Chinese texts by their English ones. Both are formats with the same verbs.
type Catalogue map[string]string

// Text is a text in both languages. The zero Text is empty.
type Text struct {
	catalogue Catalogue
	format    string
	args      []any
	english   string
	chinese   string // of a Pair
}

// Text returns a text with its arguments. Arguments that are texts themselves are said in the same
// language.
func (c Catalogue) Text(format string, args ...any) Text {
	return Text{catalogue: c, format: format, args: args, english: fmt.Sprintf(format, args...)}
}

// Both returns a text that is the same in both languages, such as a name.
func Both(text string) Text { return Pair(text, text) }

// Pair returns a text of which both languages are at hand.
func Pair(english, chinese string) Text { return Text{english: english, chinese: chinese} }

// In returns the text in a language: zh, or English for any other.
func (t Text) In(lang string) string {
	if lang != "zh" {
		return t.english
	}
	if t.chinese != "" {
		return t.chinese
	}
	chinese, ok := t.catalogue[t.format]
	if !ok {
		return t.english
	}
	return say(chinese, t.args)
}

// String returns the English text.
func (t Text) String() string { return t.english }

// IsZero reports whether the text is empty.
func (t Text) IsZero() bool { return t.english == "" }

// MarshalJSON returns both languages: {"en": …, "zh": …}.
func (t Text) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		EN string `json:"en"`
		ZH string `json:"zh"`
	}{t.In("en"), t.In("zh")})
}

// Errorf returns an error whose text [In] says in both languages. Like [fmt.Errorf], it wraps
// operands of %w.
func (c Catalogue) Errorf(format string, args ...any) error {
	return &failure{fmt.Errorf(format, args...), Text{catalogue: c, format: format, args: args}}
}

type failure struct {
	english error
	text    Text
}

func (f *failure) Error() string { return f.english.Error() }

// Unwrap returns the English error, which unwraps to the operands of %w.
func (f *failure) Unwrap() error { return f.english }

// In returns the text in a language.
func (f *failure) In(lang string) string {
	chinese, ok := f.text.catalogue[f.text.format]
	if lang != "zh" || !ok {
		return f.Error()
	}
	return say(chinese, f.text.args)
}

// In returns an error's text in a language, as far as the error has it or is one of the system's
// that are known.
func In(err error, lang string) string {
	if e, ok := err.(interface{ In(lang string) string }); ok {
		return e.In(lang)
	}
	if lang != "zh" {
		return err.Error()
	}
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		return joined(err, list.Unwrap())
	}
	if chinese, ok := system(err); ok {
		return chinese
	}
	return err.Error()
}

// joined says the errors of [errors.Join] in Chinese, one per line. Other errors that wrap several
// stay as they are.
func joined(err error, list []error) string {
	var english, chinese []string
	for _, e := range list {
		english, chinese = append(english, e.Error()), append(chinese, In(e, "zh"))
	}
	if strings.Join(english, "\n") != err.Error() {
		return err.Error()
	}
	return strings.Join(chinese, "\n")
}

// say formats a Chinese text, with those of the arguments in Chinese that can be.
func say(format string, args []any) string {
	said := make([]any, len(args))
	for i, arg := range args {
		said[i] = arg
		switch arg := arg.(type) {
		case Text:
			said[i] = arg.In("zh")
		case error:
			said[i] = chineseError{arg}
		}
	}
	return fmt.Errorf(format, said...).Error() // not Sprintf: the format may have %w
}

type chineseError struct{ error }

func (e chineseError) Error() string { return In(e.error, "zh") }

// Prefix returns an error with a text before it that is the same in both languages, such as a place
// in a file.
func Prefix(prefix string, err error) error { return &prefixed{prefix, err} }

type prefixed struct {
	prefix string
	err    error
}

func (p *prefixed) Error() string         { return p.prefix + p.err.Error() }
func (p *prefixed) Unwrap() error         { return p.err }
func (p *prefixed) In(lang string) string { return p.prefix + In(p.err, lang) }
