package main

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/sign"
)

// uploaded and refused are the lines of wxup put --json.
type uploaded struct {
	File     string  `json:"file"`
	Endpoint string  `json:"endpoint"`
	URL      string  `json:"url,omitempty"`
	MediaID  string  `json:"media_id,omitempty"`
	SHA256   string  `json:"sha256"`
	Bytes    int64   `json:"bytes"`
	Seconds  float64 `json:"seconds"`
}

type refused struct {
	File     string      `json:"file"`
	Endpoint string      `json:"endpoint"`
	Error    refusedWith `json:"error"`
}

type refusedWith struct {
	Problem   wxup.Problem `json:"problem,omitempty"`
	Status    int          `json:"status,omitempty"`
	Code      string       `json:"code,omitempty"`
	Message   string       `json:"message"`
	RequestID string       `json:"request_id,omitempty"`
	Hint      string       `json:"hint,omitempty"`
}

func (p *program) putCommand() *cobra.Command {
	var to, server, name string
	var asJSON, skipVerify bool
	var meta, path map[string]string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "put FILE…",
		Short: p.say("upload files", "上传文件"),
		Long: p.say(`Uploads files and prints what each one got: a URL, or a media_id. "-" is standard input (give it a --name).

Credentials come from the environment (WXUP_MCHID and so on: see wxup env), else from the wxup.env of a running
"wxup serve" in --data. With credentials of your own and no WXUP_HTTPS_URL, uploads go to the real WeChat.`,
			`上传文件，并打印各自得到的 URL 或 media_id。"-" 表示标准输入（请用 --name 命名）。

凭据取自环境变量（WXUP_MCHID 等，见 wxup env），否则取自 --data 目录中正在运行的 wxup serve 的 wxup.env。
若使用自己的凭据且没有 WXUP_HTTPS_URL，则上传到真实的微信。`),
		Example: "  wxup put photo.jpg --to marketing\n  wxup put a.jpg b.png --to article --json\n  wxup put licence.jpg --to merchant --server wechat",
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("name at least one file; see: wxup put --help")
			}
			if to == "" {
				return fmt.Errorf("say what the files are for with --to NAME; the names are: %s", strings.Join(endpointNames(), " "))
			}
			ep, ok := wxup.EndpointNamed(to)
			if !ok {
				return fmt.Errorf("there is no endpoint %q; the names are: %s", to, strings.Join(endpointNames(), " "))
			}
			client, err := p.client(*ep, server)
			if err != nil {
				return err
			}
			client.SkipVerify = skipVerify
			return p.put(cmd.Context(), client, *ep, files, func(file string) wxup.Source {
				src := wxup.File(file)
				if file == "-" {
					src = wxup.Reader(name, os.Stdin, -1)
				}
				if name != "" {
					src.Name = name
				}
				src.Meta, src.Path = meta, path
				return src
			}, asJSON, timeout)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&to, "to", "", p.say("the endpoint, by its name: see wxup endpoints", "接口名，见 wxup endpoints"))
	flags.BoolVar(&asJSON, "json", false, p.say("one JSON object a line", "每行一个 JSON 对象"))
	flags.StringVar(&server, "server", "", p.say(`the server's URL, or "wechat" for the real one (default: WXUP_HTTPS_URL, else the real one)`, `服务地址，或 "wechat" 表示真实的微信（默认 WXUP_HTTPS_URL，否则真实的微信）`))
	flags.StringVar(&name, "name", "", p.say("the file name that WeChat is told", "告诉微信的文件名"))
	flags.StringToStringVar(&meta, "meta", nil, p.say("more meta fields: transaction_id=…,openid=…", "额外的 meta 字段：transaction_id=…,openid=…"))
	flags.StringToStringVar(&path, "path", nil, p.say("values for the path: sub_mchid=…", "路径中的值：sub_mchid=…"))
	flags.DurationVar(&timeout, "timeout", 2*time.Minute, p.say("for each file", "每个文件的时限"))
	flags.BoolVar(&skipVerify, "skip-verify", false, p.say("do not verify that answers come from WeChat", "不验证应答的签名"))
	cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions(endpointNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (p *program) put(ctx context.Context, client *wxup.Client, ep wxup.Endpoint, files []string, source func(string) wxup.Source, asJSON bool, timeout time.Duration) error {
	failed := false
	for _, file := range files {
		if ctx.Err() != nil {
			fmt.Fprintln(p.stderr, "wxup: stopped before", file)
			return exit(exitRefused)
		}
		begun := time.Now()
		one, cancel := context.WithTimeout(ctx, timeout)
		res, err := client.Upload(one, ep, source(file))
		cancel()
		switch {
		case err != nil:
			failed = true
			p.showRefused(file, ep.Name, err, asJSON)
		case asJSON:
			p.printJSON(uploaded{file, ep.Name, res.URL, res.MediaID, res.SHA256, res.Size, time.Since(begun).Seconds()})
		case len(files) == 1:
			fmt.Fprintln(p.stdout, res.URL+res.MediaID)
		default:
			fmt.Fprintf(p.stdout, "%s\t%s\n", file, res.URL+res.MediaID)
		}
	}
	if failed {
		return exit(exitRefused)
	}
	return nil
}

func (p *program) showRefused(file, endpoint string, err error, asJSON bool) {
	with := refusedWith{Problem: wxup.ProblemOf(err), Message: err.Error()}
	with.Hint = with.Problem.Hint(p.lang)
	if errors.Is(err, syscall.ECONNREFUSED) {
		with.Hint = p.say("nothing listens at that address; is wxup serve running?", "该地址没有服务在监听；wxup serve 在运行吗？")
	}
	var e *wxup.Error
	if errors.As(err, &e) {
		with.Status, with.Code, with.RequestID = e.Status, e.Code, e.RequestID
		if e.Message != "" {
			with.Message = e.Message
		}
	}
	if asJSON {
		p.printJSON(refused{file, endpoint, with})
		return
	}
	fmt.Fprintf(p.stderr, "wxup: %s: %v\n", file, err)
	if with.Hint != "" {
		fmt.Fprintf(p.stderr, "  → %s\n", with.Hint)
	}
}

// client makes a Client from the environment, or from a server's wxup.env. It says what is missing for the endpoint.
func (p *program) client(ep wxup.Endpoint, server string) (*wxup.Client, error) {
	vars, from := p.credentials()
	get := func(name string) string { return vars[name] }
	c := &wxup.Client{BaseURL: get("WXUP_HTTPS_URL"), UserAgent: "wxup/" + version()}
	if c.BaseURL == "" {
		c.BaseURL = get("WXUP_HTTP_URL")
	}
	switch {
	case server == "wechat":
		c.BaseURL = ""
	case server != "":
		c.BaseURL = server
	}
	if ca := get("WXUP_CA_FILE"); ca != "" && c.BaseURL != "" {
		rt, err := trusting(ca)
		if err != nil {
			return nil, err
		}
		c.Transport = rt
	}
	var need []string
	switch ep.Family {
	case wxup.PayV3:
		need = []string{"WXUP_MCHID", "WXUP_MCH_KEY_FILE"}
	case wxup.PayV2:
		need = []string{"WXUP_MCHID", "WXUP_APIV2_KEY"}
	case wxup.Account:
		need = []string{"WXUP_APPID", "WXUP_APPSECRET"}
		if get("WXUP_ACCESS_TOKEN") != "" {
			need = nil
		}
	}
	if missing := slices.DeleteFunc(need, func(name string) bool { return get(name) != "" }); len(missing) > 0 {
		return nil, fmt.Errorf("no credentials for %s: set %s, or start wxup serve and run this in the same directory (or with --data); looked in %s",
			ep.Name, strings.Join(missing, " and "), from)
	}
	if ep.Family == wxup.Account {
		c.App = &wxup.App{AppID: get("WXUP_APPID"), Secret: get("WXUP_APPSECRET"), Stable: true}
		if token := get("WXUP_ACCESS_TOKEN"); token != "" {
			c.Tokens = wxup.TokenFunc(func(context.Context, string) (string, error) { return token, nil })
		}
		return c, nil
	}
	m, err := merchantFrom(get, ep.Family)
	if err != nil {
		return nil, err
	}
	c.Merchant = m
	return c, nil
}

// credentials are the WXUP_* variables of the environment, or those of a running server's wxup.env if the environment
// names nobody.
func (p *program) credentials() (vars map[string]string, from string) {
	vars = map[string]string{}
	for _, pair := range os.Environ() {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "WXUP_") && value != "" {
			vars[name] = value
		}
	}
	if vars["WXUP_MCHID"] != "" || vars["WXUP_APPID"] != "" {
		return vars, "the environment"
	}
	from = "the environment and " + envFile(p.data)
	file, err := awaitEnv(envFile(p.data))
	if err != nil {
		return vars, from + ", which is not there"
	}
	for name, value := range vars {
		file[name] = value
	}
	return file, from
}

