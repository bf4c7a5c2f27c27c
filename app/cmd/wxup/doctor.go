package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
)

// finding is one line of the doctor's: what was looked at, how it is, and what to do.
type finding struct {
	Check  string        `json:"check"`
	State  health        `json:"state"`
	Detail explain.Words `json:"detail"`
	Do     explain.Words `json:"do,omitzero"`
}

type health string

const (
	passed  health = "passed"
	warned  health = "warning"
	failed  health = "failed"
	skipped health = "skipped"
)

var marks = map[health]string{passed: "✓", warned: "!", failed: "✗", skipped: "–"}

// doctor looks a set-up over, from what is on this machine to what the other end says.
type doctor struct {
	get    func(name string) string // the WXUP_* variables
	server string                   // the base URL; "" is WeChat
	rt     http.RoundTripper        // that trusts what the configuration says
	tell   func(finding)

	merchant *wxup.Merchant // as far as it could be read
	app      *wxup.App
}

func (p *program) doctorCommand() *cobra.Command {
	var server string
	var asJSON, offline bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: p.say("look over keys, certificates, clock and network before anything is uploaded", "上传之前检查密钥、证书、时钟与网络"),
		Long: p.say(`Looks over what an upload needs: do key, certificate and serial number belong together, does the p12 open, is the platform's
key known, can WeChat be reached, is the clock right, which proxy and CA are in effect. Each line is passed, failed or a warning,
with what to do. Nothing is uploaded; a token is asked for in the way that ends no other (stable_token).

Credentials come from where wxup put takes them. The exit status is 1 if something failed.`,
			`检查上传所需的一切：私钥、证书与序列号是否匹配，p12 能否打开，平台公钥是否已知，微信是否可达，时钟是否准确，
哪个代理与 CA 正在生效。每行给出通过、失败或警告，以及该做什么。不会上传任何文件；获取 token 时使用不会使其他 token 失效的方式（stable_token）。

凭据来源与 wxup put 相同。有失败项时退出状态为 1。`),
		Example: "  wxup doctor\n  wxup doctor --server wechat --profile shop\n  wxup doctor --offline",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.doctor(cmd.Context(), server, offline, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&server, "server", "", p.say(`the server's URL, or "wechat" for the real one (default: WXUP_HTTPS_URL, else the real one)`, `服务地址，或 "wechat" 表示真实的微信（默认 WXUP_HTTPS_URL，否则真实的微信）`))
	flags.BoolVar(&offline, "offline", false, p.say("look at this machine alone", "只检查本机"))
	flags.BoolVar(&asJSON, "json", false, p.say("one JSON object a line", "每行一个 JSON 对象"))
	return cmd
}

func (p *program) doctor(ctx context.Context, server string, offline, asJSON bool) error {
	vars, from := p.credentialsNow()
	if p.chosen != nil {
		for _, names := range families {
			if err := p.chosen.fetch(ctx, vars, names...); err != nil {
				return err
			}
		}
	}
	d := &doctor{get: func(name string) string { return vars[name] }}
	switch {
	case server == "wechat":
	case server != "":
		d.server = server
	default:
		if d.server = vars["WXUP_HTTPS_URL"]; d.server == "" {
			d.server = vars["WXUP_HTTP_URL"]
		}
	}
	bad := 0
	d.tell = func(f finding) {
		if f.State == failed {
			bad++
		}
		if asJSON {
			p.printJSON(f)
			return
		}
		fmt.Fprintf(p.stdout, "%s %-12s %s\n", marks[f.State], f.Check, f.Detail.In(p.lang))
		if do := f.Do.In(p.lang); do != "" {
			fmt.Fprintf(p.stdout, "  %-12s → %s\n", "", do)
		}
	}
	if !asJSON {
		fmt.Fprintf(p.stdout, p.say("credentials from %s\n", "凭据来自%s\n"), from.In(p.lang))
	}
	d.keys()
	if offline {
		d.pass("network", "not looked at (--offline)", "未检查（--offline）", skipped)
	} else {
		d.network(ctx)
	}
	if bad > 0 {
		return exit(exitRefused)
	}
	return nil
}

func (d *doctor) pass(check, en, zh string, state ...health) {
	f := finding{Check: check, State: passed, Detail: explain.Words{EN: en, ZH: zh}}
	if len(state) > 0 {
		f.State = state[0]
	}
	d.tell(f)
}

func (d *doctor) fail(check string, state health, en, zh, doEN, doZH string) {
	d.tell(finding{check, state, explain.Words{EN: en, ZH: zh}, explain.Words{EN: doEN, ZH: doZH}})
}
