package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/internal/self"
	"github.com/wxup/wxup/app/internal/shellword"
	"github.com/wxup/wxup/app/node"
	"github.com/wxup/wxup/app/sample"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/app/words"
)

func serveCommand(p *program) *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: p.t("run the server"),
		Long:  p.t(words.ServeLong),
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), p, f) },
	}
	f.listening(p, cmd.Flags())
	f.answering(p, cmd.Flags())
	cmd.MarkFlagFilename("seed", "yaml", "yml")
	cmd.MarkFlagFilename("admin-token-file")
	cmd.MarkFlagFilename("tls-cert", "pem", "crt")
	cmd.MarkFlagFilename("tls-key", "pem", "key")
	return cmd
}

// serve runs the server until the context ends.
func serve(ctx context.Context, p *program, f serveFlags) error {
	c, err := f.config(p)
	if err != nil {
		return err
	}
	n, err := node.New(ctx, c)
	if err != nil {
		return err
	}
	defer n.Close()
	return n.Run(ctx, func() {
		logReady(n, c.Log)
		if term.Is(p.stderr) {
			welcome(p, n)
		} else if link := n.OnceLink(); self.InContainer() && link != "" {
			c.Log.Info("see every upload, and why it was refused; this link opens once", "url", link)
		}
	})
}

func logReady(n *node.Node, log *slog.Logger) {
	at := n.Addresses()
	attrs := []any{"version", self.Version(), "data", n.Dir().Path}
	for _, x := range []struct{ name, url string }{{"http", at.HTTP}, {"https", at.HTTPS}, {"admin", at.Admin}, {"proxy", at.Proxy}, {"sidecar", at.SideCar}} {
		if x.url != "" {
			attrs = append(attrs, x.name, x.url)
		}
	}
	log.Info("ready", attrs...)
}

// welcome says what to do next, with commands to paste.
func welcome(p *program, n *node.Node) {
	program, data := self.Words(), ""
	if p.settings.Origins["data"] != "" {
		data = " --data " + shellword.Quote(p.data)
	}
	first := ""
	if _, err := os.Stat(sample.File); err != nil {
		first = "  " + program + " sample\n"
	}
	page := ""
	if link := n.OnceLink(); link != "" {
		page = p.t("Every upload, and why it was refused (this link opens once): ") + link + "\n"
	}
	fmt.Fprintf(p.stderr, "%s\n\n%s  %s put %s --to marketing%s\n\n%s%s%s exec%s -- CMD\n%s%s\n",
		p.t("wxup is ready. Try:"), first, program, sample.File, data, page,
		p.t("Any other program, unchanged: "), program, data,
		p.t("What other programs need: "), datadir.EnvFile(n.Dir().Path))
}
