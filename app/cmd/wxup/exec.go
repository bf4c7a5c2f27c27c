package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/wxup/wxup/app/intercept"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

func (p *program) execCommand() *cobra.Command {
	f := serveFlags{http: "127.0.0.1:0", https: "127.0.0.1:0", proxy: "127.0.0.1:0", stopWait: 5 * time.Second}
	var failOnRefusal, verbose bool
	cmd := &cobra.Command{
		Use:   "exec -- CMD [ARG…]",
		Short: p.say("run a command with its WeChat traffic sent here", "运行命令，并把它的微信流量发到这里"),
		Long: p.say(`Runs CMD with the proxy, the local CA and credentials in its environment (see wxup env), so that what it sends to WeChat's
hosts comes to wxup; nothing of CMD is changed. It uses the server that runs in --data; if none does, it starts one that lives
as long as CMD and forgets everything. At the end it prints each refused upload with its cause. The exit status is CMD's.`,
			`运行 CMD，并在其环境中设置代理、本地 CA 与凭据（见 wxup env），使它发往微信域名的请求到达 wxup；无需改动 CMD。
若 --data 中有正在运行的服务则使用它；否则启动一个临时服务，随 CMD 结束并清除一切。结束时打印每次被拒的上传及其原因。退出状态为 CMD 的状态。`),
		Example: "  wxup exec -- go test ./...\n  wxup exec --fail-on-refusal -- npm test\n  wxup exec --answers observed -- java -jar app.jar",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.logFormat = "off"
			if verbose {
				f.logFormat = "text"
			}
			return p.exec(cmd, f, args, failOnRefusal)
		},
	}
	cmd.Flags().SetInterspersed(false)
	f.answering(p, cmd.Flags())
	cmd.Flags().BoolVar(&failOnRefusal, "fail-on-refusal", false, p.say("exit with status 1 if CMD succeeds although a call was refused", "若 CMD 成功但有调用被拒，则以状态 1 退出"))
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, p.say("show the log of the server that is started", "显示所启动服务的日志"))
	return cmd
}

func (p *program) exec(cmd *cobra.Command, f serveFlags, args []string, failOnRefusal bool) error {
	// The server outlives the command whatever signals come: it is the command's to end.
	ctx := context.WithoutCancel(cmd.Context())
	at := *p
	var own *node
	if !alive(p.data) {
		if !cmd.Flags().Changed("data") && os.Getenv("WXUP_DATA") == "" {
			dir, err := os.MkdirTemp("", "wxup-exec-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			at.data = dir
		}
		var err error
		if own, err = at.newNode(ctx, f); err != nil {
			return err
		}
		running, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- own.run(running, func() {}) }()
		defer func() {
			stop()
			<-done
			own.close()
		}()
	} else if set := behaviour(cmd); set != "" {
		return fmt.Errorf("--%s is for a server that exec starts itself, and one runs in %s; stop it, or give the flag to it", set, p.data)
	}

	began := time.Now()
	vars, err := readEnv(envFile(at.data))
	if err != nil {
		return err
	}
	if vars["WXUP_PROXY_URL"] == "" {
		return fmt.Errorf("the server in %s runs without its proxy (--proxy off), so that CMD would send to WeChat itself; start it with one, or name another directory with --data", at.data)
	}
	if cmd.Context().Err() != nil {
		return exit(exitStopped)
	}
	status, ran, err := runCommand(args, environment(at.data, vars))
	if err != nil {
		return err
	}
	if !ran {
		return exit(status)
	}
	st, err := at.openExisting(ctx)
	if err != nil {
		return err
	}
	defer st.index.Close()
	list, err := exchangesSince(ctx, st, began)
	if err != nil {
		return err
	}
	refused := p.showRefusals(list, own)
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
	for _, flag := range []string{"answers", "names", "strict", "require-https", "quotas", "budget", "budget-wait", "proxy-others"} {
		if of.Flags().Lookup(flag) != nil && cmd.Flags().Changed(flag) {
			return flag
		}
	}
	return ""
}

