// Command wxup is WeChat's image-upload system in one program: it uploads images to WeChat (wxup put) and it is the
// upload system itself (wxup serve). Start with:
//
//	wxup serve &
//	wxup put photo.jpg --to marketing
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	exitOK      = 0
	exitRefused = 1   // some upload was refused, or something asked for is not so
	exitUsage   = 2   // could not start: wrong flags, no credentials, nothing to do
	exitStopped = 130 // stopped by Ctrl-C or a signal before all was done
)

// exit is an error that only sets the status: all there was to say was said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := &program{stdout: stdout, stderr: stderr, lang: language()}
	root := p.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var status exit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &status):
		return int(status)
	}
	fmt.Fprintf(stderr, "wxup: %v\n", err)
	return exitUsage
}

// program is what all commands share.
type program struct {
	stdout, stderr io.Writer
	lang           string // en or zh
	data           string // --data
	index          string // --index
	config         string // --config
	profile        string // --profile

	conf    *configuration    // what the file says; settle reads it
	chosen  *profile          // that of --profile; nil is none
	origins map[string]string // where each flag's value comes from, if it is not the default
}

func (p *program) root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "wxup",
		Short: p.say("WeChat's image-upload system: the client, and the server", "微信图片上传系统：客户端与服务端"),
		Long: p.say(`wxup uploads images to WeChat (Pay v3, Pay v2, Official Account), and is the upload system itself.

  wxup serve &                            # a WeChat of your own: keys, accounts and all
  wxup put photo.jpg --to marketing       # prints the URL; open it in a browser

Without a server of its own, "wxup put" speaks to the real WeChat with the credentials in WXUP_* variables.
Every flag --some-flag has a twin WXUP_SOME_FLAG in the environment, and can stand in a file (--config).

Exit status: 0 all was done, 1 something was refused, 2 it could not start, 130 it was stopped.`,
			`wxup 把图片上传到微信（支付 v3、支付 v2、公众号），它本身也是一整套上传系统。

  wxup serve &                            # 你自己的“微信”：密钥和账号自动生成
  wxup put photo.jpg --to marketing       # 打印 URL，可用浏览器打开

没有自己的服务时，wxup put 用 WXUP_* 环境变量中的凭据访问真实的微信。
每个参数 --some-flag 都有同名环境变量 WXUP_SOME_FLAG，也可写入配置文件（--config）。

退出码：0 全部完成，1 有被拒绝的，2 无法开始，130 被中断。`),
		SilenceUsage:      true,
		SilenceErrors:     true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return p.settle(cmd) },
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&p.data, "data", "./wxup-data", p.say("the directory that holds keys, index and images", "数据目录：密钥、索引与图片"))
	flags.StringVar(&p.index, "index", "", p.say("where accounts and records are kept: a file, or postgres://user@host/database (default: index.db in --data)", "账号与记录存放处：文件，或 postgres://user@host/database（默认 --data 中的 index.db）"))
	flags.StringVar(&p.config, "config", "", p.say("a YAML file with flags, profiles and rules; off is none (default: "+homely(defaultConfig())+", if it is there)", "YAML 配置文件：参数、profiles 与 rules；off 表示不用（默认 "+homely(defaultConfig())+"，若存在）"))
	flags.StringVar(&p.profile, "profile", "", p.say("the merchant or app of the configuration to act as", "使用配置文件中的哪个商户或公众号"))
	cmd.MarkPersistentFlagDirname("data")
	cmd.MarkPersistentFlagFilename("config", "yaml", "yml")
	cmd.RegisterFlagCompletionFunc("profile", p.completeProfiles)
	cmd.CompletionOptions.DisableDefaultCmd = true // completionCommand is in two languages
	cmd.AddCommand(p.serveCommand(), p.putCommand(), p.checkCommand(), p.configCommand(), p.whyCommand(), p.explainCommand(), p.endpointsCommand(), p.envCommand(), p.execCommand(), p.readyzCommand(), p.caCommand(), p.doctorCommand(), p.gcCommand(), p.fsckCommand(), p.migrateCommand(), p.backupCommand(), p.merchantCommand(), p.appCommand(), p.versionCommand(), p.completionCommand(), p.manCommand())
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; see: %s --help", err, c.CommandPath())
	})
	return cmd
}

// say chooses between the two languages.
func (p *program) say(en, zh string) string {
	if p.lang == "zh" {
		return zh
	}
	return en
}

// language is that of WXUP_LANG, else of the locale.
func language() string {
	for _, name := range []string{"WXUP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "zh") {
				return "zh"
			}
			return "en"
		}
	}
	return "en"
}
