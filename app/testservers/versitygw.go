package testservers

import (
	"bytes"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const (
	versitygw        = "github.com/versity/versitygw"
	versitygwVersion = "v1.8.0"
)

// versitygwProgram finds the program in the user's cache, or builds it there, which takes some minutes once.
func versitygwProgram() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "testbin")
	program := filepath.Join(dir, "versitygw")
	built := func() bool {
		info, err := buildinfo.ReadFile(program)
		return err == nil && info.Main.Path == versitygw && info.Main.Version == versitygwVersion
	}
	if built() {
		return program, nil
	}
	if testing.Testing() && testing.Short() {
		return "", errors.New("versitygw is not built yet, and -short is set")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	unlock, err := lockBuild(filepath.Join(dir, "versitygw.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if built() { // by the process that had the lock
		return program, nil
	}
	cmd := exec.Command("go", "install", versitygw+"/cmd/versitygw@"+versitygwVersion)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install %s: %w: %s", versitygw, err, bytes.TrimSpace(out))
	}
	return program, nil
}
