package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/flagvalue"
	"github.com/wxup/wxup/app/ledger"
	"github.com/wxup/wxup/app/pick"
	"github.com/wxup/wxup/app/settings"
	"github.com/wxup/wxup/app/words"
	"github.com/wxup/wxup/fit"
	"github.com/wxup/wxup/fit/heif"
	"github.com/wxup/wxup/media"
)

// maxParallel is how many files may be sent at once.
const maxParallel = 256

// putFlags are the flags of put.
type putFlags struct {
	to, name   string
	meta, path map[string]string
	null       bool
	dryRun     bool

	fit, strip bool
	background flagvalue.Colour
	quality    int

	server, ledger    string
	rate              flagvalue.Rate
	parallel, retries int
	timeout           time.Duration
	again, skipVerify bool

	asJSON, urls, quiet, verbose bool

	// What parse makes of them.
	endpoint *wxup.Endpoint
	fitter   *fit.Fitter // nil without --fit
}

func (f *putFlags) define(p *program, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "", p.t("endpoint, see wxup endpoints (default: the configuration's rules)"))
	flags.StringVar(&f.name, "name", "", p.t("file name to send, for a single file (default: its own)"))
	flags.StringToStringVar(&f.meta, "meta", nil, p.t("more meta fields: transaction_id=…,openid=… (default: the rules')"))
	flags.StringToStringVar(&f.path, "path", nil, p.t("values in the endpoint's path: sub_mchid=… (default: the rules')"))
	flags.BoolVarP(&f.null, "null", "0", false, p.t("the list on standard input has NUL between names, as find -print0 writes it"))
	flags.BoolVar(&f.dryRun, "dry-run", false, p.t("send nothing; show what would be refused, and what --fit changes"))
	flags.BoolVar(&f.fit, "fit", false, p.t("change the format and size of pictures that the endpoint would refuse"))
	flags.BoolVar(&f.strip, "strip", false, p.t("with --fit: remove place, camera and other metadata from all pictures"))
	f.background = flagvalue.White()
	flags.Var(&f.background, "background", p.t("with --fit: colour behind transparent places in a JPEG: white, black, #rrggbb"))
	flags.IntVar(&f.quality, "quality", 60, p.t("with --fit: lowest JPEG quality before the picture is made smaller, 1 to 100"))
	flags.StringVar(&f.server, "server", "", p.t(words.ServerUsage))
	flags.IntVar(&f.parallel, "parallel", 0, p.t("number of files sent at once; 0 adapts to the server's answers"))
	flags.Var(&f.rate, "rate", p.t("limit of calls per time and endpoint: 100/m, 20/s, article=1000/d,50/m, or off (default: the documented quotas at WeChat, none elsewhere)"))
	flags.IntVar(&f.retries, "retries", 4, p.t("number of retries per file when the network or the server fails"))
	flags.DurationVar(&f.timeout, "timeout", 2*time.Minute, p.t("time limit for one try of one file, from its first byte to the answer; 0 means no limit"))
	flags.StringVar(&f.ledger, "ledger", "", p.t("file that remembers what was uploaded, or off (default: %s)", settings.Homely(ledger.DefaultPath())))
	flags.BoolVar(&f.again, "again", false, p.t("upload files even if the ledger has them"))
	flags.BoolVar(&f.asJSON, "json", false, p.t("one JSON object per line, as soon as it is known"))
	flags.BoolVar(&f.urls, "urls", false, p.t("print only URLs, one per line in the order of the files, or nothing if a file was refused: for Typora and the like"))
	flags.BoolVarP(&f.quiet, "quiet", "q", false, p.t("no progress and no summary; refusals are printed"))
	flags.BoolVarP(&f.verbose, "verbose", "v", false, p.t("print each decision: tries, waits, other hosts, what was remembered"))
	flags.BoolVar(&f.skipVerify, "skip-verify", false, p.t("do not verify that answers come from WeChat"))
	cmd.MarkFlagFilename("ledger", "db")
	cmd.MarkFlagsMutuallyExclusive("json", "urls")
	cmd.RegisterFlagCompletionFunc("to", completeEndpoints(p))
	cmd.RegisterFlagCompletionFunc("background", cobra.FixedCompletions([]string{"white", "black"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("server", cobra.FixedCompletions([]string{"wechat"}, cobra.ShellCompDirectiveNoFileComp))
}

// parse checks the flags.
func (f *putFlags) parse(flags *pflag.FlagSet) (err error) {
	if f.to != "" {
		if f.endpoint, err = pick.Endpoint(f.to); err != nil {
			return err
		}
	}
	if f.quality < 1 || f.quality > 100 {
		return texts.Errorf("--quality is 1 to 100, not %d", f.quality)
	}
	if f.fit {
		f.fitter = fit.New(fit.Options{Strip: f.strip, Background: f.background.Color, Quality: f.quality, Decoders: heif.Decoders()})
	} else if name := changed(flags, "strip", "background", "quality"); name != "" {
		return texts.Errorf("--%s goes with --fit", name)
	}
	if f.parallel < 0 || f.parallel > maxParallel || f.retries < 0 || f.timeout < 0 {
		return texts.Errorf("--parallel is 0 to %d; --retries and --timeout cannot be negative", maxParallel)
	}
	return nil
}

// pickOptions say which files to upload where. An endpoint of the file or the profile gives way to
// rules.
func (f *putFlags) pickOptions(p *program) pick.Options {
	o := pick.Options{Rules: p.settings.File.Rules, Null: f.null, Name: f.name, Stdin: os.Stdin, Skip: datadir.Is}
	if f.fit {
		o.Fits = fittable()
	}
	if p.settings.Typed("to") {
		o.To = f.endpoint
	} else {
		o.Default = f.endpoint
	}
	return o
}

func (f *putFlags) source(it *pick.Item) wxup.Source {
	return it.Source(pick.Fields{Name: f.name, Meta: f.meta, Path: f.path})
}

// configure sets what the flags say of a Client.
func (f *putFlags) configure(c *wxup.Client) {
	if f.fitter != nil {
		c.Fit = f.fitter
	}
	c.SkipVerify, c.IgnoreLedger, c.Rate, c.Concurrency, c.Timeout = f.skipVerify, f.again, f.rate.Rate, f.parallel, f.timeout
	c.Retry.Attempts = f.retries + 1
}

// fittable returns the formats that --fit reads.
func fittable() []media.Format {
	formats := []media.Format{media.JPEG, media.PNG, media.BMP, media.GIF, media.WebP}
	for _, d := range heif.Decoders() {
		formats = append(formats, d.Format)
	}
	return formats
}

// openLedger opens the ledger. If nobody asked for a certain file and the default one cannot be
// written, uploads go on without.
func openLedger(ctx context.Context, p *program, asked string) (*ledger.Ledger, error) {
	path := cmp.Or(asked, ledger.DefaultPath())
	if path == "off" || path == "" {
		return nil, nil
	}
	led, err := ledger.Open(ctx, path)
	if err != nil && asked == "" && errors.Is(err, ledger.ErrUnwritable) {
		fmt.Fprintln(p.stderr, "wxup: "+p.t("going on without remembering what is uploaded: %v; name another file with --ledger, or say --ledger off", err))
		return nil, nil
	}
	return led, err
}

// changed returns the name of a flag of a list that was typed, or "".
func changed(flags *pflag.FlagSet, names ...string) string {
	for _, name := range names {
		if f := flags.Lookup(name); f != nil && f.Changed {
			return name
		}
	}
	return ""
}
