package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup"
)

func endpointNames() []string {
	var names []string
	for _, ep := range wxup.Endpoints() {
		names = append(names, ep.Name)
	}
	return names
}

func (p *program) endpointsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "endpoints",
		Short: p.say("list the upload APIs: what each takes and answers", "列出上传接口：各自接受什么、返回什么"),
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			for _, ep := range wxup.Endpoints() {
				if asJSON {
					if err := p.printJSON(map[string]any{
						"name": ep.Name, "family": ep.Family, "host": ep.Host, "path": ep.Path, "formats": strings.Split(ep.Formats(), ", "),
						"max_bytes": ep.MaxSize(), "answer": ep.Answer, "public": ep.Public, "title": p.say(ep.Title, ep.TitleZH), "doc": ep.Doc,
					}); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(p.stdout, "%-13s %-7s ≤ %-7s %s\n%-13s %s%s → %s\n", ep.Name, ep.Family, size(ep.MaxSize()), ep.Formats(), "", ep.Host, ep.Path, ep.Answer)
				fmt.Fprintf(p.stdout, "%-13s %s\n\n", "", p.say(ep.Title, ep.TitleZH))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, p.say("one JSON object a line", "每行一个 JSON 对象"))
	return cmd
}

func size(n int64) string {
	switch {
	case n%wxup.MB == 0:
		return fmt.Sprintf("%d MB", n/wxup.MB)
	case (n+1)%wxup.MB == 0:
		return fmt.Sprintf("<%d MB", (n+1)/wxup.MB)
	}
	return fmt.Sprintf("%d KB", n/wxup.KB)
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Args: cobra.NoArgs,
		Short: p.say("print the version", "打印版本"),
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(p.stdout, "wxup "+version()+"\n")
			return err
		},
	}
}
