package main

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/wxup/wxup/app/truststore"
	"github.com/wxup/wxup/devkeys"
)

// renewBefore is how long before its end the CA is renewed, and until then told of.
const renewBefore = 30 * 24 * time.Hour

func (p *program) caCommand() *cobra.Command {
	cmd := group("ca", p.say("the local CA: show it, export it, make this system trust it", "本地 CA：查看、导出、让本机系统信任"),
		p.caShow(), p.caExport(), p.caBundle(), p.caInstall(), p.caUninstall(), p.caRenew())
	cmd.Long = p.say(`The local CA makes the certificates by which wxup is WeChat's hosts to your programs. It was made at the first start, in
this data directory, and can vouch for those hosts and this machine only. Ways to make a program trust it:

  wxup exec -- CMD               one program, while it runs (variables for curl, Go, Python, Ruby, PHP, Node, Java, …)
  eval "$(wxup env)"             one shell
  sudo wxup ca install           this system; wxup ca uninstall undoes it
  wxup ca export --format jks    Java's -Djavax.net.ssl.trustStore, for Java that calls nothing else; ca bundle for all`,
		`本地 CA 为微信各域名签发证书，使你的程序把 wxup 当作微信。它在首次启动时生成于数据目录，只能为这些域名和本机签发证书。
让程序信任它的办法：

  wxup exec -- CMD               仅一个程序，运行期间有效（curl、Go、Python、Ruby、PHP、Node、Java 等的环境变量）
  eval "$(wxup env)"             一个 shell
  sudo wxup ca install           本机系统；wxup ca uninstall 可还原
  wxup ca export --format jks    Java 的 -Djavax.net.ssl.trustStore（只含本 CA）；含系统根证书的用 ca bundle`)
	return cmd
}

// caFile reads the CA's certificate from the data directory, not from the index: under sudo, to open that would leave files
// of root's in it.
func (p *program) caFile() (cert *x509.Certificate, file string, err error) {
	if file, err = filepath.Abs(filepath.Join(p.data, "ca.pem")); err != nil {
		return nil, "", err
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("there is no CA in %s; start wxup serve once, or name the directory with --data", p.data)
	} else if err != nil {
		return nil, "", err
	}
	if cert, err = truststore.Parse(text); err != nil {
		return nil, "", fmt.Errorf("%s: %w; start wxup serve once, which writes it anew", file, err)
	}
	return cert, file, nil
}

func (p *program) caShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show", Args: cobra.NoArgs,
		Short: p.say("subject, fingerprints, validity, and what it may vouch for", "主体、指纹、有效期及可签发的名称"),
		RunE: func(*cobra.Command, []string) error {
			cert, file, err := p.caFile()
			if err != nil {
				return err
			}
			var system truststore.System
			names := append([]string{}, cert.PermittedDNSDomains...)
			for _, n := range cert.PermittedIPRanges {
				names = append(names, n.String())
			}
			shown := struct {
				File      string    `json:"file"`
				Subject   string    `json:"subject"`
				Serial    string    `json:"serial"`
				SHA256    string    `json:"sha256"`
				SHA1      string    `json:"sha1"`
				NotBefore time.Time `json:"not_before"`
				NotAfter  time.Time `json:"not_after"`
				Permitted []string  `json:"permitted"`
				Installed bool      `json:"installed"`
			}{
				file, cert.Subject.CommonName, devkeys.Serial(cert), fmt.Sprintf("%X", sha256.Sum256(cert.Raw)), fmt.Sprintf("%X", sha1.Sum(cert.Raw)),
				cert.NotBefore, cert.NotAfter, names, system.Trusts(cert),
			}
			if asJSON {
				return p.printJSON(shown)
			}
			for _, line := range [][2]string{
				{p.say("file", "文件"), shown.File},
				{p.say("subject", "主体"), shown.Subject},
				{p.say("serial", "序列号"), shown.Serial},
				{"SHA-256", shown.SHA256},
				{"SHA-1", shown.SHA1},
				{p.say("valid", "有效期"), shown.NotBefore.Format(time.DateOnly) + " – " + shown.NotAfter.Format(time.DateOnly)},
				{p.say("vouches for", "仅可签发"), strings.Join(shown.Permitted, ", ") + p.say(", and names below them", "，及其下级域名")},
				{p.say("key", "密钥"), p.say("ECDSA P-256, in the index; it never leaves there", "ECDSA P-256，仅保存在索引中")},
				{p.say("trusted here", "系统信任"), map[bool]string{true: p.say("yes", "是"), false: p.say("not by the system (wxup ca install)", "否（wxup ca install）")}[shown.Installed]},
			} {
				fmt.Fprintf(p.stdout, "%s: %s\n", line[0], line[1])
			}
			if endsSoon(cert, time.Now()) {
				fmt.Fprintln(p.stderr, p.say("it ends soon; renew it with: wxup ca renew", "即将到期；请运行：wxup ca renew"))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, p.say("one JSON object", "输出 JSON"))
	return cmd
}

