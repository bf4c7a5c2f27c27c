package sample

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"sample.png", "a.JPG"} {
		path := filepath.Join(dir, name)
		for range 2 { // the second time it is there already
			if err := Write(path); err != nil {
				t.Fatal(err)
			}
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width != 640 || c.Height != 360 {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	other := filepath.Join(dir, "other.png")
	if err := os.WriteFile(other, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(other); err == nil {
		t.Error("another file was overwritten")
	}
	if err := Write(filepath.Join(dir, "a.gif")); err == nil {
		t.Error("a .gif was written")
	}
}
