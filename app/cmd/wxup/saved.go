package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/wxup/wxup/app/capture"
	"github.com/wxup/wxup/app/credentials"
	"github.com/wxup/wxup/explain"
)

// savedLine is a line of wxup why FILE --json.
type savedLine struct {
	Endpoint string          `json:"endpoint,omitempty"`
	Target   string          `json:"target"`
	Notes    []explain.Words `json:"notes,omitempty"`
	Report   *explain.Report `json:"report"`
}

// savedFlags add to why the flags that are about saved requests.
func savedFlags(p *program, flags *pflag.FlagSet, given *credentials.Given) {
	flags.StringVar(&given.CertFile, "cert", "", p.t("with FILE: the merchant's certificate, apiclient_cert.pem (default: WXUP_MCH_CERT_FILE)"))
	flags.StringVar(&given.KeyFile, "key", "", p.t("with FILE: or its private key, apiclient_key.pem (default: WXUP_MCH_KEY_FILE)"))
	flags.StringVar(&given.APIv2Key, "apiv2-key", "", p.t("with FILE: the APIv2 key, for uploadmedia; WXUP_APIV2_KEY is a safer place for it"))
}

// isSaved reports whether an argument of why is a file or standard input, and not an id.
func isSaved(arg string) bool {
	if arg == "-" || strings.ContainsAny(arg, `/\.`) && !strings.Contains(arg, "rid:") {
		return true
	}
	info, err := os.Stat(arg)
	return err == nil && !info.IsDir()
}

// whySaved explains the requests in a file.
func whySaved(ctx context.Context, p *program, file string, given credentials.Given, asJSON bool) error {
	text, err := readInput(ctx, p, file)
	if err != nil {
		return err
	}
	saved, err := capture.Read(text, capture.ReadFile)
	if err != nil {
		return err
	}
	known, err := credentialsOf(ctx, p, false).Values.Known(given)
	if err != nil {
		return err
	}
	proved := true
	for i := range saved {
		report := saved[i].Explain(known)
		proved = proved && len(report.Findings) > 0
		if err := showSaved(p, &saved[i], report, asJSON); err != nil {
			return err
		}
	}
	if !proved {
		return exit(exitRefused)
	}
	return nil
}

// readInput reads the file that is to be explained, or standard input. What comes through a pipe
// may be long in coming: it is said what is waited for, and an interrupt ends that.
func readInput(ctx context.Context, p *program, name string) ([]byte, error) {
	info, err := os.Stdin.Stat()
	if name != "-" {
		info, err = os.Stat(name)
	}
	switch {
	case err != nil && name != "-":
		return nil, err
	case name == "-" && err == nil && info.Mode()&os.ModeCharDevice != 0:
		fmt.Fprintln(p.stderr, p.t("reading the request from standard input; Ctrl-D ends it"))
	case name != "-" && info.Mode()&os.ModeNamedPipe != 0:
		fmt.Fprintln(p.stderr, p.t("%s is a pipe; waiting for a program that writes to it (Ctrl-C ends that)", name))
	}
	type input struct {
		text []byte
		err  error
	}
	done := make(chan input, 1)
	go func() {
		text, err := readAll(name)
		done <- input{text, err}
	}()
	select {
	case in := <-done:
		return in.text, in.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func readAll(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, capture.Max+1))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, capture.Max+1))
}

func showSaved(p *program, s *capture.Saved, report *explain.Report, asJSON bool) error {
	name := ""
	if s.Endpoint != nil {
		name = s.Endpoint.Name
	}
	if asJSON {
		return p.printJSON(savedLine{name, s.Request.Target, s.Notes, report})
	}
	fmt.Fprintf(p.stdout, "%s %s\n", s.Request.Method, s.Request.Target)
	for _, n := range s.Notes {
		fmt.Fprintln(p.stdout, p.t("  note: %s", n.In(p.lang)))
	}
	if name == "" && !explain.Meant(&s.Request) {
		return texts.Errorf("the path is not that of an upload API of WeChat; see: wxup endpoints")
	}
	if report.Verified && len(report.Findings) == 0 {
		fmt.Fprintln(p.stdout, p.t("The signature is right as it stands."))
	}
	showReport(p, report)
	return nil
}
