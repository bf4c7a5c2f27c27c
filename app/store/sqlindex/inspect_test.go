package sqlindex

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/server"
)

// flawsOf lists what Inspect finds, as text, and holds that each is in Chinese too.
func flawsOf(t *testing.T, ix *Index) (list []string) {
	t.Helper()
	must(t, ix.Inspect(t.Context(), false, func(f Flaw) {
		list = append(list, fmt.Sprint(f.Kind, " ", f.Table, " ", f.Row, ": ", f.Err))
		if f.Kind != FlawFile {
			mustBeChinese(t, f.Err)
		}
	}))
	slices.Sort(list)
	return list
}

// recordMany records uploads.
func recordMany(t *testing.T, ix *Index, n int) {
	t.Helper()
	for i := range n {
		must(t, ix.Record(t.Context(), &server.Exchange{
			ID: fmt.Sprint("exchange-", i), Time: time.Now(), Account: "1900000001", Endpoint: "marketing", Answer: []byte("{}"),
			Media: &server.Media{ID: fmt.Sprint("media-", i), Account: "1900000001", SHA256: fmt.Sprintf("%064x", i), Size: 5, Created: time.Now()},
		}))
	}
}

// TestInspect finds nothing in an index that is whole, and then each thing that a hand has done to
// it.
func TestInspect(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ix := open(t, t.TempDir())
		recordMany(t, ix, inspectAtOnce+5)
		must(t, ix.PutApp(t.Context(), server.App{AppID: "wx1", Secret: "secret-of-the-app"}))
		if list := flawsOf(t, ix); len(list) > 0 {
			t.Fatalf("an index that is whole has %d flaws: %q …", len(list), list[0])
		}
		for _, change := range []string{
			`UPDATE exchange SET warnings = '[' WHERE id = 'exchange-3'`,
			`UPDATE exchange_body SET request = '{"a":' WHERE id = 'exchange-204'`,
			`DELETE FROM exchange_body WHERE id = 'exchange-5'`,
			`UPDATE media SET sha256 = 'ABC' WHERE id = 'media-6'`,
			`UPDATE media SET size = -1 WHERE id = 'media-7'`,
			`DELETE FROM blob WHERE sha256 = (SELECT sha256 FROM media WHERE id = 'media-8')`,
			`UPDATE blob SET state = 'lost' WHERE sha256 = (SELECT sha256 FROM media WHERE id = 'media-9')`,
			`UPDATE app SET allow_ips = 'secret' WHERE appid = 'wx1'`,
		} {
			_, err := ix.db.change(t.Context(), []statement{stmt(change)})
			must(t, err)
		}
		want := []string{
			"record app wx1: allow_ips is not JSON",
			fmt.Sprintf("record blob %064x: state is unknown", 9),
			"record exchange exchange-204: request is not JSON",
			"record exchange exchange-3: warnings is not JSON",
			"record exchange exchange-5: its report, request and answer are missing",
			"record media media-6: sha256 is not a SHA-256 in hex",
			"record media media-7: size is negative",
			"row media media-6: no row says that its bytes are kept",
			"row media media-8: no row says that its bytes are kept",
		}
		if list := flawsOf(t, ix); !slices.Equal(list, want) {
			t.Errorf("flaws:\n%s\nwant:\n%s", strings.Join(list, "\n"), strings.Join(want, "\n"))
		}
	})
}

// TestInspectTornFile overwrites every third page. What is left of the file opens or does not; no
// call panics, and damage that Open has not seen is found by Inspect, which says so in words.
func TestInspectTornFile(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "index.db")
	ix := openAt(t, whole)
	recordMany(t, ix, 60)
	must(t, ix.Close())
	content, err := os.ReadFile(whole)
	must(t, err)
	const page = 4096
	refused, found, unseen := 0, 0, 0
	for at := page; at+page <= len(content); at += 3 * page {
		torn := slices.Clone(content)
		for i := range page {
			torn[at+i] = byte(i*7 + 1)
		}
		path := filepath.Join(t.TempDir(), "index.db")
		must(t, os.WriteFile(path, torn, 0o600))
		ix, err := Open(t.Context(), path)
		if err != nil {
			refused++
			if !strings.Contains(err.Error(), "the file is damaged: restore it from a backup") {
				t.Errorf("page %d: %v", at/page, err)
			}
			continue
		}
		if list := flawsOf(t, ix); len(list) == 0 {
			unseen++ // nothing is in this page
		} else if found++; !strings.HasPrefix(list[0], "database ") {
			t.Errorf("page %d: %q", at/page, list)
		}
		ix.Close()
	}
	if refused == 0 || found < 10 || unseen > 0 {
		t.Errorf("Open refused %d, Inspect found %d and not %d", refused, found, unseen)
	}
}
