package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/zip"
)

// root is the path of the library's module; the others are below it.
const root = "github.com/wxup/wxup"

// modules are the folders whose modules are released. The others are proofs.
var modules = []string{"", "fit", "app"}

// A source is a commit, unpacked.
type source struct {
	dir     string
	commit  string
	time    time.Time
	version string
}

// checkout unpacks the commit that is checked out here into dir.
func checkout(ctx context.Context, dir string) (*source, error) {
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", args...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("git %s: %w\n%s", args[0], err, stderr.Bytes())
		}
		return strings.TrimSuffix(string(out), "\n"), nil
	}
	top, err := git("rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	line, err := git("log", "-1", "--format=%H %cI")
	if err != nil {
		return nil, err
	}
	commit, when, _ := strings.Cut(line, " ")
	committed, err := time.Parse(time.RFC3339, when)
	if err != nil {
		return nil, err
	}
	src := &source{dir: dir, commit: commit, time: committed.UTC()}
	src.version = "v0.0.0-dev." + src.time.Format("20060102150405") + "." + commit[:12]
	if tags, err := git("tag", "--points-at", "HEAD", "--list", "v*"); err != nil {
		return nil, err
	} else if tag, _, _ := strings.Cut(tags, "\n"); semver.IsValid(tag) {
		src.version = tag
	}
	cmd := exec.CommandContext(ctx, "git", "-C", top, "archive", "--format=tar", commit)
	archive, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git archive: %w", err)
	}
	return src, untar(bytes.NewReader(archive), dir)
}

func untar(r io.Reader, dir string) error {
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		b, err := io.ReadAll(archive)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, b, h.FileInfo().Mode().Perm()|0o600); err != nil {
			return err
		}
	}
}

// serve writes the modules into dir as a module proxy serves them
// (https://go.dev/ref/mod#goproxy-protocol).
func (s *source) serve(dir string) error {
	for _, name := range modules {
		folder := filepath.Join(s.dir, name)
		mod, err := s.goMod(folder)
		if err != nil {
			return err
		}
		if name != "" { // a repository's license holds for the modules in its folders
			license, err := os.ReadFile(filepath.Join(s.dir, "LICENSE"))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(folder, "LICENSE"), license, 0o644); err != nil {
				return err
			}
		}
		path := strings.TrimSuffix(root+"/"+name, "/")
		at := filepath.Join(dir, filepath.FromSlash(path), "@v")
		if err := os.MkdirAll(at, 0o755); err != nil {
			return err
		}
		var content bytes.Buffer
		if err := zip.CreateFromDir(&content, module.Version{Path: path, Version: s.version}, folder); err != nil {
			return fmt.Errorf("zip %s: %w", path, err)
		}
		info, err := json.Marshal(map[string]any{"Version": s.version, "Time": s.time})
		if err != nil {
			return err
		}
		for file, b := range map[string][]byte{"list": []byte(s.version + "\n"), s.version + ".info": info, s.version + ".mod": mod, s.version + ".zip": content.Bytes()} {
			if err := os.WriteFile(filepath.Join(at, file), b, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// goMod makes a module's go.mod require the others in this version, and returns it. What is tagged
// must say so already.
func (s *source) goMod(folder string) ([]byte, error) {
	name := filepath.Join(folder, "go.mod")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	file, err := modfile.Parse(name, text, nil)
	if err != nil {
		return nil, err
	}
	if len(file.Replace) > 0 {
		return nil, fmt.Errorf("%s has a replace directive: nobody could go install it", name)
	}
	tagged := !strings.HasPrefix(s.version, "v0.0.0-dev")
	for _, r := range file.Require {
		if r.Mod.Path != root && !strings.HasPrefix(r.Mod.Path, root+"/") {
			continue
		}
		if tagged && r.Mod.Version != s.version {
			return nil, fmt.Errorf("%s requires %s, and the tag is %s: set it before tagging", name, r.Mod, s.version)
		}
		if err := file.AddRequire(r.Mod.Path, s.version); err != nil {
			return nil, err
		}
	}
	file.Cleanup()
	if text, err = file.Format(); err != nil {
		return nil, err
	}
	return text, os.WriteFile(name, text, 0o644)
}

// removeAll removes a directory that may hold Go's module cache, whose folders are read-only.
func removeAll(dir string) error {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			err = os.Chmod(path, 0o700)
		}
		return err
	})
	return errors.Join(err, os.RemoveAll(dir))
}
