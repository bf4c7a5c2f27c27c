// Package tokenstore shares the access tokens of Official Accounts between processes, in files or
// in a database.
//
// An account has one token at a time: fetching a new one from /cgi-bin/token ends the one before,
// and every other program of that account that still uses it is refused. Programs that share a
// store fetch each token once:
//
//	client := &wxup.Client{
//		Auth: &wxup.App{
//			AppID: "wx…", Secret: "…",
//			Store: &tokenstore.File{Dir: "/var/lib/shop/tokens"},
//		},
//	}
//
// [File] is for processes on one machine, [SQL] for those on several. One process at a time renews
// a token while the others wait. If it is killed, another takes over: with File at once, with SQL
// when its lease ends.
//
// For two hours a token is worth as much as a password. Only their owner can read the files; the
// database decides who can read the table.
package tokenstore
