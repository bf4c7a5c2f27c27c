package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/checkup"
	"github.com/wxup/wxup/app/credentials"
	"github.com/wxup/wxup/app/internal/self"
	"github.com/wxup/wxup/app/words"
)

// marks are shown before findings.
var marks = map[checkup.State]string{checkup.Passed: "✓", checkup.Warning: "!", checkup.Failed: "✗", checkup.Skipped: "–"}

func doctorCommand(p *program) *cobra.Command {
	var c checkup.Config
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   p.t("check keys, certificates, clock and network before you upload"),
		Long:    p.t(words.DoctorLong),
		Example: "  wxup doctor\n  wxup doctor --server wechat --profile shop\n  wxup doctor --offline",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.Server.Origin = p.settings.Origins["server"]
			return doctor(cmd.Context(), p, c, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.Server.URL, "server", "", p.t(words.ServerUsage))
	flags.BoolVar(&c.Offline, "offline", false, p.t("check only this machine"))
	flags.BoolVar(&asJSON, "json", false, p.t("one JSON object per line"))
	cmd.RegisterFlagCompletionFunc("server", cobra.FixedCompletions([]string{credentials.RealWeChat}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func doctor(ctx context.Context, p *program, c checkup.Config, asJSON bool) error {
	c.Source, c.UserAgent = credentialsOf(ctx, p, false), "wxup/"+self.Version()
	for _, family := range []wxup.Family{wxup.PayV3, wxup.PayV2, wxup.FamilyAccount, credentials.Company} {
		if err := c.Source.Fetch(ctx, family); err != nil {
			return err
		}
	}
	out := p.secrets.ConfigWriter(p.stdout)
	c.Found = func(f checkup.Finding) {
		if asJSON {
			writeJSON(out, f)
			return
		}
		fmt.Fprintf(out, "%s %-12s %s\n", marks[f.State], f.Check, f.Detail.In(p.lang))
		if do := f.Do.In(p.lang); do != "" {
			fmt.Fprintf(out, "  %-12s → %s\n", "", do)
		}
	}
	if !asJSON {
		fmt.Fprintln(p.stdout, p.t("credentials from %s", c.Source.Name.In(p.lang)))
	}
	if checkup.Run(ctx, c) > 0 {
		return exit(exitRefused)
	}
	return nil
}
