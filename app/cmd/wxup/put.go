package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/ledger"
	"github.com/wxup/wxup/fit"
	"github.com/wxup/wxup/media"
)

// fileFlags are what put and check have in common: which files, for what, and whether they are made to fit.
type fileFlags struct {
	to, name   string
	meta, path map[string]string
	null       bool
	asJSON     bool

	fit, strip bool
	background string
	quality    int
}

// parallelMost is how many files may be sent at once.
const parallelMost = 256

type putFlags struct {
	fileFlags
	server, rate, ledger string
	parallel, retries    int
	timeout              time.Duration
	again, skipVerify    bool
	urls, quiet, verbose bool
}

func (p *program) putCommand() *cobra.Command {
	var f putFlags
	cmd := &cobra.Command{
		Use:   "put FILE…",
		Short: p.say("upload files", "上传文件"),
		Long: p.say(`Uploads files and prints what each one got: a URL, or a media_id.

A FILE is a file, a directory (all below it that is of a format which the endpoint takes, hidden files left out), or a
pattern, which wxup expands itself if the shell has not: *.jpg, photos/**/*.png. FILE=ENDPOINT names the endpoint for one
of them. "-" reads a list of files from standard input, one a line; with --name it is the file itself.

What was uploaded is remembered: the same command again sends only what is new or was refused, and after Ctrl-C or a
crash what is left. Ctrl-C once finishes the uploads under way, twice stops at once.

Credentials come from the --profile of the configuration (see wxup config --help), else from the environment (WXUP_MCHID
and so on: see wxup env), else from the wxup.env of a running "wxup serve" in --data. With credentials of your own and no
WXUP_HTTPS_URL, uploads go to the real WeChat.

Exit status: 0 all was uploaded, 1 some was refused, 2 it could not start, 130 it was stopped before all was done.`,
			`上传文件，并打印各自得到的 URL 或 media_id。

FILE 可以是文件、目录（其下所有该接口接受的格式，隐藏文件除外），或通配符（shell 未展开时由 wxup 展开）：*.jpg、photos/**/*.png。
FILE=接口名 为单个文件指定接口。"-" 表示从标准输入读取文件列表，每行一个；同时给出 --name 时，标准输入就是文件内容本身。

已上传的会被记住：再次执行同一命令，只发送新的和被拒绝过的；Ctrl-C 或崩溃之后，只发送剩下的。
按一次 Ctrl-C 会先完成正在上传的文件，按两次立即停止。

凭据取自配置文件的 --profile（见 wxup config --help），否则取自环境变量（WXUP_MCHID 等，见 wxup env），否则取自 --data 目录中
正在运行的 wxup serve 的 wxup.env。若使用自己的凭据且没有 WXUP_HTTPS_URL，则上传到真实的微信。

退出码：0 全部上传，1 有被拒绝的，2 无法开始，130 在完成前被中断。`),
		Example: `  wxup put photo.jpg --to marketing
  wxup put photos/ logo.png=article --to marketing --fit
  find . -newer stamp -name '*.jpg' -print0 | wxup put - --null --to merchant --json
  wxup put licence.jpg --to merchant --profile shop`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name at least one file; see: wxup put --help")
			}
			return p.put(cmd.Context(), cmd, f, args)
		},
	}
	flags := cmd.Flags()
	p.fileFlags(cmd, &f.fileFlags)
	flags.StringVar(&f.server, "server", "", p.say(`the server's URL, or "wechat" for the real one (default: WXUP_HTTPS_URL, else the real one)`, `服务地址，或 "wechat" 表示真实的微信（默认 WXUP_HTTPS_URL，否则真实的微信）`))
	flags.IntVar(&f.parallel, "parallel", 0, p.say("how many files are sent at once; 0 adapts to what the server answers", "同时上传的文件数；0 表示按服务端的应答自动调整"))
	flags.StringVar(&f.rate, "rate", "", p.say("the most calls in a time, for each endpoint: 100/m, 20/s, article=1000/d,50/m; or off (default: the documented quotas at WeChat, none elsewhere)", "每个接口的调用频率上限：100/m、20/s、article=1000/d,50/m；off 表示不限（默认对微信按文档配额，对其他服务不限）"))
	flags.IntVar(&f.retries, "retries", 4, p.say("how often a file is tried again when the network or the server fails; 0 is never", "网络或服务端出错时每个文件的重试次数；0 表示不重试"))
	flags.DurationVar(&f.timeout, "timeout", 2*time.Minute, p.say("the most time for one try of one file, from its first byte to the answer; 0 is no limit", "单个文件单次尝试（从发送到应答）的时限；0 表示不限"))
	flags.StringVar(&f.ledger, "ledger", "", p.say("the file that remembers what was uploaded, or off (default: "+homely(defaultLedger())+")", "记录已上传内容的文件，或 off（默认 "+homely(defaultLedger())+"）"))
	flags.BoolVar(&f.again, "again", false, p.say("upload even what the ledger knows", "即使已有记录也重新上传"))
	flags.BoolVar(&f.urls, "urls", false, p.say("print URLs alone, one a line in the files' order, or nothing at all if one was refused: for Typora and the like", "只按文件顺序逐行打印 URL；若有一个被拒绝则什么都不打印：供 Typora 等使用"))
	flags.BoolVarP(&f.quiet, "quiet", "q", false, p.say("no progress and no summary; what was refused is said all the same", "不显示进度与汇总；被拒绝的仍会说明"))
	flags.BoolVarP(&f.verbose, "verbose", "v", false, p.say("say each decision: tries, waits, other hosts, what was remembered", "说明每个决定：重试、等待、更换主机、已有记录"))
	flags.BoolVar(&f.skipVerify, "skip-verify", false, p.say("do not verify that answers come from WeChat", "不验证应答的签名"))
	cmd.MarkFlagFilename("ledger", "db")
	cmd.MarkFlagsMutuallyExclusive("json", "urls")
	cmd.RegisterFlagCompletionFunc("server", cobra.FixedCompletions([]string{"wechat"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (p *program) fileFlags(cmd *cobra.Command, f *fileFlags) {
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "", p.say("the endpoint, by its name: see wxup endpoints (default: the configuration's rules)", "接口名，见 wxup endpoints（默认按配置文件的 rules）"))
	flags.StringVar(&f.name, "name", "", p.say("the file name that WeChat is told, for a single file (default: its own)", "告诉微信的文件名，仅用于单个文件（默认原名）"))
	flags.StringToStringVar(&f.meta, "meta", nil, p.say("more meta fields: transaction_id=…,openid=… (default: the rules')", "额外的 meta 字段：transaction_id=…,openid=…（默认取自 rules）"))
	flags.StringToStringVar(&f.path, "path", nil, p.say("values for the endpoint's path: sub_mchid=… (default: the rules')", "接口路径中的值：sub_mchid=…（默认取自 rules）"))
	flags.BoolVarP(&f.null, "null", "0", false, p.say("the list on standard input has NUL between names, as find -print0 writes it", "标准输入的列表以 NUL 分隔，如 find -print0 的输出"))
	flags.BoolVar(&f.asJSON, "json", false, p.say("one JSON object a line, as soon as it is known", "每行一个 JSON 对象，完成即输出"))
	flags.BoolVar(&f.fit, "fit", false, p.say("make pictures fit what the endpoint takes: format, size; what fits already is sent as it is", "调整图片以符合接口要求（格式、大小）；已符合的原样发送"))
	flags.BoolVar(&f.strip, "strip", false, p.say("with --fit: take place, camera and other metadata off all pictures, also those that fit", "与 --fit 同用：去掉所有图片的位置、相机等元数据，包括已符合要求的"))
	flags.StringVar(&f.background, "background", "white", p.say("with --fit: what shows through transparent places in a JPEG: white, black, #rrggbb", "与 --fit 同用：转为 JPEG 时透明处的底色：white、black、#rrggbb"))
	flags.IntVar(&f.quality, "quality", 60, p.say("with --fit: the lowest JPEG quality before the picture is made smaller, 1 to 100", "与 --fit 同用：缩小尺寸之前允许的最低 JPEG 质量，1 到 100"))
	cmd.RegisterFlagCompletionFunc("to", p.completeEndpoints)
	cmd.RegisterFlagCompletionFunc("background", cobra.FixedCompletions([]string{"white", "black"}, cobra.ShellCompDirectiveNoFileComp))
}

// put uploads.
func (p *program) put(ctx context.Context, cmd *cobra.Command, f putFlags, args []string) error {
	items, asides, err := p.files(ctx, cmd, &f.fileFlags, args)
	if err != nil {
		return err
	}
	eps := endpointsOf(items)
	if f.urls {
		for _, ep := range eps {
			if !ep.Public {
				return fmt.Errorf("--urls: %s answers a private media_id, and no URL", ep.Name)
			}
		}
	}
	fitter, err := f.fitter(cmd)
	if err != nil {
		return err
	}
	rate, err := parseRate(f.rate)
	if err != nil {
		return err
	}
	if f.parallel < 0 || f.parallel > parallelMost || f.retries < 0 || f.timeout < 0 {
		return fmt.Errorf("--parallel is 0 to %d; --retries and --timeout cannot be less than 0", parallelMost)
	}
	if len(items) == 0 {
		p.nothing(asides)
		return nil
	}
	client, err := p.client(ctx, f.server, eps...)
	if err != nil {
		return err
	}
	led, err := p.openLedger(ctx, f.ledger)
	if err != nil {
		return err
	}
	if led != nil {
		defer led.Close()
		client.Ledger = led
	}
	if fitter != nil {
		client.Fit = fitter
	}
	client.SkipVerify, client.Again, client.Rate, client.Parallel, client.Timeout = f.skipVerify, f.again, rate, f.parallel, f.timeout
	client.Retry.Attempts = f.retries + 1
	b := &batch{
		program: p, items: items, client: client, resumable: led != nil,
		source: func(it *item) wxup.Source { return f.source(it) },
	}
	b.report = newReport(p, f, args, items, asides)
	return b.run(ctx)
}

// files lists what to upload, and says how many files in directories were left aside.
func (p *program) files(ctx context.Context, cmd *cobra.Command, f *fileFlags, args []string) ([]item, int, error) {
	l := newLister(p.conf, os.Stdin)
	l.fits, l.zero, l.name = f.fit, f.null, f.name
	if f.to != "" {
		ep, ok := wxup.EndpointNamed(f.to)
		if !ok {
			return nil, 0, fmt.Errorf("there is no endpoint %q%s; the names are: %s", f.to, meant(f.to, endpointNames()), strings.Join(endpointNames(), " "))
		}
		if from := p.origins["to"]; strings.HasPrefix(from, "--") || strings.HasPrefix(from, "$") {
			l.to = ep
		} else {
			l.other = ep
		}
	}
	if err := l.list(ctx, args); err != nil {
		return nil, 0, err
	}
	if f.name != "" && len(l.items) > 1 {
		return nil, 0, fmt.Errorf("--name is for a single file; these are %d", len(l.items))
	}
	return l.items, l.asides, nil
}

func (p *program) leftAside(files int) {
	fmt.Fprintf(p.stderr, "wxup: %s%d\n", p.say("left aside, being of other formats: ", "略过的其他格式文件数："), files)
}

func (p *program) nothing(asides int) {
	text := p.say("nothing to upload", "没有可上传的文件")
	if asides > 0 {
		text += fmt.Sprintf(p.say(" (left aside, being of other formats: %d; --fit may help)", "（略过的其他格式文件数：%d；加 --fit 也许可以）"), asides)
	}
	fmt.Fprintln(p.stderr, "wxup: "+text)
}

// source is an item as the client takes it.
func (f *fileFlags) source(it *item) wxup.Source {
	src := wxup.File(it.name)
	if it.content != nil {
		src = wxup.Reader(it.name, it.content, -1)
	}
	if f.name != "" {
		src.Name = f.name
	}
	src.Meta, src.Path = f.meta, f.path
	if it.rule != nil {
		src.Meta, src.Path = over(it.rule.meta, f.meta), over(it.rule.path, f.path)
	}
	return src
}

// over is one map laid over another.
func over(under, upper map[string]string) map[string]string {
	m := map[string]string{}
	for _, part := range []map[string]string{under, upper} {
		for k, v := range part {
			m[k] = v
		}
	}
	return m
}

// fitter is nil without --fit.
func (f *fileFlags) fitter(cmd *cobra.Command) (*fit.Fitter, error) {
	background, err := parseColour(f.background)
	if err != nil {
		return nil, err
	}
	if f.quality < 1 || f.quality > 100 {
		return nil, fmt.Errorf("--quality is 1 to 100, not %d", f.quality)
	}
	if f.fit {
		return fit.New(fit.Options{Strip: f.strip, Background: background, Quality: f.quality}), nil
	}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if n := flag.Name; flag.Changed && (n == "strip" || n == "background" || n == "quality") && err == nil {
			err = fmt.Errorf("--%s goes with --fit", n)
		}
	})
	return nil, err
}

