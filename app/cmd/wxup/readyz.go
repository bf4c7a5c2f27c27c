package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/node"
	"github.com/wxup/wxup/app/words"
)

func readyzCommand(p *program) *cobra.Command {
	var wait time.Duration
	cmd := &cobra.Command{
		Use:     "readyz [URL]",
		Short:   p.t("check whether a server is ready"),
		Long:    p.t(words.ReadyzLong),
		Example: "  wxup readyz --wait 30s\n  wxup readyz http://127.0.0.1:8080",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			deadline := time.Now().Add(wait)
			for {
				patience := readyTime
				if wait > 0 {
					patience = min(patience, max(time.Until(deadline), readyTime/20))
				}
				err := ready(cmd.Context(), p, args, patience)
				if err == nil {
					return nil
				}
				if !time.Now().Before(deadline) || cmd.Context().Err() != nil {
					fmt.Fprintf(p.stderr, "wxup: %s\n", phrase.In(err, p.lang))
					return exit(exitRefused)
				}
				select {
				case <-time.After(min(200*time.Millisecond, time.Until(deadline))):
				case <-cmd.Context().Done():
				}
			}
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", 0, p.t("keep asking for this long"))
	return cmd
}

// readyTime is how long one answer may take.
const readyTime = 5 * time.Second

// ready asks once.
func ready(ctx context.Context, p *program, args []string, patience time.Duration) error {
	var address string
	if len(args) > 0 {
		address = args[0]
	} else {
		if address = anyURL(os.Getenv); address == "" {
			vars, err := datadir.ReadEnv(datadir.EnvFile(p.data))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return texts.Errorf("not ready: %w", err)
			} else if err != nil {
				return texts.Errorf("not ready: there is no %s; start wxup serve, or name the server's address", datadir.EnvFile(p.data))
			}
			address = anyURL(func(name string) string { return vars[name] })
		}
	}
	return node.Ready(ctx, address, patience)
}

// anyURL is the server's admin address, which has reasons, or its public one.
func anyURL(variable func(string) string) string {
	return cmp.Or(variable("WXUP_ADMIN_URL"), variable("WXUP_HTTP_URL"))
}
