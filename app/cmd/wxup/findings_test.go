package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/server"
)

// TestUnexplained: why says why a refusal has no explanation, and that there was no answer.
func TestUnexplained(t *testing.T) {
	report := explain.Unexplained(explain.Busy)
	for lang, want := range map[string]string{"en": "refused, without an answer: ", "zh": "被拒，未作应答："} {
		var out bytes.Buffer
		p := &program{stdout: &out, language: language{lang}}
		showExchange(p, &server.Exchange{Problem: problem.BadSignature, Report: &report})
		if got := out.String(); !strings.Contains(got, want) || !strings.Contains(got, report.Unexplained.In(lang)) {
			t.Errorf("%s: %s", lang, got)
		}
	}
}

// TestSigner: why says which key signed an answer where the request did not choose it.
func TestSigner(t *testing.T) {
	const key, cert = "PUB_KEY_ID_0119000091912026010100000000000001", "5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC"
	for _, c := range []struct {
		asked, serial string
		problem       problem.Problem
		want          string
	}{
		{"", "", problem.BadSignature, ""},
		{key, key, "", ""},
		{strings.ToLower(cert), cert, "", ""},
		{"", key, "", "--merchant-mode certificate"},
		{"", cert, "", "--merchant-mode public-key"},
		{"5DEA", cert, "", "certificate mode"},
		{"", cert, problem.NoPlatformCertificate, "downloads certificates"},
	} {
		var out bytes.Buffer
		e := &server.Exchange{Problem: c.problem}
		e.Request.AnswerSerial = c.serial
		e.Request.Headers = map[string][]string{"Wechatpay-Serial": {c.asked}}
		showSigner(&program{stdout: &out, language: language{"en"}}, e)
		if got := out.String(); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("asked %q, signed with %q, %q: says %q, want %q", c.asked, c.serial, c.problem, got, c.want)
		}
	}
}
