package testservers

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	versitygw        = "github.com/versity/versitygw"
	versitygwVersion = "v1.8.0"
)

// versitygwProgram is where the program is, in the user's cache: [InstallS3] puts it there.
func versitygwProgram() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	program := filepath.Join(cache, "testbin", "versitygw")
	info, err := buildinfo.ReadFile(program)
	if err != nil || info.Main.Path != versitygw || info.Main.Version != versitygwVersion {
		return program, fmt.Errorf("%s is not versitygw %s", program, versitygwVersion)
	}
	return program, nil
}

// InstallS3 builds versitygw from the Go module proxy into the user's cache, unless it is there.
// That takes some minutes.
func InstallS3() error {
	program, err := versitygwProgram()
	if err == nil || program == "" {
		return err
	}
	dir := filepath.Dir(program)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	cmd := exec.Command("go", "install", versitygw+"/cmd/versitygw@"+versitygwVersion)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go install %s: %w: %s", versitygw, err, bytes.TrimSpace(out))
	}
	_, err = versitygwProgram()
	return err
}