func endsSoon(cert *x509.Certificate, now time.Time) bool {
	return cert.NotAfter.Sub(now) < renewBefore
}

// writing are the flags of what writes certificates.
type writing struct{ format, password, output string }

func (w *writing) flags(p *program, cmd *cobra.Command) {
	cmd.Flags().StringVar(&w.format, "format", "pem", p.say("one of ", "格式：")+strings.Join(truststore.Formats, ", "))
	cmd.Flags().StringVar(&w.password, "password", truststore.Password, p.say("of a p12 or jks; it keeps nothing secret", "p12 或 jks 的口令，其中没有机密"))
	cmd.Flags().StringVarP(&w.output, "output", "o", "-", p.say("the file to write; - is the standard output", "输出文件；- 为标准输出"))
}

func (p *program) write(w writing, certs []*x509.Certificate) error {
	data, err := truststore.Encode(w.format, certs, w.password)
	if err != nil {
		return err
	}
	if w.output != "-" && w.output != "" {
		return devkeys.WritePublic(w.output, data)
	}
	if f, ok := p.stdout.(*os.File); ok && w.format != "pem" && term.IsTerminal(int(f.Fd())) {
		return fmt.Errorf("a %s file is not for a terminal; name a file with -o", w.format)
	}
	_, err = p.stdout.Write(data)
	return err
}

func (p *program) caExport() *cobra.Command {
	var w writing
	cmd := &cobra.Command{
		Use: "export", Args: cobra.NoArgs,
		Short: p.say("write the CA's certificate, never its key", "导出 CA 证书（绝不含私钥）"),
		Long: p.say(`Writes the CA's certificate. p12 and jks are trust stores for Java: p12 for Java 8u301, 11.0.12 and newer, jks for any.

  wxup ca export --format jks -o wxup.jks
  java -Djavax.net.ssl.trustStore=wxup.jks -Djavax.net.ssl.trustStorePassword=changeit …`,
			`导出 CA 证书。p12 与 jks 为 Java 信任库：p12 适用于 Java 8u301、11.0.12 及更新版本，jks 适用于所有版本。

  wxup ca export --format jks -o wxup.jks
  java -Djavax.net.ssl.trustStore=wxup.jks -Djavax.net.ssl.trustStorePassword=changeit …`),
		RunE: func(*cobra.Command, []string) error {
			cert, _, err := p.caFile()
			if err != nil {
				return err
			}
			return p.write(w, []*x509.Certificate{cert})
		},
	}
	w.flags(p, cmd)
	return cmd
}

func (p *program) caBundle() *cobra.Command {
	var w writing
	cmd := &cobra.Command{
		Use: "bundle", Args: cobra.NoArgs,
		Short: p.say("write the CA together with the system's roots", "导出 CA 与系统根证书的合集"),
		Long: p.say(`Writes the CA together with the roots that this system trusts, for settings that replace the system's: SSL_CERT_FILE,
CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE, and with --format jks Java's javax.net.ssl.trustStore.`,
			`导出 CA 与系统根证书的合集，用于会替换系统根证书的设置：SSL_CERT_FILE、CURL_CA_BUNDLE、REQUESTS_CA_BUNDLE，
以及 Java 的 javax.net.ssl.trustStore（--format jks）。`),
		RunE: func(*cobra.Command, []string) error {
			cert, _, err := p.caFile()
			if err != nil {
				return err
			}
			var system truststore.System
			if file, _ := system.Roots(); file == "" {
				fmt.Fprintln(p.stderr, p.say("this system keeps its roots in no file that is known; the bundle holds the CA alone", "未找到系统根证书文件；合集中只有本 CA"))
			}
			return p.write(w, system.Merge(cert))
		},
	}
	w.flags(p, cmd)
	return cmd
}

func (p *program) caInstall() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use: "install", Args: cobra.NoArgs,
		Short: p.say("make this system trust the CA", "让本机系统信任 CA"),
		Long: p.say(`Puts the CA into the system's trust store (Debian, Ubuntu, Fedora, RHEL, Arch, Alpine, openSUSE, macOS, Windows), which
takes root's rights. What is done is printed first. Firefox, Node.js and Java that does not come from the distribution keep
stores of their own.`,
			`把 CA 加入系统信任库（Debian、Ubuntu、Fedora、RHEL、Arch、Alpine、openSUSE、macOS、Windows），需要 root 权限。
执行前会先打印步骤。Firefox、Node.js 以及非发行版自带的 Java 使用各自的信任库。`),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cert, file, err := p.caFile()
			if err != nil {
				return err
			}
			var system truststore.System
			steps, err := system.Install(cert, file)
			if err != nil {
				return err
			}
			return p.changeSystem(cmd, steps, dry)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, p.say("print the steps and do nothing", "只打印步骤，不执行"))
	return cmd
}

