// Package tokenstore shares the access tokens of Official Accounts between processes, in files or in a database.
//
// WeChat gives an account one token at a time: who fetches a new one from /cgi-bin/token ends the one before, and with it
// the calls of every other program of that account. Programs that share a store fetch a token once for all:
//
//	client := &wxup.Client{
//		App:        &wxup.App{AppID: "wx…", Secret: "…"},
//		TokenStore: &tokenstore.File{Dir: "/var/lib/shop/tokens"},
//	}
//
// [File] is for processes on one machine, [SQL] for those on many. One process at a time renews a token, the others wait
// for it; one that is killed while it does so holds nobody up, or not for long.
//
// A token is worth as much as a password for two hours. The files are readable by their owner only; who may read the
// table is up to the database.
package tokenstore
