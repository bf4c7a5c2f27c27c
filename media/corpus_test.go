package media_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/media"
)

// disagreements are the files of the corpus that Walk judges otherwise than the manifest, each with
// the reason. Behind those that the manifest would accept stand decoders that make up what is
// missing.
var disagreements = map[string]string{
	"go-fuzz-png/5c3ed56ce71be1412d4d679d15d4b0c081385cfe-3":   "IDAT ends with the file, its CRC is cut off: truncated",
	"go-fuzz-png/df6c8819922811197eb8b17369e379060099fce8-1":   "IDAT is longer than the file: truncated",
	"go-fuzz-png/ff341f97c6db6ad42ed0c8750f072cd2e076426b-4":   "16 KB of IDAT are promised, 363 bytes are there: truncated",
	"jpeg-decoder-afl/id_001427_src_000319_op_havoc_rep_1.jpg": "ends inside a segment, no EOI: truncated",
	"zune-fuzz/aca4f2657eef750988c7bdd29e4f98bfedf026ad":       "ends inside a segment, no EOI: truncated",
	"zune-fuzz/96b39cb531dec93493bf18c4c46df190704cb887":       "a comment of 64 KB reaches behind the file, no EOI: truncated",
	"go-fuzz-png/fef3a15e89629bbf33ab6bdb1c6b09ae1f2e28fd-2":   "only IEND is missing; that the one whole IDAT stops early shows only when it is inflated",
}

// TestCorpus walks a collection of picture files whose manifest says how good each is. It lies
// beside the checkout, not in it, for its licences are many; WXUP_CORPUS names another place.
func TestCorpus(t *testing.T) {
	dir := need.Corpus(t, "../../shared/corpus")
	rows, err := readManifest(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}

	type count struct{ accepted, refused, disagree int }
	tiers := map[string]*count{}
	for _, row := range rows {
		file := row["path"]
		f, err := os.Open(filepath.Join(dir, "files", filepath.FromSlash(file)))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		info, err := media.Walk(f)
		f.Close()

		c := tiers[row["tier"]]
		if c == nil {
			c = new(count)
			tiers[row["tier"]] = c
		}
		if err == nil {
			c.accepted++
		} else {
			c.refused++
		}
		wrong := disagrees(row, info, err)
		if wrong != "" {
			c.disagree++
		}
		if reason := disagreements[file]; (wrong != "") != (reason != "") {
			t.Errorf("%s (%s, %s): got %v; %s; known disagreement: %q", file, row["tier"], row["structure_walk"], err, wrong, reason)
		}
	}

	var table strings.Builder
	fmt.Fprintf(&table, "%-12s %9s %9s %9s\n", "tier", "accepted", "refused", "disagree")
	for _, tier := range []string{"empty", "T0-type", "T1-header", "T2-body", "T3-disputed", "T4-good", "TB-bomb"} {
		if c := tiers[tier]; c != nil {
			fmt.Fprintf(&table, "%-12s %9d %9d %9d\n", tier, c.accepted, c.refused, c.disagree)
		}
	}
	t.Logf("%d files\n%s", len(rows), &table)
}

// disagrees says what is wrong about a verdict, or nothing.
func disagrees(row map[string]string, info media.Info, err error) string {
	accept, refuse := false, false
	switch row["tier"] {
	case "T4-good", "T3-disputed":
		accept = true
	case "T2-body":
		accept = strings.HasPrefix(row["expect_v3"], "200 ")
		switch row["structure_walk"] {
		case "no EOI", "ends in fill", "short segment", "segment past end",
			"no IEND", "no IDAT", "chunk length", "pixels past end", "offset past end":
			refuse = true // cut off; what else may be damaged is left to the walk
		}
	default:
		refuse = true
	}
	tooBig := errors.Is(err, media.TooBig)
	switch {
	case accept && err != nil:
		return "want accepted"
	case refuse && err == nil:
		return "want refused"
	case row["tier"] == "T0-type" && !errors.Is(err, media.NotPicture):
		return "want not a picture"
	case row["tier"] == "TB-bomb" && !tooBig:
		return "want too big"
	case row["tier"] != "TB-bomb" && tooBig:
		return "want another reason"
	case err == nil && strings.ToUpper(string(info.Format)) != row["format"]:
		return "want format " + row["format"]
	case err == nil && fmt.Sprintf("%dx%d", info.Width, info.Height) != row["dims"]:
		return fmt.Sprintf("want %s, got %dx%d", row["dims"], info.Width, info.Height)
	}
	return ""
}

// readManifest reads a file of tab-separated columns with their names in the first line.
func readManifest(name string) ([]map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan()
	names := strings.Split(lines.Text(), "\t")
	var rows []map[string]string
	for lines.Scan() {
		row := map[string]string{}
		for i, column := range strings.Split(lines.Text(), "\t") {
			row[names[i]] = column
		}
		rows = append(rows, row)
	}
	return rows, lines.Err()
}
