package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/internal/self"
	"github.com/wxup/wxup/app/term"
)

func endpointsCommand(p *program) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "endpoints",
		Short: p.t("list the upload APIs: what each accepts and returns"),
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			for _, ep := range wxup.Endpoints() {
				if asJSON {
					if err := p.printJSON(map[string]any{
						"name": ep.Name, "family": ep.Family, "host": ep.Host, "path": ep.Path, "formats": strings.Split(ep.Formats(), ", "),
						"max_bytes": ep.MaxSize(), "answer": ep.Answer(), "public": ep.Public(), "title": p.say(ep.Title, ep.TitleZH), "doc": ep.Doc,
					}); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(p.stdout, "%-13s %-7s %-9s %s\n%-13s %s%s → %s\n", ep.Name, ep.Family, term.Limit(ep.MaxSize()), ep.Formats(), "", ep.Host, ep.Path, ep.Answer())
				fmt.Fprintf(p.stdout, "%-13s %s\n\n", "", p.say(ep.Title, ep.TitleZH))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, p.t("one JSON object per line"))
	return cmd
}

func versionCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "version", Args: cobra.NoArgs,
		Short: p.t("print the version"),
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(p.stdout, "wxup "+self.Version()+"\n")
			return err
		},
	}
}