// startTime is how long a command waits for a server that was just started and is still making its keys.
const startTime = 3 * time.Second

// awaitEnv reads wxup.env, and waits a little if it is not there yet: wxup serve & wxup put … are often typed together.
func awaitEnv(file string) (map[string]string, error) {
	for deadline := time.Now().Add(startTime); ; time.Sleep(50 * time.Millisecond) {
		vars, err := readEnv(file)
		if err == nil || time.Now().After(deadline) {
			return vars, err
		}
	}
}

// trusting is the default transport with one more root.
func trusting(caFile string) (http.RoundTripper, error) {
	text, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("WXUP_CA_FILE: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("WXUP_CA_FILE: no certificate in %s", caFile)
	}
	rt := http.DefaultTransport.(*http.Transport).Clone()
	rt.TLSClientConfig = &tls.Config{RootCAs: roots}
	return rt, nil
}

func merchantFrom(get func(string) string, family wxup.Family) (*wxup.Merchant, error) {
	m := &wxup.Merchant{MchID: get("WXUP_MCHID"), SerialNo: get("WXUP_MCH_SERIAL"), APIv2Key: get("WXUP_APIV2_KEY"), APIv3Key: get("WXUP_APIV3_KEY")}
	if file := get("WXUP_MCH_KEY_FILE"); file != "" {
		if err := devkeys.CheckKeyFile(file); err != nil {
			return nil, fmt.Errorf("WXUP_MCH_KEY_FILE: %w", err)
		}
		key, err := parseFile(file, sign.ParsePrivateKey)
		if err != nil {
			return nil, fmt.Errorf("WXUP_MCH_KEY_FILE: %w", err)
		}
		m.PrivateKey = key
		if cert := get("WXUP_MCH_CERT_FILE"); cert != "" {
			if m.Certificate, err = tls.LoadX509KeyPair(cert, file); err != nil {
				return nil, fmt.Errorf("WXUP_MCH_CERT_FILE and WXUP_MCH_KEY_FILE: %w; are they a pair?", err)
			}
		}
	}
	if file := get("WXUP_MCH_P12_FILE"); file != "" && m.Certificate.Certificate == nil {
		cert, err := readP12(file, m.MchID)
		if err != nil {
			return nil, fmt.Errorf("WXUP_MCH_P12_FILE: %w", err)
		}
		m.Certificate = cert
	}
	if family == wxup.PayV2 && m.Certificate.Certificate == nil {
		return nil, errors.New("uploadmedia needs the merchant's client certificate: set WXUP_MCH_CERT_FILE and WXUP_MCH_KEY_FILE (apiclient_cert.pem, apiclient_key.pem), or WXUP_MCH_P12_FILE (apiclient_cert.p12)")
	}
	if file := get("WXUP_PLATFORM_CERT_FILE"); file != "" {
		cert, err := parseFile(file, sign.ParseCertificate)
		if err != nil {
			return nil, fmt.Errorf("WXUP_PLATFORM_CERT_FILE: %w", err)
		}
		m.PlatformCertificates = []*x509.Certificate{cert}
	}
	if file := get("WXUP_PLATFORM_PUBKEY_FILE"); file != "" {
		key, err := parseFile(file, sign.ParsePublicKey)
		if err != nil {
			return nil, fmt.Errorf("WXUP_PLATFORM_PUBKEY_FILE: %w", err)
		}
		id := get("WXUP_PLATFORM_PUBKEY_ID")
		if !sign.IsPublicKeyID(id) {
			return nil, errors.New("WXUP_PLATFORM_PUBKEY_FILE needs its id as well: set WXUP_PLATFORM_PUBKEY_ID (PUB_KEY_ID_…)")
		}
		m.PublicKeys = map[string]*rsa.PublicKey{id: key}
	}
	return m, nil
}

func parseFile[T any](file string, parse func([]byte) (T, error)) (T, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		var none T
		return none, err
	}
	v, err := parse(text)
	if err != nil {
		return v, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	return v, nil
}

// readP12 reads apiclient_cert.p12. Its password is the merchant number, as WeChat makes it.
func readP12(file, password string) (tls.Certificate, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, cert, _, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s does not open with the merchant number as its password: %w", filepath.Base(file), err)
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

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
