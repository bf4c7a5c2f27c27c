// Package e2e tests what people see: the page, in a real browser, and below, in package scripts,
// the program in a shell. It is a module of its own, so that the drivers of browsers and scripts
// are not among what the program needs.
//
//	cd e2e && GOWORK=off go test -count=1 ./...
package e2e
