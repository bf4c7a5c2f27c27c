package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A platform is what a binary runs on.
type platform struct{ os, arch string }

func (p platform) String() string { return p.os + "/" + p.arch }

var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// A binary is one that was built.
type binary struct {
	platform
	file string
}

// maxBinary is the most that the binary for linux/amd64 may have, in bytes.
const maxBinary = 32 << 20

// install builds the program for a platform from the modules in proxy, in a GOPATH of its own.
func (s *source) install(ctx context.Context, p platform, proxy, gopath, cache, out string) (binary, error) {
	go1, err := environment(ctx)
	if err != nil {
		return binary{}, err
	}
	cmd := exec.CommandContext(ctx, "go", "install", "-trimpath", "-ldflags=-s -w", root+"/app/cmd/wxup@"+s.version)
	cmd.Dir = gopath // no workspace, no module
	if err := os.MkdirAll(gopath, 0o755); err != nil {
		return binary{}, err
	}
	cmd.Env = append(os.Environ(),
		"GOOS="+p.os, "GOARCH="+p.arch, "GOAMD64=v1", "GOARM64=v8.0", "CGO_ENABLED=0",
		"GOWORK=off", "GOFLAGS=", "GOBIN=", "GOPATH="+gopath, "GOMODCACHE="+filepath.Join(gopath, "pkg", "mod"),
		"GOCACHE="+cmp.Or(cache, go1["GOCACHE"]),
		// What was downloaded before is not downloaded again; the modules made here have no entry
		// in a checksum database.
		"GOPROXY="+strings.Join([]string{fileURL(proxy), fileURL(filepath.Join(go1["GOMODCACHE"], "cache", "download")), go1["GOPROXY"]}, ","),
		"GONOSUMDB="+strings.TrimPrefix(go1["GONOSUMDB"]+","+root, ","))
	if text, err := cmd.CombinedOutput(); err != nil {
		return binary{}, fmt.Errorf("go install for %s: %w\n%s", p, err, text)
	}
	suffix := ""
	if p.os == "windows" {
		suffix = ".exe"
	}
	built := filepath.Join(gopath, "bin", "wxup"+suffix)
	if p.String() != go1["GOHOSTOS"]+"/"+go1["GOHOSTARCH"] {
		built = filepath.Join(gopath, "bin", p.os+"_"+p.arch, "wxup"+suffix)
	}
	b := binary{p, filepath.Join(out, fmt.Sprintf("wxup_%s_%s_%s%s", s.version, p.os, p.arch, suffix))}
	content, err := os.ReadFile(built)
	if err != nil {
		return binary{}, err
	}
	if p == platforms[0] && len(content) > maxBinary {
		return binary{}, fmt.Errorf("the binary for %s has %d bytes, %d at most", p, len(content), maxBinary)
	}
	fmt.Printf("%s  %.1f MB\n", filepath.Base(b.file), float64(len(content))/1e6)
	return b, os.WriteFile(b.file, content, 0o755)
}

// environment is what Go would use here.
func environment(ctx context.Context) (map[string]string, error) {
	names := []string{"GOPROXY", "GOMODCACHE", "GOCACHE", "GONOSUMDB", "GOHOSTOS", "GOHOSTARCH", "GOROOT"}
	out, err := exec.CommandContext(ctx, "go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	values := map[string]string{}
	for i, line := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		values[names[i]] = line
	}
	return values, nil
}

func fileURL(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	dir = filepath.ToSlash(dir)
	if !strings.HasPrefix(dir, "/") {
		dir = "/" + dir
	}
	return "file://" + dir
}

const sumsFile = "SHA256SUMS"

// writeSums lists the digest of every file of a release, as sha256sum -c reads it.
func writeSums(out string) error {
	var lines strings.Builder
	err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(out, path)
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(content), filepath.ToSlash(name))
		return err
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, sumsFile), []byte(lines.String()), 0o644)
}
