package fit

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/media"
)

// TestCorpus fits every file of a directory of image files, good and bad, into three rows.
// MANIFEST.tsv says in its first column which there are.
func TestCorpus(t *testing.T) {
	dir := need.Corpus(t, "../../shared/corpus")
	manifest, err := os.Open(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer manifest.Close()
	r := csv.NewReader(manifest)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	list, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	small := row(4000, media.JPEG, media.PNG)
	small.Name = "4 KB"
	rows := []*wxup.Endpoint{wxup.MarketingImage, wxup.ArticleImage, small}
	if raceEnabled { // which takes ten times as long
		rows = rows[2:]
	}
	f := New(Options{Strip: true, Memory: 256 << 20})
	count := map[string]int{}
	for _, line := range list[1:] {
		data, err := os.ReadFile(filepath.Join(dir, "files", line[0]))
		if err != nil {
			t.Fatal(err)
		}
		for _, ep := range rows {
			began, before := time.Now(), allocated()
			got, err := f.Fit(t.Context(), ep, filepath.Base(line[0]), sectionOf(data))
			if took, grown := time.Since(began), allocated()-before; took > 3*time.Second || grown > 600<<20 {
				t.Logf("%s to %s: %s, %d MB allocated", line[0], ep.Name, took.Round(time.Millisecond), grown>>20)
			}
			switch {
			case err != nil:
				if _, ok := errors.AsType[*wxup.Error](err); !ok {
					t.Errorf("%s: an error of another kind: %v", line[0], err)
				}
				count["refused"]++
				if os.Getenv("WXUP_FIT_LOG") != "" {
					t.Logf("%s to %s: %v", line[0], ep.Name, err)
				}
			case got == nil:
				count["as it is"]++
				if _, err := new(wxup.Client).Check(t.Context(), ep, wxup.Bytes(filepath.Base(line[0]), data)); err != nil && !strings.Contains(err.Error(), "empty") {
					t.Errorf("%s to %s: it is not taken as it is: %v", line[0], ep.Name, err)
				}
			default:
				c := got.Change.(*Change)
				if c.Lossless {
					count["lossless"]++
				} else {
					count["made anew"]++
				}
				if _, err := new(wxup.Client).Check(t.Context(), ep, wxup.Bytes(got.Name, got.Bytes)); err != nil {
					t.Errorf("%s to %s: %s: %v", line[0], ep.Name, c, err)
				}
				if c.To.Width > c.From.Width || c.To.Height > c.From.Height {
					t.Errorf("%s: enlarged: %s", line[0], c)
				}
				if os.Getenv("WXUP_FIT_LOG") != "" {
					t.Logf("%s to %s: %s", line[0], ep.Name, c)
				}
			}
		}
	}
	t.Log(count)
}
