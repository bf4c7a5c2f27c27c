package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestMain puts the program first in PATH: the test binary under the program's name.
func TestMain(m *testing.M) {
	name := "wxup"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if filepath.Base(os.Args[0]) == name {
		main()
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "wxup-s")
		if err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(dir)
		self, err := os.Executable()
		if err != nil {
			log.Fatal(err)
		}
		if err := link(self, filepath.Join(dir, name)); err != nil {
			log.Fatal(err)
		}
		os.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache")) // put keeps its ledger there: not in the user's own
		os.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
		os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		return m.Run()
	}())
}

// link makes a file known by a second name, or copies it to another file system.
func link(file, name string) error {
	if os.Link(file, name) == nil {
		return nil
	}
	program, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(name, program, 0o755)
}

func paint(suffix string, w, h int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), uint8(x*y + w), 255})
		}
	}
	var b bytes.Buffer
	var err error
	if suffix == ".png" {
		err = png.Encode(&b, m)
	} else {
		err = jpeg.Encode(&b, m, nil)
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

// padded is a JPEG of n bytes.
func padded(n int) []byte {
	p := paint(".jpg", 64, 48)
	b := append([]byte(nil), p[:2]...)
	for missing := n - len(p); missing > 0; {
		c := min(missing, 65537)
		if rest := missing - c; rest > 0 && rest < 4 {
			c -= 4
		}
		b = append(b, 0xff, 0xfe, byte((c-2)>>8), byte(c-2))
		b = append(b, bytes.Repeat([]byte{'x'}, c-4)...)
		missing -= c
	}
	return append(b, p[2:]...)
}

// at is the URL of a path, which one of the two doors has.
func at(vars map[string]string, path string) string {
	if strings.HasPrefix(path, "/api/") {
		return vars["WXUP_ADMIN_URL"] + path
	}
	return vars["WXUP_HTTP_URL"] + path
}

func fetch(address, token string) ([]byte, int, error) {
	r, err := http.NewRequest("GET", address, nil)
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, 0, fmt.Errorf("fetch %s: %w", address, err)
	}
	return b, resp.StatusCode, nil
}
