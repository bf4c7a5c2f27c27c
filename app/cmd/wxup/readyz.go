package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func (p *program) readyzCommand() *cobra.Command {
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "readyz [URL]",
		Short: p.say("ask whether a server is ready", "查询服务端是否就绪"),
		Long: p.say(`Asks a server whether it takes uploads, and exits with status 0 if it does, else with 1 and the reason. URL is the server's
HTTP address (default: WXUP_HTTP_URL, else that of the server in --data). It is what a container's health check runs.`,
			`查询服务端能否接收上传：就绪则退出状态为 0，否则为 1 并给出原因。URL 是服务的 HTTP 地址（默认 WXUP_HTTP_URL，否则为 --data 中的服务）。可用作容器的健康检查。`),
		Example: "  wxup readyz --wait 30s\n  wxup readyz http://127.0.0.1:8080",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			deadline := time.Now().Add(wait)
			for {
				patience := readyTime
				if wait > 0 {
					patience = min(patience, max(time.Until(deadline), readyTime/20))
				}
				err := p.ready(cmd.Context(), args, patience)
				if err == nil {
					return nil
				}
				if !time.Now().Before(deadline) || cmd.Context().Err() != nil {
					fmt.Fprintf(p.stderr, "wxup: %v\n", err)
					return exit(exitRefused)
				}
				select {
				case <-time.After(min(200*time.Millisecond, time.Until(deadline))):
				case <-cmd.Context().Done():
				}
			}
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", 0, p.say("keep asking that long", "持续查询的最长时间"))
	return cmd
}

// readyTime is how long one answer may take.
const readyTime = 5 * time.Second

// ready asks once.
func (p *program) ready(ctx context.Context, args []string, patience time.Duration) error {
	var address string
	if len(args) > 0 {
		address = args[0]
	} else {
		if address = os.Getenv("WXUP_HTTP_URL"); address == "" {
			vars, err := readEnv(envFile(p.data))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("not ready: %w", err)
			} else if err != nil {
				return fmt.Errorf("not ready: there is no %s; start wxup serve, or name the server's address", envFile(p.data))
			}
			address = vars["WXUP_HTTP_URL"]
		}
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(address, "/")+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("%s is no address of the form http://host:port", address)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy stands between
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	switch said := strings.TrimSpace(string(text)); {
	case resp.StatusCode == http.StatusOK:
		return nil
	case said == "" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain"):
		return fmt.Errorf("not ready: %s answers %s; is it wxup's HTTP address?", address, resp.Status)
	default:
		return errors.New(said)
	}
}
