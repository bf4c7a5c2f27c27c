package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/fit"
)

// taken and untaken are the lines of wxup check --json.
type taken struct {
	File     string `json:"file"`
	Endpoint string `json:"endpoint"`
	Name     string `json:"name"` // as it would be sent
	Format   string `json:"format"`
	SHA256   string `json:"sha256"`
	Bytes    int64  `json:"bytes"`
	Fitted   string `json:"fitted,omitempty"`
}

type untaken struct {
	refused
	WithFit string `json:"with_fit,omitempty"` // what --fit would make of it
}

func (p *program) checkCommand() *cobra.Command {
	var f fileFlags
	cmd := &cobra.Command{
		Use:   "check FILE…",
		Short: p.say("say what would be refused, and what --fit would change, without sending anything", "不发送，只说明哪些会被拒绝、--fit 会如何调整"),
		Long: p.say(`Looks at files as "wxup put" does before it sends them: format, structure, size. Nothing is sent, and no credentials are
needed. For a picture that would be refused it says what --fit would make of it.

Exit status: 0 if all would be sent, 1 if some would be refused (with --fit: cannot be made to fit), 2 if it could not start.`,
			`像 wxup put 发送前那样检查文件：格式、结构、大小。不发送任何内容，也不需要凭据。对会被拒绝的图片，说明 --fit 会如何调整。

退出码：0 全部会被发送，1 有会被拒绝的（使用 --fit 时：无法调整到符合要求），2 无法开始。`),
		Example: "  wxup check photos/ --to article\n  wxup check photo.webp --to marketing --fit --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name at least one file; see: wxup check --help")
			}
			return p.check(cmd.Context(), cmd, f, args)
		},
	}
	p.fileFlags(cmd, &f)
	return cmd
}

func (p *program) check(ctx context.Context, cmd *cobra.Command, f fileFlags, args []string) error {
	items, asides, err := p.files(ctx, cmd, &f, args)
	if err != nil {
		return err
	}
	fitter, err := f.fitter(cmd)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		p.nothing(asides)
		return nil
	}
	if asides > 0 {
		p.leftAside(asides)
	}
	finished := make(chan struct{})
	defer close(finished)
	context.AfterFunc(ctx, func() { exitIfStuck(finished, func() {}) })
	var as, fitted wxup.Client
	if fitter != nil {
		as.Fit = fitter
	} else {
		fitted.Fit = fit.New(fit.Options{})
	}
	columns := 0
	if terminal(p.stdout) {
		for i := range items {
			columns = max(columns, min(runewidth.StringWidth(printable(items[i].name)), 48))
		}
	}
	line := func(name, verdict, more string) {
		name = printable(name)
		if columns > 0 {
			name = runewidth.FillRight(name, max(columns, runewidth.StringWidth(name))) + "  "
			verdict = runewidth.FillRight(verdict, runewidth.StringWidth(p.say("refused", "会被拒绝"))) + "  "
		} else {
			name, verdict = name+"\t", verdict+"\t"
		}
		fmt.Fprintf(p.stdout, "%s%s%s\n", name, verdict, oneLine(more))
	}
	bad := 0
	for i := range items {
		if ctx.Err() != nil {
			return exit(exitStopped)
		}
		it := &items[i]
		res, err := (*wxup.Result)(nil), it.err
		if err == nil {
			res, err = as.Check(ctx, *it.ep, f.source(it))
		}
		if err == nil {
			change, english := "", ""
			if res.Fitted != nil {
				change, english = p.inLanguage(res.Fitted), res.Fitted.String()
			}
			switch {
			case f.asJSON:
				err = p.printJSON(taken{it.name, it.ep.Name, res.Name, string(res.Format), res.SHA256, res.Size, english})
			case change != "":
				line(it.name, p.say("fits", "可调整"), change)
			default:
				line(it.name, p.say("ok", "可上传"), fmt.Sprintf("%s, %s", res.Format, bytesText(res.Size)))
			}
			if err != nil {
				return err
			}
			continue
		}
		bad++
		would := ""
		if fitted.Fit != nil && it.err == nil && it.content == nil {
			if res, err := fitted.Check(ctx, *it.ep, f.source(it)); err == nil && res.Fitted != nil {
				would = p.inLanguage(res.Fitted)
			}
		}
		if f.asJSON {
			if err := p.printJSON(untaken{refused{it.name, it.ep.Name, p.refusedWith(err)}, would}); err != nil {
				return err
			}
			continue
		}
		line(it.name, p.say("refused", "会被拒绝"), err.Error())
		if would != "" {
			line("", "", p.say("with --fit: ", "加 --fit：")+would)
		}
	}
	if bad > 0 {
		return exit(exitRefused)
	}
	return nil
}
