// Fetch prints what URLs answer, for scripts, which must not depend on curl:
//
//	fetch [--post] [--header 'Name: value'] [--cacert FILE] URL…
//
// It fails at the first URL that is not answered with 200.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

func main() {
	roots, post := flag.String("cacert", "", ""), flag.Bool("post", false, "")
	header := http.Header{}
	flag.Func("header", "", func(line string) error {
		name, value, _ := strings.Cut(line, ": ")
		header.Add(name, value)
		return nil
	})
	flag.Parse()
	transport := &http.Transport{}
	if *roots != "" {
		pem, err := os.ReadFile(*roots)
		if err != nil {
			log.Fatal(err)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
		transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem)
	}
	for _, url := range flag.Args() {
		method := http.MethodGet
		if *post {
			method = http.MethodPost
		}
		r, err := http.NewRequest(method, url, nil)
		if err != nil {
			log.Fatal(err)
		}
		r.Header, r.Host = header, header.Get("Host")
		resp, err := (&http.Client{Transport: transport}).Do(r)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := io.Copy(os.Stdout, resp.Body); err != nil {
			log.Fatal(err)
		}
		if resp.StatusCode != http.StatusOK {
			log.Fatal(resp.Status)
		}
	}
}
