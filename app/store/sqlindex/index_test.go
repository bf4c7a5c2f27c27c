package sqlindex

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/app/testservers"
)

// opener opens an index for a test: of the same directory the same one. When the test is over, the
// plan of every query that was used is looked at: one that reads through a table which grows is an
// error.
type opener func(t testing.TB, dir string) *Index

// onEach runs a test on each engine.
func onEach(t *testing.T, test func(*testing.T, opener)) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) { test(t, openIndex) })
	t.Run("PostgreSQL", func(t *testing.T) {
		database := testservers.Postgres(t)
		var schemas int
		test(t, func(tb testing.TB, dir string) *Index {
			tb.Helper()
			if _, ok := databases.Load(dir); !ok { // a schema each, which is quicker to make than a database
				schemas++
				withSQL(tb, database, fmt.Sprint("CREATE SCHEMA s", schemas))
				databases.Store(dir, fmt.Sprint(database, "&search_path=s", schemas))
			}
			return openAt(tb, placeIn(dir))
		})
	})
}

func openIndex(t testing.TB, dir string) *Index {
	t.Helper()
	return openAt(t, placeIn(dir))
}

// databases are those of PostgreSQL, by directory.
var databases sync.Map

// placeIn is the path or URL of the index of a directory.
func placeIn(dir string) string {
	if dsn, ok := databases.Load(dir); ok {
		return dsn.(string)
	}
	return filepath.Join(dir, "index.db")
}

func openPostgresIndex(t testing.TB, dir string) *Index {
	t.Helper()
	dsn, ok := databases.Load(dir)
	if !ok {
		dsn = testservers.Postgres(t)
		databases.Store(dir, dsn)
	}
	return openAt(t, dsn.(string))
}

func openAt(t testing.TB, where string) *Index {
	t.Helper()
	ix, err := Open(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{engine: ix.db}
	ix.db = w
	t.Cleanup(func() {
		checkPlans(t, w, where)
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
	})
	return ix
}

func TestIndex(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		storetest.TestIndex(t, func(t *testing.T, dir string) storetest.Index { return open(t, dir) })
	})
}

func TestReopen(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		storetest.TestReopen(t, func(t *testing.T, dir string) storetest.Index { return open(t, dir) })
	})
}

func TestNodes(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		storetest.TestNodes(t, func(t *testing.T, dir string) storetest.Node { return open(t, dir) })
	})
}
