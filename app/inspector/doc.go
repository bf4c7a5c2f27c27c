// Package inspector is the page at / and the JSON API under /api/v1/: every request that reached a
// server, why it was refused, and the keys that a developer needs.
//
//	insp, err := inspector.New(inspector.Config{
//		Index: index, Keeper: keeper, AdminToken: dir.AdminToken,
//	})
//	mux.Handle("/", insp)                               // on a listener of its own
//	fmt.Println(insp.OnceLink("http://127.0.0.1:8082")) // opens the page, once, from this machine
//	defer insp.Close()                                  // ends the live streams
//
// It reads, but for one thing: an image can be taken down, and shown again. What it shows comes
// from a store's index, so that any number of servers may share one and each shows what all of them
// did: there is no hook in the server, the index is asked again and again while somebody looks on.
//
// # Who may look
//
// Anyone who has the admin token, sent as Authorization: Bearer, typed into the login form, or
// stood in for by the link that the program prints. The session cookie is made from the admin
// token, so nodes need not share sessions, and another admin token ends them all, with the links
// and streams that are open. What an operator does is in the log. Keys and secrets are in no page
// and in no answer but that of POST /api/v1/keys/reveal.
//
// # What strangers have sent
//
// Names, headers and metas come from anyone who can reach the upload APIs. They pass through
// html/template, or through textContent in the browser; the policy of the page forbids inline
// scripts, other hosts and every way from a text to markup. Characters that are not seen, or that
// turn the direction of a line, are shown as marks.
//
// # The files
//
//	routes.go                         New and the paths
//	session.go, login.go              who may look
//	inspector.go                      Config and the Inspector
//	render.go                         what every page and call has
//	filter.go                         which exchanges; looking through them
//	feed.go                           what is new, for everybody who looks on
//	exchanges.go                      list and one as JSON
//	stream.go, wait.go                the same as they come
//	record.go                         an exchange's JSON forms
//	media.go                          kept files
//	images.go                         images taken down and shown again
//	keys.go                           secrets, and the page of keys
//	accounts.go                       merchants, apps, endpoints
//	connect.go, index.go              the page Connect; the index as the inspector uses it
//	templates.go                      the templates
//	list.go, row.go, detail.go        what the pages show
//	finding.go                        why it was refused
//	marks.go                          characters that are not seen
//	signtext.go, snippet.go, curl.go  the request, to be made again elsewhere
//	language.go, chinese.go           English and 中文
//	fault.go, static.go               errors of the API; modules and style
//	note.go                           what an operator did, for the log
//
// The pages are whole without JavaScript. The modules in static/ make them live and give them keys.
package inspector
