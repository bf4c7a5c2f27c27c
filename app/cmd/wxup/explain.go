package main

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/capture"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/sign"
)

// explained is a line of wxup explain --json.
type explained struct {
	Endpoint string          `json:"endpoint,omitempty"`
	Target   string          `json:"target"`
	Notes    []explain.Words `json:"notes,omitempty"`
	Report   *explain.Report `json:"report"`
}

func (p *program) explainCommand() *cobra.Command {
	var certFile, keyFile, apiV2Key string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain FILE",
		Short: p.say("why an upload to the real WeChat was refused, from a saved request", "由保存下来的请求说明真实微信为何拒绝"),
		Long: p.say(`Explains a request that somebody saved: as raw HTTP (the answer may follow it), as HAR, or as a curl command line.
"-" is standard input. It works offline. The merchant's certificate (or private key: only its public half is used) tells what
was really signed; the answer's sign_information tells what WeChat saw.`,
			`解释一个保存下来的请求：原始 HTTP（可带应答）、HAR，或 curl 命令行。"-" 表示标准输入。全程离线。
有商户证书（或私钥，只用其公钥部分）就能还原实际签名的内容；应答中的 sign_information 则说明微信看到了什么。`),
		Example: "  wxup explain failed.http --cert apiclient_cert.pem\n  pbpaste | wxup explain -",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readInput(args[0])
			if err != nil {
				return err
			}
			saved, err := capture.Read(text, os.ReadFile)
			if err != nil {
				return err
			}
			known, err := p.knownFromFiles(certFile, keyFile, apiV2Key)
			if err != nil {
				return err
			}
			proved := true
			for i := range saved {
				report := explainSaved(&saved[i], known)
				proved = proved && len(report.Findings) > 0
				if err := p.showSaved(&saved[i], report, asJSON); err != nil {
					return err
				}
			}
			if !proved {
				return exit(exitRefused)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&certFile, "cert", "", p.say("the merchant's certificate, apiclient_cert.pem (default: WXUP_MCH_CERT_FILE)", "商户证书 apiclient_cert.pem（默认 WXUP_MCH_CERT_FILE）"))
	flags.StringVar(&keyFile, "key", "", p.say("or its private key, apiclient_key.pem (default: WXUP_MCH_KEY_FILE)", "或商户私钥 apiclient_key.pem（默认 WXUP_MCH_KEY_FILE）"))
	flags.StringVar(&apiV2Key, "apiv2-key", "", p.say("the APIv2 key, for uploadmedia; better in WXUP_APIV2_KEY than on a command line", "APIv2 密钥（uploadmedia 用）；放在 WXUP_APIV2_KEY 中比写在命令行里好"))
	flags.BoolVar(&asJSON, "json", false, p.say("one JSON object a line", "每行一个 JSON 对象"))
	return cmd
}

func readInput(name string) ([]byte, error) {
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

func explainSaved(s *capture.Saved, known *explain.Known) *explain.Report {
	var report explain.Report
	family := wxup.PayV3
	if s.Endpoint != nil {
		family = s.Endpoint.Family
	}
	switch family {
	case wxup.PayV2:
		report = explain.V2(&s.Request, known)
	case wxup.Account:
		report = explain.Account(&s.Request, known)
	default:
		report = explain.V3(&s.Request, known)
	}
	if len(s.Answer) > 0 {
		for _, f := range explain.Observed(s.Answer, &s.Request) {
			if !report.Has(f.Cause) {
				report.Findings = append(report.Findings, f)
			}
		}
	}
	return &report
}

// knownFromFiles is what is known of the merchant here: from flags, else from the environment or a server's wxup.env.
func (p *program) knownFromFiles(certFile, keyFile, apiV2Key string) (*explain.Known, error) {
	vars, _ := p.credentials()
	m := &explain.Merchant{ID: vars["WXUP_MCHID"], APIv2Key: apiV2Key, APIv3Key: vars["WXUP_APIV3_KEY"]}
	if m.APIv2Key == "" {
		m.APIv2Key = vars["WXUP_APIV2_KEY"]
	}
	given := certFile != "" || keyFile != ""
	if !given {
		certFile, keyFile = vars["WXUP_MCH_CERT_FILE"], vars["WXUP_MCH_KEY_FILE"]
	}
	switch {
	case certFile != "":
		cert, err := parseFile(certFile, sign.ParseCertificate)
		if err != nil {
			return nil, fmt.Errorf("--cert: %w", err)
		}
		m.Keys = []explain.Key{explain.CertificateKey(cert, explain.Valid)}
		if given || m.ID == "" {
			m.ID = cert.Subject.CommonName
		}
	case keyFile != "":
		key, err := parseFile(keyFile, sign.ParsePrivateKey)
		if err != nil {
			return nil, fmt.Errorf("--key: %w", err)
		}
		m.Keys = []explain.Key{{Serial: vars["WXUP_MCH_SERIAL"], Public: &key.PublicKey}}
	}
	known := &explain.Known{Merchant: m, App: vars["WXUP_APPID"], GBK: encodeGBK}
	if file := vars["WXUP_PLATFORM_CERT_FILE"]; file != "" {
		if cert, err := parseFile(file, sign.ParseCertificate); err == nil {
			known.Platform = append(known.Platform, explain.CertificateKey(cert, explain.Valid))
		}
	}
	if file := vars["WXUP_PLATFORM_PUBKEY_FILE"]; file != "" {
		if key, err := parseFile[*rsa.PublicKey](file, sign.ParsePublicKey); err == nil {
			known.Platform = append(known.Platform, explain.Key{Serial: vars["WXUP_PLATFORM_PUBKEY_ID"], Public: key})
		}
	}
	return known, nil
}

func (p *program) showSaved(s *capture.Saved, report *explain.Report, asJSON bool) error {
	name := ""
	if s.Endpoint != nil {
		name = s.Endpoint.Name
	}
	if asJSON {
		return p.printJSON(explained{name, s.Request.Target, s.Notes, report})
	}
	fmt.Fprintf(p.stdout, "%s %s\n", s.Request.Method, s.Request.Target)
	for _, n := range s.Notes {
		fmt.Fprintf(p.stdout, p.say("  note: %s\n", "  注意：%s\n"), n.In(p.lang))
	}
	if name == "" {
		return errors.New(p.say("this path is none of WeChat's uploads; see: wxup endpoints", "该路径不是微信的上传接口；见 wxup endpoints"))
	}
	if report.Verified && len(report.Findings) == 0 {
		fmt.Fprintln(p.stdout, p.say("The signature is right as it stands.", "签名本身是正确的。"))
	}
	p.showReport(report)
	return nil
}
