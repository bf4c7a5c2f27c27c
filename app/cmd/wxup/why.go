package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/credentials"
	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/words"
	"github.com/wxup/wxup/server"
)

func whyCommand(p *program) *cobra.Command {
	var asJSON bool
	var given credentials.Given
	recorded := p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
		e, err := d.FindExchange(ctx, args[0])
		if errors.Is(err, server.ErrNotFound) && args[0] == "last" {
			return errors.New(p.t("nothing has been refused yet"))
		} else if errors.Is(err, server.ErrNotFound) {
			return texts.Errorf("there is no record %.80q; the id is in the Request-ID header, after \"rid:\" in an errmsg, or in the log", args[0])
		} else if err != nil {
			return err
		}
		if asJSON {
			return p.printJSON(e)
		}
		showExchange(p, e)
		return nil
	})
	cmd := &cobra.Command{
		Use:     "why ID|FILE",
		Short:   p.t("explain why an upload was refused, by its Request-ID or rid, or from a saved request"),
		Long:    p.t(words.WhyLong),
		Example: words.WhyExample,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if isSaved(args[0]) {
				return whySaved(cmd.Context(), p, args[0], given, asJSON)
			}
			return recorded(cmd, args)
		},
	}
	savedFlags(p, cmd.Flags(), &given)
	cmd.Flags().BoolVar(&asJSON, "json", false, p.t("print the whole record as JSON"))
	return cmd
}
