// Command wxup is WeChat's image-upload system in one program: it uploads images to WeChat (wxup
// put) and it is the upload system itself (wxup serve). Start with:
//
//	wxup serve &
//	wxup put photo.jpg --to marketing
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/credentials"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/settings"
	"github.com/wxup/wxup/app/words"
	"github.com/wxup/wxup/internal/secret"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	secrets := secret.New()
	secrets.Add(credentials.InEnviron(os.Environ())...)
	p := &program{
		language: language{phrase.UserLanguage()}, secrets: secrets, asked: stdout,
		stdout: secrets.Writer(stdout), stderr: secrets.Writer(stderr),
	}
	root := rootCommand(p)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(p.stderr)
	err := root.ExecuteContext(ctx)
	var status exit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &status):
		return int(status)
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return exitStopped
	}
	fmt.Fprintf(stderr, "wxup: %s\n", secrets.MaskConfig(phrase.In(err, p.lang)))
	return exitUsage
}

func rootCommand(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:           "wxup",
		Short:         p.t("WeChat's image-upload system: the client, and the server"),
		Long:          p.t(words.RootLong),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) (err error) {
			if p.settings, err = settings.Settle(cmd.Flags(), knownFlags(cmd.Root())); err != nil {
				return err
			}
			if u, err := url.Parse(p.index); err == nil && u.User != nil {
				password, _ := u.User.Password()
				p.secrets.Add(password)
			}
			if cmd.Name() != "serve" && cmd.Name() != "exec" { // whose logs have nonces
				p.stderr = p.secrets.ConfigWriter(p.stderr)
			}
			if asksForSecrets(cmd) {
				p.stdout = p.asked
			}
			return findData(p)
		},
	}
	root.PersistentFlags().String("config", "", p.t("YAML file with flags, profiles and rules; off for none (default: %s, if it exists)", settings.Homely(settings.DefaultPath())))
	root.PersistentFlags().BoolP("help", "h", false, p.t("show this help"))
	root.MarkPersistentFlagFilename("config", "yaml", "yml")
	root.CompletionOptions.DisableDefaultCmd = true // completionCommand speaks both languages
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(p.t(words.UsageTemplate))

	put, doctor, config, why := putCommand(p), doctorCommand(p), configCommand(p), whyCommand(p)
	serve, exec, env, readyz := serveCommand(p), execCommand(p), envCommand(p), readyzCommand(p)
	merchant, app, ca, admin := merchantCommand(p), appCommand(p), caCommand(p), adminCommand(p)
	images := imagesCommand(p)
	gc, fsck, backup, migrate := gcCommand(p), fsckCommand(p), backupCommand(p), migrateCommand(p)
	withDataFlag(p, put, doctor, config, env, readyz)
	withIndexFlag(p, why, serve, exec, merchant, app, ca, admin, images, gc, fsck, backup, migrate)
	withProfileFlag(p, put, doctor, config, why)

	task := func(id, title string, cmds ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: id, Title: title})
		for _, cmd := range cmds {
			cmd.GroupID = id
		}
		root.AddCommand(cmds...)
	}
	task("upload", p.t("Upload:"), put, sampleCommand(p), endpointsCommand(p), why, doctor, config)
	task("server", p.t("Run a server:"), serve, exec, env, readyz)
	task("accounts", p.t("Accounts and keys:"), merchant, app, ca, admin)
	task("data", p.t("Look after the data:"), images, gc, fsck, backup, migrate)
	task("program", p.t("This program:"), completionCommand(p), manCommand(p), versionCommand(p))
	root.SetHelpCommand(helpCommand(p))
	root.SetHelpCommandGroupID("program")
	explainArgs(root)
	return root
}

// explainArgs makes commands say their usage when their arguments are wrong, in the user's
// language.
func explainArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil && !cmd.HasSubCommands() {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if check(cmd, args) != nil {
				return texts.Errorf("wrong arguments; usage: %s", cmd.UseLine())
			}
			return nil
		}
	}
	cmd.DisableFlagsInUseLine = true // "[flags]" is in English
	for _, c := range cmd.Commands() {
		explainArgs(c)
	}
}

// helpCommand is "wxup help COMMAND", for "wxup COMMAND --help".
func helpCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: p.t("show the help of a command"),
		RunE: func(cmd *cobra.Command, args []string) error {
			of := cmd.Root()
			if len(args) > 0 {
				var err error
				if of, err = commandNamed(of, args); err != nil {
					return err
				}
			}
			of.InheritedFlags() // merges in those of the root
			return of.Help()
		},
	}
}
