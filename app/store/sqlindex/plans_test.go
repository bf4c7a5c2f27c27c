package sqlindex

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/problem"
)

// watched is an engine that notes the text of every query.
type watched struct {
	engine
	texts sync.Map // string: true
}

func (w *watched) read(ctx context.Context, query string, args []any, each func(scanner) error) error {
	w.texts.Store(query, true)
	return w.engine.read(ctx, query, args, each)
}

func (w *watched) change(ctx context.Context, list []statement) ([]int64, error) {
	for _, s := range list {
		w.texts.Store(s.query, true)
	}
	return w.engine.change(ctx, list)
}

// small are the tables that an operator fills, and that may be read through.
var small = map[string]bool{
	"setting": true, "merchant": true, "merchant_certificate": true, "m": true, "c": true, "app": true, "component": true,
	"component_authorization": true, "platform_key": true, "schema_version": true, "CONSTANT": true, "takedown": true, "newest": true,
}

func checkPlans(t testing.TB, w *watched, where string) {
	t.Helper()
	db, plan := openForPlans(t, w.engine, where)
	defer db.Close()
	w.texts.Range(func(text, _ any) bool {
		for _, step := range plan(t, db, text.(string)) {
			if bad(step, text.(string)) {
				t.Errorf("%s: %s", step, text)
			}
		}
		return true
	})
}

// bad tells of a step of a plan that takes longer the more is kept. Counting is allowed to, and so
// is finding the newest so many. The first so many rows by an index are not read through, although
// it looks so.
func bad(step, text string) bool {
	first := strings.Contains(strings.ToLower(step), " using ") && strings.Contains(text, "LIMIT") && !strings.Contains(text, "WHERE")
	if first || strings.HasPrefix(text, "SELECT COUNT(*)") || strings.Contains(text, "OFFSET") {
		return false
	}
	if scan := scanned.FindStringSubmatch(step); scan != nil && !small[scan[1]] && !strings.Contains(step, "Index Cond:") {
		return true
	}
	if strings.HasPrefix(text, "INSERT INTO blob") && strings.Contains(text, "GROUP BY") { // of one piece
		return false
	}
	sorts := strings.Contains(step, "TEMP B-TREE") || strings.Contains(step, "Sort  (")
	return sorts && !operators.MatchString(text)
}

var (
	// SCAN exchange; Seq Scan on exchange; Index Scan using exchange_at on exchange …, which needs
	// a condition.
	scanned   = regexp.MustCompile(`(?:^SCAN|(?:Seq|Index|Index Only|Bitmap Index) Scan(?: Backward)?(?: using \w+)? on) (\w+)`)
	operators = regexp.MustCompile(`FROM (merchant|platform_key|app|component|component_authorization)\b`)
)

type planner func(t testing.TB, db *sql.DB, text string) []string

func openForPlans(t testing.TB, e engine, where string) (*sql.DB, planner) {
	t.Helper()
	if _, ok := e.(*sqliteEngine); ok {
		db, err := openSQLite(where, 1)
		must(t, err)
		return db, sqlitePlan
	}
	db, err := sql.Open("pgx", where)
	must(t, err)
	db.SetMaxOpenConns(1) // for the settings: what is done in spite of them, tables being empty here, is done in any case
	_, err = db.Exec(`SET enable_seqscan = off; SET enable_sort = off; SET plan_cache_mode = force_generic_plan`)
	must(t, err)
	return db, postgresPlan
}

