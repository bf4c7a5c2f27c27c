package datadir

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/wxup/wxup/app/internal/shellword"
	"github.com/wxup/wxup/devkeys"
)

// minAdminToken is the length of the shortest admin token that an operator may choose.
const minAdminToken = 16

// maxAdminFile bounds what is read of a token's file.
const maxAdminFile = 4 << 10

// AdminToken returns the token that opens the admin door: the one in AdminTokenFile if there is
// such a file, otherwise the index's. It may change at any time.
func (d *Dir) AdminToken(ctx context.Context) (string, error) {
	if d.AdminTokenFile != "" {
		return ReadAdminToken(d.AdminTokenFile)
	}
	return d.Setting(ctx, adminToken)
}

// ReadAdminToken reads an operator's token, which others may not read.
func ReadAdminToken(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", texts.Errorf("--admin-token-file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", texts.Errorf("--admin-token-file: %w", err)
	}
	// A group may read it: orchestrators give secrets to the group of the user that a program runs
	// as.
	if mode := info.Mode().Perm(); mode&0o027 != 0 && runtime.GOOS != "windows" {
		return "", texts.Errorf("others can read or change the admin token in %s (mode %04o): run chmod 600 %s", file, mode, shellword.Quote(file))
	}
	text := make([]byte, maxAdminFile)
	n, err := f.Read(text)
	token := strings.TrimSpace(string(text[:n]))
	if n == maxAdminFile || len(token) < minAdminToken || checkSecret("admin token", token) != nil {
		return "", texts.Errorf("%s does not hold an admin token: one line of %d to 128 characters of ASCII without spaces; remove the file, and wxup serve writes one", file, minAdminToken)
	}
	return token, err
}

// MakeAdminToken writes AdminTokenFile with a random token if there is no such file.
func (d *Dir) MakeAdminToken() error {
	if d.AdminTokenFile == "" {
		return nil
	}
	if _, err := os.Stat(d.AdminTokenFile); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return writeAdminToken(d.AdminTokenFile, devkeys.NewToken(32))
}

func writeAdminToken(file, token string) error {
	if err := devkeys.WritePrivate(file, []byte(token+"\n")); err != nil {
		return texts.Errorf("--admin-token-file: %w", err)
	}
	return nil
}

// RotateAdminToken makes a new token in the place of the one that opens the admin door, and writes
// it to the wxup.env of a server that runs here.
func (d *Dir) RotateAdminToken(ctx context.Context) error {
	now, err := d.AdminToken(ctx)
	if err != nil {
		return err
	}
	token := devkeys.NewToken(32)
	envs := map[string][]Variable{}
	for _, file := range append([]string{EnvFile(d.Path)}, envFileOf(d.Path, PublicKey), envFileOf(d.Path, Certificate)) {
		list, err := readEnvLines(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		for i := range list {
			if list[i].Name != adminTokenVariable {
				continue
			}
			if list[i].Value != now {
				return texts.Errorf("the server in %s has another admin token than this one: name its file with --admin-token-file, or its index with --index", d.Path)
			}
			list[i].Value = token
		}
		envs[file] = list
	}
	if d.AdminTokenFile != "" {
		err = writeAdminToken(d.AdminTokenFile, token)
	} else {
		err = d.put(ctx, adminToken, token)
	}
	for file, list := range envs {
		err = errors.Join(err, writeEnv(file, list))
	}
	return err
}
