package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/internal/shellword"
	"github.com/wxup/wxup/app/words"
)

func envCommand(p *program) *cobra.Command {
	var noProxy bool
	var mode datadir.Mode
	cmd := &cobra.Command{
		Use:   "env",
		Short: p.t("print shell variables for programs that use this server"),
		Long:  p.t(words.EnvLong),
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			vars, err := datadir.ReadEnvOf(p.data, mode)
			if errors.Is(err, fs.ErrNotExist) {
				return texts.Errorf("there is no %s; start wxup serve, or name its directory with --data", datadir.EnvFile(p.data))
			} else if err != nil {
				return err
			}
			proxy := vars["WXUP_PROXY_URL"]
			if noProxy {
				proxy = ""
			}
			maps.Copy(vars, datadir.Reaching(filepath.Dir(vars["WXUP_CA_FILE"]), proxy, os.Getenv))
			for _, name := range slices.Sorted(maps.Keys(vars)) {
				fmt.Fprintf(p.stdout, "export %s=%s\n", name, shellword.Quote(vars[name]))
			}
			return nil
		},
	}
	merchantModeFlag(p, cmd, &mode)
	cmd.Flags().BoolVar(&noProxy, "no-proxy", false, p.t("leave out the proxy, for programs that are configured with WXUP_HTTPS_URL"))
	return cmd
}