// fittable reports whether package fit can read a format.
func fittable(f media.Format) bool {
	switch f {
	case media.JPEG, media.PNG, media.BMP, media.GIF, media.WebP:
		return true
	}
	return false
}

// parseColour reads white, black, #rgb and #rrggbb.
func parseColour(s string) (color.Color, error) {
	switch strings.ToLower(s) {
	case "", "white":
		return color.White, nil
	case "black":
		return color.Black, nil
	}
	hex, ok := strings.CutPrefix(s, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if !ok || len(hex) != 6 || err != nil {
		return nil, fmt.Errorf("--background is white, black or #rrggbb, not %q", s)
	}
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}, nil
}

// parseRate reads 100/m and article=1000/d, several with commas between.
func parseRate(s string) (wxup.Rate, error) {
	var rate wxup.Rate
	if s == "" {
		return rate, nil
	}
	if s == "off" {
		return wxup.Rate{Off: true}, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		name, text, single := strings.Cut(strings.TrimSpace(part), "=")
		if !single {
			text = name
		} else if _, ok := wxup.EndpointNamed(name); !ok {
			return rate, fmt.Errorf("--rate: there is no endpoint %q%s", name, meant(name, endpointNames()))
		}
		q, err := parseQuota(text)
		if err != nil {
			return rate, err
		}
		switch {
		case !single && rate.All != wxup.Quota{}:
			return rate, fmt.Errorf("--rate: %q names two rates for all endpoints", s)
		case !single:
			rate.All = q
		default:
			if rate.Each == nil {
				rate.Each = map[string]wxup.Quota{}
			}
			rate.Each[name] = q
		}
	}
	return rate, nil
}

