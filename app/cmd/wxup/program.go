package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/settings"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/internal/secret"
)

// Exit statuses.
const (
	exitOK      = 0
	exitRefused = 1   // an upload was refused, or a check failed
	exitUsage   = 2   // the command could not start: wrong flags, no credentials, nothing to do
	exitStopped = 130 // interrupted before everything was done
)

// exit is an error that only sets the status; everything has been said already.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// program holds what all commands share: where they write, and the global flags.
type program struct {
	language
	stdout, stderr io.Writer   // hide secrets
	asked          io.Writer   // standard output, for what holds secrets that the user asks for
	secrets        *secret.Set // what stdout, stderr and the server hide
	data           string      // --data
	index          string      // --index

	settings *settings.Settings // of the command that runs
}

// say returns the one of two texts that is in the language, for texts that come in both.
func (p *program) say(en, zh string) string {
	if p.lang == "zh" {
		return zh
	}
	return en
}

// asksForSecrets reports whether a command prints secrets that the user asks for, or bytes.
func asksForSecrets(cmd *cobra.Command) bool {
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent()
	}
	return slices.Contains([]string{"env", "merchant", "app", "ca", "completion", "man"}, cmd.Name())
}

// withData runs a command on the data directory. A server that runs beside it sees changes at its
// next request.
func (p *program) withData(do func(ctx context.Context, d *datadir.Dir, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		d, err := datadir.OpenExisting(cmd.Context(), p.data, p.index)
		if err != nil {
			return err
		}
		defer d.Close()
		return do(cmd.Context(), d, args)
	}
}

// findData finds the data directory unless it was named: see [datadir.Find].
func findData(p *program) error {
	if p.settings.Origins["data"] != "" {
		return nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil // the default is relative
	}
	home, _ := os.UserHomeDir()
	found, err := datadir.Find(dir, home)
	if err == nil && filepath.Dir(found) != dir {
		p.data = found
	}
	return err
}

// printJSON prints a value as one line of JSON.
func (p *program) printJSON(v any) error { return writeJSON(p.stdout, v) }

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// blobsFlag adds --blobs.
func blobsFlag(p *program, flags *pflag.FlagSet, blobs *string) {
	flags.StringVar(blobs, "blobs", "", p.t("where images are kept: a directory, or s3://bucket?endpoint=https://… (default: blobs in --data)"))
}

// interrupted replaces the error of a command that was interrupted.
func interrupted(ctx context.Context, p *program, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	fmt.Fprintln(p.stderr, p.t("interrupted; run it again to continue"))
	return exit(exitStopped)
}

// jsonFlag adds --json.
func jsonFlag(p *program, cmd *cobra.Command, asJSON *bool) {
	cmd.Flags().BoolVar(asJSON, "json", false, p.t("one JSON object per line"))
}

// printFields prints names and values, without those that are empty.
func printFields(p *program, rows [][2]string) {
	width := 0
	for _, row := range rows {
		if row[1] != "" {
			width = max(width, term.Width(row[0]))
		}
	}
	for _, row := range rows {
		if row[1] != "" {
			fmt.Fprintf(p.stdout, "  %s  %s\n", term.Fill(row[0], width), row[1])
		}
	}
}

// parseNetworks reads the addresses and networks of a flag.
func parseNetworks(flag string, list []string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, text := range list {
		prefix, err := datadir.ParseNetwork(text)
		if err != nil {
			return nil, texts.Errorf("--%s %w", flag, err)
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, nil
}

// merchantModeFlag adds --merchant-mode.
func merchantModeFlag(p *program, cmd *cobra.Command, mode *datadir.Mode) {
	cmd.Flags().Var(mode, "merchant-mode", p.t("act as the merchant in public-key or certificate mode (default: the default merchant)"))
}
