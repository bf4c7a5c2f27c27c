package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/internal/nearest"
	"github.com/wxup/wxup/app/settings"
)

// Flags that several commands have. Each command has only those that it uses.

// withDataFlag adds --data to commands and their subcommands.
func withDataFlag(p *program, cmds ...*cobra.Command) {
	for _, cmd := range cmds {
		cmd.PersistentFlags().StringVar(&p.data, "data", "./wxup-data", p.t("directory of a server's keys, index and images"))
		cmd.MarkPersistentFlagDirname("data")
	}
}

// withIndexFlag adds --data and --index.
func withIndexFlag(p *program, cmds ...*cobra.Command) {
	withDataFlag(p, cmds...)
	for _, cmd := range cmds {
		cmd.PersistentFlags().StringVar(&p.index, "index", "", p.t("database of accounts and records: a file, or postgres://user@host/database (default: index.db in --data)"))
	}
}

// withProfileFlag adds --profile.
func withProfileFlag(p *program, cmds ...*cobra.Command) {
	for _, cmd := range cmds {
		cmd.PersistentFlags().String("profile", "", p.t("profile of the configuration to use"))
		cmd.RegisterFlagCompletionFunc("profile", completeProfiles)
	}
}

// knownFlags returns the flags of a command and of all below it.
func knownFlags(cmd *cobra.Command) settings.Known {
	known := settings.Known{}
	var add func(*cobra.Command)
	add = func(cmd *cobra.Command) {
		for _, flags := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
			flags.VisitAll(func(f *pflag.Flag) { known[f.Name] = isPath(f) })
		}
		for _, c := range cmd.Commands() {
			add(c)
		}
	}
	add(cmd)
	return known
}

// isPath reports whether a flag's value is a path: those are marked for completion.
func isPath(f *pflag.Flag) bool {
	_, file := f.Annotations[cobra.BashCompFilenameExt]
	_, dir := f.Annotations[cobra.BashCompSubdirsInDir]
	return file || dir
}

// flagError explains an error in the flags of a command.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid):
		return invalidValue(cmd, invalid)
	case !errors.As(err, &unknown):
		return texts.Errorf("%w; see: %s --help", err, cmd.CommandPath())
	}
	name := unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		return texts.Errorf("there is no flag -%s; see: %s --help", name, cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return texts.Errorf("there is no flag --%s; see: %s --help%s", name, cmd.CommandPath(), nearest.Hint("--"+name, names))
}

// invalidValue explains a value that a flag does not take.
func invalidValue(cmd *cobra.Command, err *pflag.InvalidValueError) error {
	name, kind := err.GetFlag().Name, err.GetFlag().Value.Type()
	switch kind {
	case "int", "int64", "duration", "bool":
		return texts.Errorf("--%s takes a value of type %s, not %q; see: %s --help", name, kind, err.GetValue(), cmd.CommandPath())
	}
	return texts.Errorf("--%s: %w; see: %s --help", name, errors.Unwrap(err), cmd.CommandPath())
}

// noSuchCommand refuses arguments of a command that only has subcommands.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return texts.Errorf("there is no command %q; see: %s --help%s", cmd.CommandPath()+" "+args[0], cmd.CommandPath(), nearest.Hint(args[0], subcommands(cmd)))
}

// completeEndpoints completes names of endpoints, with what each is for.
func completeEndpoints(p *program) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var list []cobra.Completion
		for _, ep := range wxup.Endpoints() {
			list = append(list, cobra.CompletionWithDesc(ep.Name, p.say(ep.Title, ep.TitleZH)))
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeProfiles completes names of profiles, if the configuration can be read.
func completeProfiles(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	file, err := settings.Read(settings.Asked(cmd.Flags()), knownFlags(cmd.Root()))
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var list []cobra.Completion
	for _, name := range file.ProfileNames() {
		credentials := file.Profiles[name].Credentials
		who := credentials["mchid"].Text
		if who == "" {
			who = credentials["appid"].Text
		}
		list = append(list, cobra.CompletionWithDesc(name, who))
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// group returns a command that only has subcommands.
func group(use, short string, list ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: noSuchCommand, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(list...)
	return cmd
}

// commandNamed finds a command by its words.
func commandNamed(root *cobra.Command, words []string) (*cobra.Command, error) {
	of, rest, err := root.Find(words)
	if err != nil || len(rest) > 0 {
		return nil, texts.Errorf("there is no command %q; see: wxup --help%s", strings.Join(words, " "), nearest.Hint(words[0], subcommands(root)))
	}
	return of, nil
}

func subcommands(cmd *cobra.Command) (names []string) {
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}
