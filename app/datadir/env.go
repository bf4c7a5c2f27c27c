package datadir

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wxup/wxup/app/internal/shellword"
	"github.com/wxup/wxup/devkeys"
)

// The variables that tell the mode of a wxup.env's merchant.
const (
	platformKeyID  = "WXUP_PLATFORM_PUBKEY_ID"
	platformSerial = "WXUP_PLATFORM_SERIAL"
)

const adminTokenVariable = "WXUP_ADMIN_TOKEN"

// EnvFile is the path of wxup.env, the default merchant's, in a data directory.
func EnvFile(dir string) string { return filepath.Join(dir, "wxup.env") }

// envFileOf is the path of the file with the variables of the merchant of a mode that is not the
// default's.
func envFileOf(dir string, mode Mode) string { return filepath.Join(dir, "wxup."+string(mode)+".env") }

// Variable is a line of wxup.env.
type Variable struct{ Name, Value string }

// WriteEnv writes wxup.env, last, and the file of the second merchant.
func (d *Dir) WriteEnv(first, second []Variable) error {
	if len(second) > 0 {
		if err := writeEnv(envFileOf(d.Path, ModeIn(second)), second); err != nil {
			return err
		}
	}
	return writeEnv(EnvFile(d.Path), first)
}

// ModeIn returns the mode of the merchant whose variables these are; "" if there are none.
func ModeIn(vars []Variable) Mode {
	if len(vars) == 0 {
		return ""
	}
	if slices.ContainsFunc(vars, func(v Variable) bool { return v.Name == platformKeyID }) {
		return PublicKey
	}
	return Certificate
}

// writeEnv writes a file whole or not at all, so that both a shell and a dotenv reader can read it.
func writeEnv(file string, vars []Variable) error {
	var b strings.Builder
	for _, v := range vars {
		fmt.Fprintf(&b, "%s=%s\n", v.Name, shellword.Quote(v.Value))
	}
	return devkeys.WritePrivate(file, []byte(b.String()))
}

// RemoveEnv removes what [Dir.WriteEnv] wrote: no server is ready here.
func (d *Dir) RemoveEnv() {
	os.Remove(EnvFile(d.Path))
	for _, mode := range Modes {
		os.Remove(envFileOf(d.Path, mode))
	}
}

// ReadEnvOf reads the variables of the merchant of a mode; "" is the default merchant, whatever its
// mode.
func ReadEnvOf(dir string, mode Mode) (map[string]string, error) {
	if mode != "" {
		vars, err := ReadEnv(envFileOf(dir, mode))
		if !errors.Is(err, fs.ErrNotExist) {
			return vars, err
		}
	}
	vars, err := ReadEnv(EnvFile(dir))
	if err != nil || mode == "" {
		return vars, err
	}
	if (mode == PublicKey) != (vars[platformKeyID] != "") {
		return nil, texts.Errorf("%s has no variables of a merchant in %s mode; restart wxup serve, or see: wxup merchant list", dir, mode)
	}
	return vars, nil
}

// ReadEnv reads a file like wxup.env.
func ReadEnv(file string) (map[string]string, error) {
	list, err := readEnvLines(file)
	if err != nil {
		return nil, err
	}
	vars := map[string]string{}
	for _, v := range list {
		vars[v.Name] = v.Value
	}
	return vars, nil
}

func readEnvLines(file string) (list []Variable, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), "="); ok {
			list = append(list, Variable{name, shellword.Unquote(value)})
		}
	}
	return list, lines.Err()
}