func (p *program) caUninstall() *cobra.Command {
	var dry, all bool
	cmd := &cobra.Command{
		Use: "uninstall", Args: cobra.NoArgs,
		Short: p.say("undo ca install", "撤销 ca install"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var system truststore.System
			if all {
				steps, err := system.UninstallAll()
				if err != nil {
					return err
				}
				return p.changeSystem(cmd, steps, dry)
			}
			cert, file, err := p.caFile()
			if err != nil {
				return fmt.Errorf("%w; or take all out: wxup ca uninstall --all", err)
			}
			steps, err := system.Uninstall(cert, file)
			if err != nil {
				return err
			}
			return p.changeSystem(cmd, steps, dry)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, p.say("print the steps and do nothing", "只打印步骤，不执行"))
	cmd.Flags().BoolVar(&all, "all", false, p.say("take out every CA of a wxup, also where the data directory is gone", "移除所有 wxup 的 CA，包括数据目录已删除的"))
	return cmd
}

// changeSystem shows what is done to the system, and does it.
func (p *program) changeSystem(cmd *cobra.Command, steps []truststore.Step, dry bool) error {
	if len(steps) == 0 {
		fmt.Fprintln(p.stdout, p.say("nothing to do: the system does not trust it", "无需操作：系统并不信任它"))
		return nil
	}
	for _, s := range steps {
		fmt.Fprintln(p.stdout, s)
	}
	if dry {
		return nil
	}
	dir, err := filepath.Abs(p.data)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	asRoot := fmt.Errorf("the system's trust store is root's; run: sudo %s %s --data %s",
		quoteValue(program), strings.TrimPrefix(cmd.CommandPath(), "wxup "), quoteValue(dir))
	if runtime.GOOS != "windows" && os.Geteuid() != 0 {
		return asRoot
	}
	for _, s := range steps {
		if err := s.Do(cmd.Context()); errors.Is(err, fs.ErrPermission) {
			return asRoot
		} else if err != nil {
			return err
		}
	}
	fmt.Fprintln(p.stdout, p.say("done; programs that run already may have to be started again", "完成；已在运行的程序可能需要重新启动"))
	return nil
}

func (p *program) caRenew() *cobra.Command {
	return &cobra.Command{
		Use: "renew", Args: cobra.NoArgs,
		Short: p.say("give the CA 10 more years, under the same key", "为 CA 续期 10 年，密钥不变"),
		Long: p.say(`Makes the CA's next certificate: the same key and name, valid for 10 years from now. Whoever trusts the old one goes on
trusting it until its own end, and so all that is issued. If the key may be known to others, do not renew: start over in a
new data directory.`,
			`签发 CA 的下一张证书：密钥与名称不变，自现在起 10 年有效。信任旧证书者在其到期之前仍可继续使用。
若密钥可能已泄露，请勿续期，而应改用新的数据目录。`),
		RunE: p.withState(func(ctx context.Context, st *state, _ []string) error {
			ca, err := st.ca(ctx)
			if err != nil {
				return fmt.Errorf("load the CA: %w", err)
			}
			if ca, err = st.renew(ctx, ca, time.Now()); err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, p.say("valid until %s; restart wxup serve, and give it again to whom it was given (wxup ca install, wxup ca export)\n",
				"有效期至 %s；请重启 wxup serve，并重新分发（wxup ca install、wxup ca export）\n"), ca.Certificate().NotAfter.Format(time.DateOnly))
			return nil
		}),
	}
}

// currentCA is the CA, renewed if its end is near. Nobody who trusts it notices: the key stays.
func (s *state) currentCA(ctx context.Context, now time.Time) (*devkeys.CA, error) {
	ca, err := s.ca(ctx)
	if err != nil || !endsSoon(ca.Certificate(), now) {
		return ca, err
	}
	return s.renew(ctx, ca, now)
}

// renew puts the CA's next certificate in the place of this one, and into the files.
func (s *state) renew(ctx context.Context, ca *devkeys.CA, now time.Time) (*devkeys.CA, error) {
	next, err := ca.Renew(now)
	if err != nil {
		return nil, err
	}
	// If this is cut short, either certificate goes with the key.
	if err := s.index.PutSetting(ctx, settingCA, string(next.PEM())); err != nil {
		return nil, err
	}
	return next, errors.Join(s.writeFiles(ctx), s.writeTrust(next))
}
