package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/settings"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/app/words"
)

func configCommand(p *program) *cobra.Command {
	var origin bool
	show := &cobra.Command{
		Use:   "show [COMMAND]",
		Short: p.t("print the values that a command would use; secrets are masked"),
		Long:  p.t(words.ConfigShowLong),
		Args:  cobra.MaximumNArgs(1),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var list []cobra.Completion
			for _, c := range cmd.Root().Commands() {
				if len(args) == 0 && c.IsAvailableCommand() {
					list = append(list, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return list, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			of, err := commandNamed(cmd.Root(), append(args, "put")[:1])
			if err != nil {
				return err
			}
			return showConfig(cmd, p, of, origin)
		},
	}
	show.Flags().BoolVar(&origin, "origin", false, p.t("print where each value comes from"))
	cmd := group("config", p.t("the configuration: flags, profiles of merchants and apps, rules"), show)
	cmd.Long = p.t(words.ConfigLong, settings.Homely(settings.DefaultPath()), p.t(words.ConfigSample))
	return cmd
}

// showConfig prints what a command would work with.
func showConfig(cmd *cobra.Command, p *program, of *cobra.Command, origin bool) error {
	of.InheritedFlags() // merges in those of the root
	lines, err := p.settings.FlagLines(cmd.Flags(), of.Flags())
	if err != nil {
		return err
	}
	switch {
	case of.Name() != "put":
	case p.settings.Profile != nil:
		lines = append(lines, p.settings.CredentialLines()...)
	default:
		lines = append(lines, credentialsOf(cmd.Context(), p, false).Lines(p.lang)...)
	}
	where := p.settings.File.Path
	if where == "" {
		where = p.t("none (%s does not exist)", settings.DefaultPath())
	}
	fmt.Fprintln(p.stdout, "# "+p.t("configuration: %s", where))
	names, values := 0, 0
	for _, l := range lines {
		names, values = max(names, term.Width(l.Name)), max(values, term.Width(term.Line(l.Value)))
	}
	for _, l := range lines {
		text := term.Fill(l.Name, names) + "  " + term.Line(l.Value)
		if origin {
			text = term.Fill(l.Name, names) + "  " + term.Fill(term.Line(l.Value), values) + "  " + cmp.Or(l.From, p.t("default"))
		}
		fmt.Fprintln(p.stdout, strings.TrimRight(text, " "))
	}
	for i, r := range p.settings.File.Rules {
		fmt.Fprintln(p.stdout, term.Line(p.t("rule %d: %s", i+1, settings.RuleText(r))))
	}
	return nil
}
