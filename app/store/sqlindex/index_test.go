package sqlindex

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/store/storetest"
)

// openIndex opens an index for a test. When the test is over, the plan of every query that it has used is looked at: one
// that reads through a table which grows is an error.
func openIndex(t testing.TB, dir string) *Index {
	t.Helper()
	path := filepath.Join(dir, "index.db")
	ix, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
		checkPlans(t, ix, path)
	})
	return ix
}

func TestIndex(t *testing.T) {
	storetest.TestIndex(t, func(t *testing.T, dir string) storetest.Index { return openIndex(t, dir) })
}

func TestReopen(t *testing.T) {
	storetest.TestReopen(t, func(t *testing.T, dir string) storetest.Index { return openIndex(t, dir) })
}

// small are the tables that an operator fills, and that may be read through.
var small = map[string]bool{
	"setting": true, "merchant": true, "merchant_certificate": true, "m": true, "c": true, "app": true, "component": true,
	"component_authorization": true, "platform_key": true, "schema_version": true, "CONSTANT": true,
}

func checkPlans(t testing.TB, ix *Index, path string) {
	t.Helper()
	db, err := openSQLite(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var texts []string
	ix.read.stmts.Range(func(text, _ any) bool { texts = append(texts, text.(string)); return true })
	for text := range ix.write.stmts {
		texts = append(texts, text)
	}
	for _, text := range texts {
		if first, _, _ := strings.Cut(text, " "); first == "BEGIN" || first == "COMMIT" || first == "ROLLBACK" || first == "SAVEPOINT" || first == "RELEASE" {
			continue
		}
		for _, step := range plan(t, db, text) {
			words := strings.Fields(step)
			if words[0] == "SCAN" && !small[words[1]] {
				t.Errorf("%s: %s", step, text)
			}
			if strings.Contains(step, "TEMP B-TREE") && !strings.Contains(text, "FROM merchant") && !strings.Contains(text, "FROM platform_key") {
				t.Errorf("%s: %s", step, text)
			}
		}
	}
}

// plan is what EXPLAIN QUERY PLAN says, line by line.
func plan(t testing.TB, db *sql.DB, text string) []string {
	t.Helper()
	args := make([]any, strings.Count(text, "$"))
	for i := range args {
		args[i] = 1
	}
	rows, err := db.Query("EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Fatalf("explain %s: %v", text, err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// TestListPlans: a list of few among many is not found by reading through the many.
func TestListPlans(t *testing.T) {
	ix := openIndex(t, t.TempDir())
	for _, x := range []struct {
		filter ExchangeFilter
		index  string
	}{
		{ExchangeFilter{}, "exchange_at"},
		{ExchangeFilter{Endpoint: "video"}, "exchange_at"},
		{ExchangeFilter{Refused: true}, "exchange_refused"},
		{ExchangeFilter{Problem: wxup.Expired}, "exchange_refused"},
		{ExchangeFilter{Account: "a"}, "exchange_account"},
		{ExchangeFilter{Account: "a", Refused: true}, "exchange_account"},
	} {
		query, _ := x.filter.query()
		if got := fmt.Sprint(plan(t, ix.read.db, query)); !strings.Contains(got, "USING INDEX "+x.index+" ") {
			t.Errorf("%+v: %s, want %s", x.filter, got, x.index)
		}
	}
	for _, x := range []struct {
		filter MediaFilter
		index  string
	}{
		{MediaFilter{}, "media_created"},
		{MediaFilter{Account: "a"}, "media_account"},
	} {
		query, _ := x.filter.query()
		if got := fmt.Sprint(plan(t, ix.read.db, query)); !strings.Contains(got, "USING INDEX "+x.index+" ") {
			t.Errorf("%+v: %s, want %s", x.filter, got, x.index)
		}
	}
}

func TestPlanOfAScan(t *testing.T) {
	ix := openIndex(t, t.TempDir())
	got := fmt.Sprint(plan(t, ix.read.db, `SELECT id FROM exchange WHERE remote = $1`))
	if !strings.Contains(got, "SCAN exchange") {
		t.Errorf("a query that reads through a table is explained as %q: checkPlans sees nothing", got)
	}
}
