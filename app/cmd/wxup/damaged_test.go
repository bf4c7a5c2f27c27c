package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerifyReads damages one of two images. It is answered with 500 from then on, the other one is
// served; the operator learns of it in three places, until fsck has restored it.
func TestVerifyReads(t *testing.T) {
	data := t.TempDir()
	p := start(t, data, "--verify-reads")
	urls := map[string][]byte{}
	for i := range 2 {
		picture := paint(".png", 20+i, 20)
		file := filepath.Join(t.TempDir(), "picture.png")
		if err := os.WriteFile(file, picture, 0o600); err != nil {
			t.Fatal(err)
		}
		status, out := ran(t, "put", file, "--to", "marketing", "--data", data, "--config", "off")
		if status != exitOK {
			t.Fatalf("put: %d %s", status, out)
		}
		urls[strings.TrimSpace(out)] = picture
	}
	saved := t.TempDir()
	if status, out := ran(t, "backup", saved, "--data", data, "--config", "off"); status != exitOK {
		t.Fatalf("backup: %d %s", status, out)
	}
	files, err := filepath.Glob(filepath.Join(data, "blobs", "*", "*"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	content, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	torn := bytes.Clone(content)
	torn[len(torn)/2] ^= 1
	os.Chmod(files[0], 0o600)
	if err := os.WriteFile(files[0], torn, 0o600); err != nil {
		t.Fatal(err)
	}
	vars := p.vars(t)
	answers := func() map[int]int {
		t.Helper()
		statuses := map[int]int{}
		for url, picture := range urls {
			got, status, err := fetch(at(vars, url[strings.Index(url, "/mmbiz"):]), "") // the port is another one after a restart
			if err != nil || status == http.StatusOK && !bytes.Equal(got, picture) {
				t.Errorf("%s gives %d and %d bytes that are not those of the upload: %v", url, status, len(got), err)
			}
			statuses[status]++
		}
		return statuses
	}
	told := func(want string, path string) func() bool {
		return func() bool {
			got, _, err := fetch(vars["WXUP_ADMIN_URL"]+path, vars["WXUP_ADMIN_TOKEN"])
			return err == nil && strings.Contains(string(got), want)
		}
	}
	if got := answers(); got[http.StatusOK] != 1 || got[http.StatusInternalServerError] != 1 {
		t.Errorf("with a damaged file, the answers are %v", got)
	}
	if !becomes(told("degraded: 1 kept files are damaged", "/readyz")) || !becomes(told("\nwxup_damaged_files 1\n", "/metrics")) {
		t.Error("neither /readyz nor /metrics tells of it")
	}
	p.kill()
	if status, out := ran(t, "fsck", "--repair", "--from", filepath.Join(saved, "blobs"), "--data", data, "--config", "off"); status != exitOK {
		t.Errorf("fsck --repair: %d %s", status, out)
	}
	p = start(t, data, "--verify-reads")
	vars = p.vars(t)
	if got := answers(); got[http.StatusOK] != 2 || !becomes(told("\nwxup_damaged_files 0\n", "/metrics")) {
		t.Errorf("after fsck has restored it, the answers are %v", got)
	}
}
