package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/server"
)

func (p *program) whyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why ID",
		Short: p.say("why an upload was refused, by its Request-ID or rid", "按 Request-ID 或 rid 查询上传为何被拒"),
		Long: p.say(`Tells why an upload to this server was refused: what was wrong, the proof, and what to change. ID is the Request-ID
of a Pay answer, or the rid in an account answer; "last" is the newest refusal.`,
			`说明本服务上的某次上传为何被拒：错在哪里、证据、如何修改。ID 是支付应答的 Request-ID，或公众号应答中的 rid；"last" 表示最近一次被拒。`),
		Args: cobra.ExactArgs(1),
		RunE: p.withState(func(ctx context.Context, st *state, args []string) error {
			e, err := st.findExchange(ctx, args[0])
			if errors.Is(err, server.ErrUnknown) && args[0] == "last" {
				return errors.New(p.say("nothing has been refused yet", "还没有被拒的上传"))
			} else if errors.Is(err, server.ErrUnknown) {
				return fmt.Errorf("there is no exchange %.80q; the id is in the Request-ID header, after \"rid:\" in an errmsg, or in the log", args[0])
			} else if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(e)
			}
			p.showExchange(e)
			return nil
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, p.say("the whole record as JSON", "以 JSON 输出整条记录"))
	return cmd
}

func (s *state) findExchange(ctx context.Context, id string) (*server.Exchange, error) {
	if id != "last" {
		_, after, found := strings.Cut(id, "rid:")
		if found {
			id = after
		}
		return s.index.Exchange(ctx, strings.TrimSpace(id))
	}
	list, err := s.index.ListExchanges(ctx, sqlindex.ExchangeFilter{Refused: true, Limit: 1})
	if err != nil || len(list) == 0 {
		return nil, errors.Join(err, server.ErrUnknown)
	}
	return &list[0], nil
}

func (p *program) showExchange(e *server.Exchange) {
	fmt.Fprintf(p.stdout, "%s  %s  %s %s  %s\n", e.ID, e.Time.Local().Format(time.DateTime), e.Method, e.Path, e.Account)
	if e.Problem == "" {
		fmt.Fprintf(p.stdout, p.say("accepted, HTTP %d\n", "已接受，HTTP %d\n"), e.Status)
	} else {
		fmt.Fprintf(p.stdout, p.say("refused, HTTP %d: %s\n", "被拒，HTTP %d：%s\n"), e.Status, e.Problem.Text(p.lang))
		fmt.Fprintf(p.stdout, "  %s\n", e.Reason)
		if hint := e.Problem.Hint(p.lang); hint != "" && (e.Report == nil || len(e.Report.Findings) == 0) {
			fmt.Fprintf(p.stdout, "  → %s\n", hint)
		}
	}
	for _, w := range e.Warnings {
		fmt.Fprintf(p.stdout, p.say("  warning: %s\n", "  警告：%s\n"), w)
	}
	if e.Report != nil {
		p.showReport(e.Report)
	}
}

// showReport prints what was found out: each cause with its proof and what to change, or what was ruled out.
func (p *program) showReport(r *explain.Report) {
	for _, f := range r.Findings {
		fmt.Fprintf(p.stdout, "\n%s  [%s]\n", f.Text(p.lang), f.Cause)
		p.showProof(f.Proof)
		fmt.Fprintf(p.stdout, "  → %s\n", f.Fix(p.lang))
		for _, language := range []string{"go", "java", "php", "node", "python"} {
			if line := f.SDK(language); line != "" {
				fmt.Fprintf(p.stdout, "    %-7s %s\n", language, strings.ReplaceAll(line, "\n", "\n            "))
			}
		}
	}
	if len(r.Findings) > 0 {
		return
	}
	if len(r.RuledOut) > 0 {
		fmt.Fprintf(p.stdout, "\n%s\n", p.say("No cause could be proved. Ruled out:", "没有可以证实的原因。已排除："))
		for _, n := range r.RuledOut {
			fmt.Fprintf(p.stdout, "  - %s\n", n.In(p.lang))
		}
	}
	if len(r.Check) > 0 {
		fmt.Fprintf(p.stdout, "\n%s\n", p.say("Worth checking:", "值得检查："))
		for i, n := range r.Check {
			fmt.Fprintf(p.stdout, "  %d. %s\n", i+1, n.In(p.lang))
		}
	}
}

func (p *program) showProof(x explain.Proof) {
	if x.Fact != "" {
		fmt.Fprintf(p.stdout, "  %s\n", x.Fact)
	}
	if x.Signed != "" || x.Wanted != "" {
		fmt.Fprintf(p.stdout, p.say("  signed, %d bytes: %s\n  wanted, %d bytes: %s\n", "  实际签名，%d 字节：%s\n  应当签名，%d 字节：%s\n"), x.SignedLen, x.Signed, x.WantedLen, x.Wanted)
	}
}
