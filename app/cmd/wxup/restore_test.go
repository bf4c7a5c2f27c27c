package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
)

// TestRestoreDrill loses a machine: of what it had only the backup is left, which is copied to a
// new data directory. A client that was set up for the old machine goes on there: each URL and id
// gives the same bytes, the same image gets the same id, and its keys and tokens are good.
func TestRestoreDrill(t *testing.T) {
	lost := filepath.Join(t.TempDir(), "lost")
	p := start(t, lost)
	vars := p.vars(t)
	c := p.client(t, vars)
	type upload struct {
		ep   *wxup.Endpoint
		data []byte
		id   string
		path string
	}
	var uploads []upload
	send := func(u *upload) {
		t.Helper()
		res, err := c.Upload(t.Context(), u.ep, wxup.Bytes(fmt.Sprint(u.ep.Name, ".png"), u.data))
		if err != nil {
			t.Fatalf("%s: %v", u.ep.Name, err)
		}
		u.id, u.path = res.MediaID, "/api/v1/media/"+res.MediaID
		if u.ep.Public() {
			u.path = res.URL[strings.Index(res.URL, "/mmbiz"):]
		}
	}
	for i := range 10 {
		for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.MerchantImage, wxup.ArticleImage, wxup.TempImage} {
			u := upload{ep: ep, data: paint(".png", 20+i, 20)}
			send(&u)
			uploads = append(uploads, u)
		}
	}
	if status, out := ran(t, "merchant", "add", "1900000077", "--data", lost, "--config", "off"); status != exitOK {
		t.Fatalf("merchant add: %d %s", status, out)
	}
	timed := func(what string, do func()) {
		begun := time.Now()
		do()
		t.Logf("%s: %s", what, time.Since(begun).Round(time.Millisecond))
	}
	backup := filepath.Join(t.TempDir(), "backup")
	timed("backup", func() {
		if status, out := ran(t, "backup", backup, "--data", lost, "--config", "off"); status != exitOK {
			t.Fatalf("backup: %d %s", status, out)
		}
	})
	p.kill()
	if err := os.RemoveAll(lost); err != nil {
		t.Fatal(err)
	}

	restored := filepath.Join(t.TempDir(), "new machine")
	timed("copy", func() {
		if err := os.CopyFS(restored, os.DirFS(backup)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(restored, "index.db"), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	timed("fsck", func() {
		if status, out := ran(t, "fsck", "--data", restored, "--config", "off"); status != exitOK {
			t.Fatalf("fsck: %d %s", status, out)
		}
	})
	timed("start", func() { p = start(t, restored) })
	vars = p.vars(t)
	c.BaseURL = vars["WXUP_HTTP_URL"]
	timed("all is there", func() {
		for _, u := range uploads {
			got, status, err := fetch(at(vars, u.path), vars["WXUP_ADMIN_TOKEN"])
			if err != nil || status != http.StatusOK || !bytes.Equal(got, u.data) {
				t.Errorf("%s: %s gives %d, %d bytes, %v", u.ep.Name, u.path, status, len(got), err)
			}
			again := u
			if send(&again); again.id != u.id || again.path != u.path {
				t.Errorf("%s: uploaded again it is %s %s, not %s %s", u.ep.Name, again.id, again.path, u.id, u.path)
			}
		}
	})
	if status, out := ran(t, "merchant", "show", "1900000077", "--data", restored, "--config", "off"); status != exitOK || !strings.Contains(out, "1900000077") {
		t.Errorf("the merchant that was added: %d %s", status, out)
	}
}
