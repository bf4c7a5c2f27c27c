package node_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"

	"github.com/wxup/wxup/app/node"
)

// A server inside another program, on a free port, with keys and accounts of its own.
func Example() {
	dir, err := os.MkdirTemp("", "wxup-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	n, err := node.New(ctx, node.Config{Data: dir, HTTP: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer n.Close()
	err = n.Run(ctx, func() {
		defer stop() // Run returns
		resp, err := http.Get(n.Addresses().HTTP + "/readyz")
		if err != nil {
			fmt.Println(err)
			return
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		fmt.Printf("%d %s", resp.StatusCode, text)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: 200 ok
}