// parseQuota reads 100/m: calls in a second, minute, hour, day or a span such as 10s.
func parseQuota(s string) (q wxup.Quota, err error) {
	calls, per, ok := strings.Cut(s, "/")
	q.Calls, err = strconv.Atoi(calls)
	switch per {
	case "s", "sec", "second":
		q.Per = time.Second
	case "m", "min", "minute":
		q.Per = time.Minute
	case "h", "hour":
		q.Per = time.Hour
	case "d", "day":
		q.Per = 24 * time.Hour
	default:
		var bad error
		q.Per, bad = time.ParseDuration(per)
		err = errors.Join(err, bad)
	}
	if !ok || err != nil || q.Calls < 1 || q.Per <= 0 {
		return q, fmt.Errorf("--rate is a number of calls in a time, such as 100/m, 20/s or 1000/d, or off; not %q", s)
	}
	return q, nil
}

// defaultLedger is the ledger in the user's cache directory; "" if the system has no such place.
func defaultLedger() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "wxup", "ledger.db")
}

// openLedger opens what remembers the uploads. If nobody asked for a certain file, and there is no place to write one, the
// uploads go on without.
func (p *program) openLedger(ctx context.Context, asked string) (*ledger.Ledger, error) {
	path := cmp.Or(asked, defaultLedger())
	if path == "off" || path == "" {
		return nil, nil
	}
	led, err := ledger.Open(ctx, path)
	if err != nil && asked == "" && errors.Is(err, ledger.ErrUnwritable) {
		fmt.Fprintf(p.stderr, p.say("wxup: going on without remembering what is uploaded: %v; name another file with --ledger, or say --ledger off\n",
			"wxup: 不记录已上传的内容：%v；可用 --ledger 另指定文件，或 --ledger off\n"), err)
		return nil, nil
	}
	return led, err
}
