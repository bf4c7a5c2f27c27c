// Package scripts runs the program as people do, in scripts (testdata), and the commands of the
// READMEs. The program is built from the checkout first:
//
//	cd e2e && GOWORK=off go test -count=1 ./scripts
package scripts
