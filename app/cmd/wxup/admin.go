package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/words"
)

func adminCommand(p *program) *cobra.Command {
	var file string
	rotate := &cobra.Command{
		Use:   "rotate",
		Short: p.t("make a new admin token and end all sessions of the page"),
		Long:  p.t(words.AdminRotateLong),
		Args:  cobra.NoArgs,
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, _ []string) error {
			d.AdminTokenFile = file
			if err := d.RotateAdminToken(ctx); err != nil {
				return err
			}
			fmt.Fprintln(p.stdout, p.t("there is a new admin token; all sessions have ended"))
			return nil
		}),
	}
	adminTokenFlag(p, rotate.Flags(), &file)
	rotate.MarkFlagFilename("admin-token-file")
	return group("admin", p.t("the token that opens the page and /api/v1"), rotate)
}

// adminTokenFlag adds --admin-token-file.
func adminTokenFlag(p *program, flags *pflag.FlagSet, file *string) {
	flags.StringVar(file, "admin-token-file", "", p.t("a file with the admin token, written if it does not exist (default: the token is in the index); an --admin that other machines can reach needs it"))
}
