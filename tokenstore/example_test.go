package tokenstore_test

import (
	"database/sql"
	"log"
	"os"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/tokenstore"
)

// Programs on one machine that share a directory fetch a token once for all of them.
func ExampleFile() {
	client := &wxup.Client{
		Auth: &wxup.App{
			AppID: "wxd930ea5d5a258f4f", Secret: os.Getenv("WXUP_APPSECRET"),
			Store: &tokenstore.File{Dir: "/var/lib/shop/tokens"},
		},
	}
	_ = client
}

// Programs on many machines share a table.
func ExampleSQL() {
	db, err := sql.Open("pgx", os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := db.Exec(tokenstore.Schema); err != nil {
		log.Fatal(err)
	}
	client := &wxup.Client{
		Auth: &wxup.App{
			AppID: "wxd930ea5d5a258f4f", Secret: os.Getenv("WXUP_APPSECRET"),
			Store: &tokenstore.SQL{DB: db},
		},
	}
	_ = client
}
