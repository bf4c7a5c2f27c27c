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
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	exitOK      = 0
	exitRefused = 1 // some upload was refused, or something asked for is not so
	exitUsage   = 2 // could not start: wrong flags, no credentials, nothing to do
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
	config         string // --config
}

func (p *program) root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "wxup",
		Short: p.say("WeChat's image-upload system: the client, and the server", "微信图片上传系统：客户端与服务端"),
		Long: p.say(`wxup uploads images to WeChat (Pay v3, Pay v2, Official Account), and is the upload system itself.

  wxup serve &                            # a WeChat of your own: keys, accounts and all
  wxup put photo.jpg --to marketing       # prints the URL; open it in a browser

Without a server of its own, "wxup put" speaks to the real WeChat with the credentials in WXUP_* variables.
Every flag --some-flag has a twin WXUP_SOME_FLAG in the environment, and can stand in a file (--config).`,
			`wxup 把图片上传到微信（支付 v3、支付 v2、公众号），它本身也是一整套上传系统。

  wxup serve &                            # 你自己的“微信”：密钥和账号自动生成
  wxup put photo.jpg --to marketing       # 打印 URL，可用浏览器打开

没有自己的服务时，wxup put 用 WXUP_* 环境变量中的凭据访问真实的微信。
每个参数 --some-flag 都有同名环境变量 WXUP_SOME_FLAG，也可写入配置文件（--config）。`),
		SilenceUsage:      true,
		SilenceErrors:     true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return p.settle(cmd) },
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&p.data, "data", "./wxup-data", p.say("the directory that holds keys, index and images", "数据目录：密钥、索引与图片"))
	flags.StringVar(&p.config, "config", "", p.say("a YAML file with flags: names without dashes in front", "YAML 配置文件，键为参数名"))
	cmd.AddCommand(p.serveCommand(), p.putCommand(), p.whyCommand(), p.explainCommand(), p.endpointsCommand(), p.envCommand(), p.merchantCommand(), p.appCommand(), p.versionCommand())
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; see: %s --help", err, c.CommandPath())
	})
	return cmd
}

// settle gives each flag that was not set its value from the environment, else from the file. The file may hold flags of
// other commands too.
func (p *program) settle(cmd *cobra.Command) error {
	flags := cmd.Flags()
	if f := flags.Lookup("config"); !f.Changed {
		p.config = os.Getenv("WXUP_CONFIG")
	}
	file := map[string]any{}
	if p.config != "" {
		text, err := os.ReadFile(p.config)
		if err != nil {
			return fmt.Errorf("read the configuration: %w", err)
		}
		if err := yaml.Unmarshal(text, &file); err != nil {
			return fmt.Errorf("%s: %w", p.config, err)
		}
	}
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		value, from := "", ""
		if v, ok := file[f.Name]; ok {
			value, from = fmt.Sprint(v), p.config
			delete(file, f.Name)
		}
		twin := "WXUP_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v := os.Getenv(twin); v != "" && f.Name != "help" {
			value, from = v, "$"+twin
		}
		if from == "" || f.Changed || err != nil {
			return
		}
		if e := f.Value.Set(value); e != nil {
			err = fmt.Errorf("%s: %q is no value for --%s: %w", from, value, f.Name, e)
		}
	})
	if err != nil {
		return err
	}
	for key := range file {
		if !hasFlag(cmd.Root(), key) {
			return fmt.Errorf("%s: there is no flag --%s; see wxup serve --help", p.config, key)
		}
	}
	return nil
}

// hasFlag reports whether a command or one below it has a flag.
func hasFlag(cmd *cobra.Command, name string) bool {
	return cmd.Flags().Lookup(name) != nil || slices.ContainsFunc(cmd.Commands(), func(c *cobra.Command) bool { return hasFlag(c, name) })
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
