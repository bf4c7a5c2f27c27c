// Package gate keeps a listener open to newcomers, however many connections somebody opens.
//
//	l = gate.New(l, gate.Config{Most: 1024})
//	server := &http.Server{ConnContext: gate.Context}
//	…
//	gate.Proved(r.Context()) // in a handler that knows who is calling
//
// There is a most of connections. When it is reached a newcomer takes the place of the connection
// that is worth the least: the one that is furthest behind a rate of [Rate] bytes a second, in
// either direction. So those go first that are silent, that send a byte now and then, that do not
// read their answers, or that are idle. A connection whose caller has proved who they are has a
// head start of [Start]. Callers without proof have an eighth of the places for each address: one
// address cannot take all of them, and who shares it with an attacker still finds a place.
//
// A connection may also not stand still while an answer is written to it: see [Stall].
package gate