// sqlitePlan is what EXPLAIN QUERY PLAN says, line by line.
func sqlitePlan(t testing.TB, db *sql.DB, text string) []string {
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
		must(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	must(t, rows.Err())
	return steps
}

var argument = regexp.MustCompile(`\$\d+`)

// postgresPlan is what EXPLAIN says of the text as it is prepared, that is for any arguments.
func postgresPlan(t testing.TB, db *sql.DB, text string) []string {
	t.Helper()
	args := map[string]bool{}
	for _, a := range argument.FindAllString(text, -1) {
		args[a] = true
	}
	if _, err := db.Exec("PREPARE wxup_plan AS " + text); err != nil {
		t.Fatalf("prepare %s: %v", text, err)
	}
	defer db.Exec("DEALLOCATE wxup_plan")
	call := "EXPLAIN EXECUTE wxup_plan"
	if len(args) > 0 {
		call += "(NULL" + strings.Repeat(", NULL", len(args)-1) + ")"
	}
	rows, err := db.Query(call)
	if err != nil {
		t.Fatalf("explain %s: %v", text, err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var step string
		must(t, rows.Scan(&step))
		if n := len(steps); n > 0 && strings.HasPrefix(strings.TrimSpace(step), "Index Cond:") {
			steps[n-1] += step
			continue
		}
		steps = append(steps, step)
	}
	must(t, rows.Err())
	return steps
}

// TestListPlans: a list of few among many is not found by reading through the many.
func TestListPlans(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		dir := t.TempDir()
		ix := open(t, dir)
		where := placeIn(dir)
		if _, ok := databases.Load(dir); ok {
			for i := range 3000 {
				e := storetest.NewExchange(i)
				e.Account, e.Nonce = fmt.Sprint("account ", i%300), nil
				e.Media.Account = e.Account
				if i%3 == 0 {
					e.Problem = problem.Expired
				}
				must(t, ix.Record(t.Context(), e))
			}
		}
		db, plan := openForPlans(t, ix.db.(*watched).engine, where)
		defer db.Close()
		if _, ok := databases.Load(dir); ok {
			_, err := db.Exec(`RESET enable_seqscan; RESET enable_sort; ANALYZE`)
			must(t, err)
		}
		for _, x := range []struct {
			filter ExchangeFilter
			index  string
		}{
			{ExchangeFilter{}, "exchange_newest"},
			{ExchangeFilter{Endpoint: "video"}, "exchange_of_endpoint"},
			{ExchangeFilter{Endpoint: NoEndpoint}, "exchange_of_endpoint"},
			{ExchangeFilter{Family: wxup.PayV2}, "exchange_of_family"},
			{ExchangeFilter{Refused: true}, "exchange_refused"},
			{ExchangeFilter{Accepted: true}, "exchange_accepted"},
			{ExchangeFilter{Warned: true}, "exchange_warned"},
			{ExchangeFilter{Problem: problem.Expired}, "exchange_of_problem"},
			{ExchangeFilter{Cause: "v3.body.empty"}, "exchange_of_cause"},
			{ExchangeFilter{Account: "a"}, "exchange_of_account"},
			{ExchangeFilter{Account: "a", Refused: true}, "exchange_of_account"},
			{ExchangeFilter{Account: "a", Whole: true}, "exchange_of_account"},
		} {
			query, _ := x.filter.query()
			if got := fmt.Sprint(plan(t, db, query)); !usesIndex(got, x.index) {
				t.Errorf("%+v: %s, want %s", x.filter, got, x.index)
			}
		}
		for _, x := range []struct {
			filter MediaFilter
			index  string
		}{
			{MediaFilter{}, "media_created"},
			{MediaFilter{Account: "a"}, "media_account"},
			{MediaFilter{Endpoint: "a"}, "media_of_endpoint"},
		} {
			query, _ := x.filter.query()
			if got := fmt.Sprint(plan(t, db, query)); !usesIndex(got, x.index) {
				t.Errorf("%+v: %s, want %s", x.filter, got, x.index)
			}
		}
	})
}

// usesIndex: SQLite says USING INDEX name (…), PostgreSQL Index Scan Backward using name on …, or
// Bitmap Index Scan on name.
func usesIndex(plan, index string) bool {
	return strings.Contains(plan, "USING INDEX "+index+" ") || strings.Contains(plan, " using "+index+" ") || strings.Contains(plan, "Bitmap Index Scan on "+index+" ")
}

func TestPlanOfAScan(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		dir := t.TempDir()
		ix := open(t, dir)
		db, plan := openForPlans(t, ix.db.(*watched).engine, placeIn(dir))
		defer db.Close()
		for _, query := range []string{
			`SELECT id FROM exchange WHERE remote = $1`,
			`SELECT id FROM exchange WHERE problem <> '' ORDER BY id DESC, at LIMIT $1`,
		} {
			found := false
			steps := plan(t, db, query)
			for _, step := range steps {
				found = found || bad(step, query)
			}
			if !found {
				t.Errorf("%s reads through or sorts a table, and checkPlans does not see it: %s", query, steps)
			}
		}
	})
}
