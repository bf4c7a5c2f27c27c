package settings

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/internal/shellword"
)

const maxFile = 1 << 20 // bytes

// DefaultPath returns where the file is looked for by default, or "" if the system has no such
// place.
func DefaultPath() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "wxup", "config.yaml")
}

// Read reads the file at path, or the one at [DefaultPath] if there is one and path is empty. "off"
// is no file.
func Read(path string, known Known) (*File, error) {
	asked := path != ""
	if !asked {
		path = DefaultPath()
	}
	if path == "" || path == "off" {
		return &File{}, nil
	}
	f, err := os.Open(path)
	if !asked && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)) {
		return &File{}, nil
	}
	if err != nil {
		return nil, texts.Errorf("read the configuration: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, texts.Errorf("read the configuration: %w", err)
	}
	if len(text) > maxFile {
		return nil, texts.Errorf("%s is larger than %d bytes; is it a configuration?", path, maxFile)
	}
	c, err := parse(path, text, known)
	if err != nil {
		return nil, phrase.Prefix(path+":", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, texts.Errorf("read the configuration: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		if key := c.inlineSecret(); key != "" {
			return nil, texts.Errorf("%s holds the secret %s, and others than its owner can read it (mode %04o): run chmod 600 %s, or move the secret out of it ({file: …}, {env: …}, {command: …})",
				path, key, mode, shellword.Quote(path))
		}
	}
	return c, nil
}

// parse reads a configuration. Its errors begin with the line.
func parse(path string, text []byte, known Known) (*File, error) {
	p := &parser{known, &File{Path: path, Flags: map[string]Value{}, Profiles: map[string]*Profile{}}}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case err == io.EOF:
		return p.file, nil
	case err != nil:
		return nil, texts.Errorf(" not YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if dec.Decode(new(yaml.Node)) != io.EOF {
		return nil, texts.Errorf(" a second document begins (---); a configuration has one")
	}
	return p.file, each(doc.Content[0], func(key string, at, value *yaml.Node) error {
		switch key {
		case "profiles":
			return each(value, func(name string, at, value *yaml.Node) error {
				pr, err := p.profile(name, value)
				p.file.Profiles[name] = pr
				return err
			})
		case "rules":
			return p.rules(value)
		}
		return p.flag(p.file.Flags, key, at, value, "profiles", "rules")
	})
}

// Homely returns a path as people write it, with ~ for their home.
func Homely(path string) string {
	home, err := os.UserHomeDir()
	if err != nil || home == "" {
		return path
	}
	if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok {
		return filepath.Join("~", rest)
	}
	return path
}
