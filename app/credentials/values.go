// Package credentials finds out as whom uploads are made, and makes a [wxup.Client] of it.
//
// Every credential is a variable: WXUP_APIV3_KEY is the key itself, WXUP_APIV3_KEY_FILE names a
// file that holds it. All of them come from one [Source]: the chosen profile, or else the
// environment, or the wxup.env of a server. They are never mixed, so that nobody signs with the key
// of one merchant for another, and no token for the real WeChat goes to a local server.
package credentials

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wxup/wxup/app/settings"
	"github.com/wxup/wxup/devkeys"
)

// Values are credentials by their variables.
type Values map[string]string

// Get returns the value of a credential's own variable, such as WXUP_MCHID for mchid.
func (v Values) Get(name string) string { return v[settings.Variable(name)] }

// Has reports whether a credential is there, as a value or a file.
func (v Values) Has(name string) bool {
	return v.Get(name) != "" || v[settings.Variable(name)+"_FILE"] != ""
}

// Text returns a credential: the value of its variable, or the content of the file that its _FILE
// variable names. variable is the one that counted. An error about the file is a [*FileError].
func (v Values) Text(name string) (text []byte, variable string, err error) {
	variable = settings.Variable(name)
	file := v[variable+"_FILE"]
	if file == "" {
		return []byte(v[variable]), variable, nil
	}
	text, err = readFile(name, variable+"_FILE", file)
	return text, variable + "_FILE", err
}

// Line returns a credential of one line.
func (v Values) Line(name string) (string, error) {
	text, _, err := v.Text(name)
	return strings.TrimRight(strings.TrimPrefix(string(text), "\ufeff"), "\r\n"), err
}

// Parsed returns a credential that is a key or a certificate, and whether it is set.
func Parsed[T any](v Values, name string, parse func([]byte) (T, error)) (value T, set bool, err error) {
	text, variable, err := v.Text(name)
	if err != nil || len(text) == 0 {
		return value, false, err
	}
	if value, err = parse(text); err == nil {
		return value, true, nil
	}
	var none T
	if file, ok := v[variable], strings.HasSuffix(variable, "_FILE"); ok {
		return none, false, texts.Errorf("%s: %s: %w", variable, filepath.Base(file), err)
	}
	if LooksLikePath(string(text)) {
		return none, false, texts.Errorf("%[1]s holds a path; set %[1]s_FILE to it", variable)
	}
	return none, false, texts.Errorf("%s: %w", variable, err)
}

// maxValue is the size of the largest file that holds a credential, in bytes; and of the longest
// output of a command.
const maxValue = 64 << 10

func readFile(name, variable, file string) ([]byte, error) {
	if p := fileProblem(name, file); p != 0 {
		return nil, &FileError{variable, file, p}
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, &FileError{variable, file, Unreadable}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxValue+1))
	switch {
	case err != nil:
		return nil, &FileError{variable, file, Unreadable}
	case len(b) > maxValue:
		return nil, &FileError{variable, file, TooLarge}
	}
	return b, nil
}

// FileProblem is what is wrong with the file of a credential.
type FileProblem int

const (
	Missing    FileProblem = iota + 1
	Unreadable             // by this user
	TooOpen                // others than its owner can read it
	NotRegular             // a directory or a device
	TooLarge
	IsURL
	IsValue // the variable holds the credential itself: it must not be shown
)

func fileProblem(name, file string) FileProblem {
	info, err := os.Stat(file)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return NotRegular
	case err == nil && settings.IsSecret(name) && name != "mch_p12" && devkeys.CheckKeyFile(file) != nil:
		return TooOpen
	case err == nil:
		return 0
	case strings.HasPrefix(file, "http://"), strings.HasPrefix(file, "https://"):
		return IsURL
	case !LooksLikePath(file):
		return IsValue
	case errors.Is(err, fs.ErrPermission):
		return Unreadable
	}
	return Missing
}

// LooksLikePath reports whether a text may be shown as a path: it is short, and has a directory or
// a suffix as keys, tokens and PEM do not have.
func LooksLikePath(s string) bool {
	if len(s) > 400 || strings.ContainsAny(s, "\r\n\x00") || strings.Contains(s, "-----BEGIN") {
		return false
	}
	if ext := filepath.Ext(s); len(ext) >= 3 && len(ext) <= 6 && len(s) <= 200 {
		return true
	}
	return strings.ContainsAny(s, `/\`) && !strings.ContainsAny(s, "+=") && len(s) <= 200
}

// FileError says what is wrong with a file that a variable names. It shows no value that could be a
// secret.
type FileError struct {
	Variable string
	File     string
	Problem  FileProblem
}

func (e *FileError) Error() string { return e.In("en") }

// In returns the error in a language.
func (e *FileError) In(lang string) string {
	own := strings.TrimSuffix(e.Variable, "_FILE")
	switch e.Problem {
	case Unreadable:
		return texts.Text("%s: %s cannot be read by this user", e.Variable, e.File).In(lang)
	case TooOpen:
		if err := devkeys.CheckKeyFile(e.File); err != nil {
			return e.Variable + ": " + err.Error()
		}
	case NotRegular:
		return texts.Text("%s: %s is not a regular file", e.Variable, e.File).In(lang)
	case TooLarge:
		return texts.Text("%s: %s is larger than %d bytes, so it cannot be what is wanted here", e.Variable, e.File, maxValue).In(lang)
	case IsURL:
		return texts.Text("%s is a URL; download the file and set the variable to its path", e.Variable).In(lang)
	case IsValue:
		return texts.Text("%s is not the path of a file; if it is the value itself, set %s to it", e.Variable, own).In(lang)
	}
	return texts.Text("%s: %s does not exist", e.Variable, e.File).In(lang)
}

// Unwrap returns fs.ErrNotExist or fs.ErrPermission, or nil.
func (e *FileError) Unwrap() error {
	switch e.Problem {
	case Missing:
		return fs.ErrNotExist
	case Unreadable:
		return fs.ErrPermission
	}
	return nil
}
