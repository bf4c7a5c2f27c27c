package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// showExchange prints a recorded call.
func showExchange(p *program, e *server.Exchange) {
	fmt.Fprintf(p.stdout, "%s  %s  %s %s  %s\n", e.ID, e.Time.Local().Format(time.DateTime), e.Method, e.Path, e.Account)
	if e.Problem == "" {
		fmt.Fprintln(p.stdout, p.t("accepted, HTTP %d", e.Status))
	} else {
		if e.Status == 0 {
			fmt.Fprintln(p.stdout, p.t("refused, without an answer: %s", e.Problem.Text(p.lang)))
		} else {
			fmt.Fprintln(p.stdout, p.t("refused, HTTP %d: %s", e.Status, e.Problem.Text(p.lang)))
		}
		fmt.Fprintf(p.stdout, "  %s\n", e.Reason)
		if hint := e.Problem.Hint(p.lang); hint != "" && (e.Report == nil || len(e.Report.Findings) == 0) {
			fmt.Fprintf(p.stdout, "  → %s\n", hint)
		}
	}
	for _, w := range e.Warnings {
		fmt.Fprintln(p.stdout, p.t("  warning: %s", w))
	}
	showSigner(p, e)
	if e.Report != nil {
		showReport(p, e.Report)
	}
}

// showSigner says which key signed an answer if the request did not choose it: an SDK that is set
// up for the other kind of key cannot verify the answer.
func showSigner(p *program, e *server.Exchange) {
	serial := e.Request.AnswerSerial
	if e.Problem == problem.NoPlatformCertificate {
		fmt.Fprintln(p.stdout, p.t("  → an SDK that downloads certificates needs the other merchant: wxup env --merchant-mode %s; or give it the public key, WXUP_PLATFORM_PUBKEY_FILE", datadir.Certificate))
		return
	}
	if serial == "" || sign.SameSerial(http.Header(e.Request.Headers).Get(wire.SerialHeader), serial) {
		return
	}
	mode, other := datadir.Certificate, datadir.PublicKey
	if sign.IsPublicKeyID(serial) {
		mode, other = other, mode
	}
	fmt.Fprintln(p.stdout, p.t("  the answer was signed with %s, because the request names no known key (Wechatpay-Serial) and the merchant is in %s mode", serial, mode))
	fmt.Fprintln(p.stdout, p.t("  → an SDK that cannot verify it is set up for the other mode: wxup env --merchant-mode %s", other))
}

// showReport prints each proven cause with its proof and what to change, or else what was ruled out
// and what to check.
func showReport(p *program, r *explain.Report) {
	for _, f := range r.Findings {
		fmt.Fprintf(p.stdout, "\n%s  [%s]\n", f.Text(p.lang), f.Label(p.lang))
		showProof(p, f.Proof)
		fmt.Fprintf(p.stdout, "  → %s\n", f.Fix(p.lang))
		for _, language := range explain.Languages {
			if line := f.SDK(language); line != "" {
				fmt.Fprintf(p.stdout, "    %-7s %s\n", language, strings.ReplaceAll(line, "\n", "\n            "))
			}
		}
	}
	if len(r.Findings) > 0 {
		return
	}
	if why := r.Unexplained.In(p.lang); why != "" {
		fmt.Fprintf(p.stdout, "\n%s\n", why)
	}
	if len(r.RuledOut) > 0 {
		fmt.Fprintf(p.stdout, "\n%s\n", p.t("No cause could be proved. Ruled out:"))
		for _, n := range r.RuledOut {
			fmt.Fprintf(p.stdout, "  - %s\n", n.In(p.lang))
		}
	}
	if len(r.Check) > 0 {
		fmt.Fprintf(p.stdout, "\n%s\n", p.t("What to check:"))
		for i, n := range r.Check {
			fmt.Fprintf(p.stdout, "  %d. %s\n", i+1, n.In(p.lang))
		}
	}
}

func showProof(p *program, x explain.Proof) {
	if x.Fact != "" {
		fmt.Fprintf(p.stdout, "  %s\n", x.Fact)
	}
	switch {
	case x.Signed == "" && x.Wanted != "" && x.Kind == explain.ProofOpened: // what was signed is not known
		fmt.Fprintln(p.stdout, p.t("  expected, %d bytes: %s", x.WantedLen, x.Wanted))
	case x.Signed != "" || x.Wanted != "":
		fmt.Fprintln(p.stdout, p.t("  signed, %d bytes: %s\n  expected, %d bytes: %s", x.SignedLen, x.Signed, x.WantedLen, x.Wanted))
	}
}
