package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/child"
	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/intercept"
	"github.com/wxup/wxup/app/internal/scratch"
	"github.com/wxup/wxup/app/node"
	"github.com/wxup/wxup/app/words"
	"github.com/wxup/wxup/server"
)

func execCommand(p *program) *cobra.Command {
	f := serveFlags{http: "127.0.0.1:0", https: "127.0.0.1:0", admin: "127.0.0.1:0", proxy: "127.0.0.1:0", stopWait: 5 * time.Second}
	var failOnRefusal, verbose bool
	var mode datadir.Mode
	cmd := &cobra.Command{
		Use:     "exec -- CMD [ARG…]",
		Short:   p.t("run a command with its WeChat traffic sent to wxup"),
		Long:    p.t(words.ExecLong),
		Example: "  wxup exec -- go test ./...\n  wxup exec --fail-on-refusal -- npm test\n  wxup exec --answers observed -- java -jar app.jar",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.logFormat = "off"
			if verbose {
				f.logFormat = "text"
			}
			return runExec(cmd, p, f, mode, args, failOnRefusal)
		},
	}
	cmd.Flags().SetInterspersed(false)
	f.answering(p, cmd.Flags())
	merchantModeFlag(p, cmd, &mode)
	cmd.Flags().BoolVar(&failOnRefusal, "fail-on-refusal", false, p.t("exit with status 1 if CMD succeeds although a call was refused"))
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, p.t("show the log of the server that is started"))
	return cmd
}

func runExec(cmd *cobra.Command, p *program, f serveFlags, mode datadir.Mode, args []string, failOnRefusal bool) error {
	// Signals are for CMD to act on: the server outlives it, and nothing is left behind however CMD
	// ends.
	signals, stopSignals := child.Signals()
	defer stopSignals()
	ctx := context.WithoutCancel(cmd.Context())
	at := *p
	var own *node.Node
	end := func() {} // of own
	if !node.Alive(p.data) {
		if !cmd.Flags().Changed("data") && os.Getenv("WXUP_DATA") == "" {
			if p.index != "" {
				return texts.Errorf("%s names an index, and the server that exec starts keeps nothing; start wxup serve with it", p.settings.Origins["index"])
			}
			dir, err := scratch.New("wxup-exec")
			if err != nil {
				return err
			}
			defer dir.Remove()
			at.data = dir.Path
		}
		c, err := f.config(&at)
		if err != nil {
			return err
		}
		if own, err = node.New(ctx, c); err != nil {
			return err
		}
		running, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- own.Run(running, func() {}) }()
		end = sync.OnceFunc(func() {
			stop()
			<-done
			own.Close()
		})
		defer end()
	} else if set := behaviour(cmd); set != "" {
		return texts.Errorf("--%s is for a server that exec starts itself, and one runs in %s; stop it, or give the flag to it", set, p.data)
	}

	began := time.Now()
	vars, err := datadir.ReadEnvOf(at.data, mode)
	if err != nil {
		return err
	}
	if vars["WXUP_PROXY_URL"] == "" {
		return texts.Errorf("the server in %s runs without its proxy (--proxy off), so that CMD would send to WeChat itself; start it with one, or name another directory with --data", at.data)
	}
	if cmd.Context().Err() != nil || len(signals) > 0 {
		return exit(exitStopped)
	}
	status, ran, err := child.Run(args, datadir.Environment(at.data, vars), signals, p.secrets.ConfigWriter(p.stderr))
	if err != nil {
		return err
	}
	if !ran {
		return exit(status)
	}
	end() // then all that CMD has sent is known
	st, err := datadir.OpenExisting(ctx, at.data, at.index)
	if err != nil {
		return err
	}
	defer st.Close()
	list, err := st.ExchangesSince(ctx, began)
	if err != nil {
		return err
	}
	slices.Reverse(list)
	refused := showRefusals(p, list, own)
	if status == 0 && refused > 0 && failOnRefusal {
		status = exitRefused
	}
	if status != 0 {
		return exit(status)
	}
	return nil
}

// behaviour names a flag that was given and is for the server.
func behaviour(cmd *cobra.Command) (name string) {
	var f serveFlags
	of := cobra.Command{}
	f.answering(&program{}, of.Flags())
	for _, flag := range []string{"answers", "names", "strict", "require-https", "quotas", "budget", "budget-wait", "connections", "proxy-others"} {
		if of.Flags().Lookup(flag) != nil && cmd.Flags().Changed(flag) {
			return flag
		}
	}
	return ""
}

// showRefusals prints each refused exchange with its cause, and what is odd if nothing arrived.
func showRefusals(p *program, list []server.Exchange, own *node.Node) (refused int) {
	out := *p
	out.stdout = p.stderr
	uploads := 0
	for i := range list {
		e := &list[i]
		if e.Endpoint != "" {
			uploads++
		}
		if e.Problem != "" {
			refused++
			fmt.Fprintln(p.stderr)
			showExchange(&out, e)
		}
	}
	var seen []intercept.Seen
	if own != nil {
		seen = own.Seen()
	}
	switch {
	case refused > 0:
		fmt.Fprintln(p.stderr, p.t("\nwxup: %d of %d calls were refused (%d uploads)", refused, len(list), uploads))
	case len(list) > 0:
	case own == nil:
		fmt.Fprintln(p.stderr, p.t("wxup: no call of this command reached wxup; if its HTTP client uses HTTPS_PROXY, the server's log and its page Connect say why. See docs/proxy.md"))
	case !slices.ContainsFunc(seen, func(s intercept.Seen) bool { return s.Outcome == intercept.Answered || s.Reason.EN != "" }):
		fmt.Fprintln(p.stderr, p.t("wxup: nothing of this command reached wxup; does its HTTP client use HTTPS_PROXY? See docs/proxy.md"))
	}
	for _, s := range seen {
		if s.Reason.EN != "" {
			fmt.Fprintln(p.stderr, p.t("wxup: %s (%d times): %s", s.Host, s.Count, s.Reason.In(p.lang)))
		}
	}
	return refused
}
