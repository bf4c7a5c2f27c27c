// Command get fetches a page with the system's roots.
package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	resp, err := http.Get(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	resp.Body.Close()
}
