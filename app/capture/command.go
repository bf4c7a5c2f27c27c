package capture

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/wxup/wxup/explain"
)

// A command is one curl line, or a piece of it between two --next.
type command struct {
	r     *reader
	stdin string // the file behind <
	cmd   bool   // the line is for cmd.exe
	notes []explain.Words

	urls    []string
	method  string // -X
	target  string // --request-target
	queries []string
	headers []string // -H, as given
	cookies []string
	made    http.Header // headers that options set
	auth    string

	form   []formField
	data   []byte // nil if there is none
	inline bool   // data stood on the line
	json   bool
	upload string // -T
	get    bool
	head   bool

	cert, certType                string
	formEscape, pathAsIs, globOff bool
}

var errTooLarge = texts.Errorf("the files and data of this curl line exceed %d MB in total", Max>>20)

func (c *command) note(n explain.Words) {
	for _, have := range c.notes {
		if have == n {
			return
		}
	}
	c.notes = append(c.notes, n)
}

// readFile reads a file that the line names. - is what the shell gives as standard input.
func (c *command) readFile(name string) ([]byte, error) {
	shown := quote(name)
	if name == "-" || name == "." && c.stdin != "" {
		if c.stdin == "" {
			return nil, texts.Errorf("this curl line reads from a pipe; save what came through it in a file, and name that file in its place: @FILE for @-")
		}
		name, shown = c.stdin, quote(c.stdin)
	}
	if c.r.open == nil {
		return nil, texts.Errorf("this curl line sends the file %s, and no files are read here; save the request as a HAR file or as raw HTTP", shown)
	}
	content, err := c.r.open(name)
	if err != nil && len(name) > 3 && name[0] == '/' && name[2] == ':' {
		content, err = c.r.open(name[1:]) // Postman writes /C:/… on Windows
	}
	if err != nil {
		if path, ok := errors.AsType[*fs.PathError](err); ok {
			err = path.Err // its text has the name once more
		}
		if errors.Is(err, errTooLarge) {
			return nil, err
		}
		return nil, texts.Errorf("this curl line sends the file %s: %w; go where curl ran, or change the name in the line", shown, err)
	}
	if c.r.fileLeft -= int64(len(content)); c.r.fileLeft < 0 {
		return nil, errTooLarge
	}
	return content, nil
}

const urlsMost = 100 // of one command

func (c *command) addURL(arg string) error {
	if len(c.urls) >= urlsMost {
		return texts.Errorf("there are more than %d URLs in this curl line; is a quote missing?", urlsMost)
	}
	c.urls = append(c.urls, arg)
	return nil
}