// alive reports whether a server runs in a data directory: one that was killed leaves its wxup.env behind.
func alive(dir string) bool {
	vars, err := readEnv(envFile(dir))
	if err != nil {
		return false
	}
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(vars["WXUP_HTTP_URL"] + "/livez")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// environment is this process's with a server's variables.
func environment(dir string, vars map[string]string) []string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		abs = dir
	}
	set := maps.Clone(vars)
	maps.Copy(set, reaching(abs, vars["WXUP_PROXY_URL"], os.Getenv))
	env := slices.DeleteFunc(os.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		_, ours := set[name]
		return ours || name == "ALL_PROXY" || name == "all_proxy"
	})
	for _, name := range slices.Sorted(maps.Keys(set)) {
		env = append(env, name+"="+set[name])
	}
	return env
}

// The statuses of a command that could not be run, as shells have them.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
	exitSignal        = 128 // and the signal's number
)

// runCommand runs a command on this terminal and gives its status, and whether it could be run at all. Signals that end this
// process are passed on to it.
func runCommand(args, env []string) (status int, ran bool, err error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	switch err := cmd.Start(); {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(os.Stderr, "wxup: %v\n", err)
		return exitNotFound, false, nil
	case err != nil:
		fmt.Fprintf(os.Stderr, "wxup: %v\n", err)
		return exitNotExecutable, false, nil
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	terminal := term.IsTerminal(int(os.Stdin.Fd()))
	for {
		select {
		case s := <-signals:
			if !terminal || s != os.Interrupt && s != syscall.SIGQUIT { // a terminal has sent these to both
				cmd.Process.Signal(s)
			}
		case err := <-ended:
			var failed *exec.ExitError
			if err != nil && !errors.As(err, &failed) {
				return 0, true, err
			}
			if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
				return exitSignal + int(ws.Signal()), true, nil
			}
			return cmd.ProcessState.ExitCode(), true, nil
		}
	}
}

// shownMost is how many exchanges of a command are looked at.
const shownMost = 10_000

// exchangesSince lists the exchanges from a time on, the oldest first.
func exchangesSince(ctx context.Context, st *state, began time.Time) ([]server.Exchange, error) {
	var all []server.Exchange
	filter := sqlindex.ExchangeFilter{Limit: 500}
	for len(all) < shownMost {
		page, err := st.index.ListExchanges(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if e.Time.Before(began) {
				page = nil
				break
			}
			all = append(all, e)
		}
		if len(page) < filter.Limit {
			break
		}
		last := page[len(page)-1]
		filter.After = sqlindex.Cursor{Time: last.Time, ID: last.ID}
	}
	slices.Reverse(all)
	return all, nil
}

// showRefusals prints each refused exchange with its cause, and what is odd if nothing arrived.
func (p *program) showRefusals(list []server.Exchange, own *node) (refused int) {
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
			out.showExchange(e)
		}
	}
	var seen []intercept.Seen
	if own != nil {
		seen = own.proxy.Seen()
	}
	switch {
	case refused > 0:
		fmt.Fprintf(p.stderr, p.say("\nwxup: %d of %d calls were refused (%d uploads)\n", "\nwxup：%d 次被拒，共 %d 次调用（上传 %d 次）\n"), refused, len(list), uploads)
	case len(list) > 0:
	case own == nil:
		fmt.Fprintln(p.stderr, p.say("wxup: no call of this command has reached wxup; if its HTTP client heeds HTTPS_PROXY, the server's log and its page Connect say why. See docs/proxy.md", "wxup：该命令没有任何调用到达 wxup；若它的 HTTP 客户端使用 HTTPS_PROXY，原因见服务端日志与“接入”页面。见 docs/proxy.zh-CN.md"))
	case !slices.ContainsFunc(seen, func(s intercept.Seen) bool { return s.Outcome == intercept.Answered || s.Reason.EN != "" }):
		fmt.Fprintln(p.stderr, p.say("wxup: nothing of this command has reached wxup; does its HTTP client heed HTTPS_PROXY? See docs/proxy.md", "wxup：该命令没有任何请求到达 wxup；它的 HTTP 客户端是否使用 HTTPS_PROXY？见 docs/proxy.zh-CN.md"))
	}
	for _, s := range seen {
		if s.Reason.EN != "" {
			fmt.Fprintf(p.stderr, p.say("wxup: %s (%d times): %s\n", "wxup：%s（%d 次）：%s\n"), s.Host, s.Count, s.Reason.In(p.lang))
		}
	}
	return refused
}
