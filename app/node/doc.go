// Package node runs a server: WeChat's APIs, the inspector, the proxy, and the house-keeping, from
// one data directory. The commands serve and exec use it, and so can a Go program of its own:
//
//	n, err := node.New(ctx, node.Config{Data: dir, HTTP: "127.0.0.1:0"})
//	defer n.Close()
//	err = n.Run(ctx, func() { fmt.Println(n.Addresses().HTTP) })
//
// Tests of programs that use package wxup need less: see package wxuptest.
//
// From the bottom up: listen.go opens ports, doors.go, readiness.go and waiting.go are what answers
// there, house.go does what is due now and then, config.go checks what was asked for, parts.go
// opens what a node consists of, and node.go puts it all together.
package node
