package main

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const configSample = `  to: article                            # any flag, by its name
  rate: article=500/d
  profile: shop                          # the profile if --profile does not say
  profiles:
    shop:
      mchid: "1900009191"
      mch_serial: 1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C
      mch_key: {file: apiclient_key.pem} # relative to this file
      apiv3_key: {command: pass show wechat/apiv3}
      apiv2_key: {env: SHOP_APIV2_KEY}
      parallel: 4                        # a flag, while this profile is chosen
    news:
      appid: wx8397f8696b538317
      appsecret: {file: ~/.secrets/news}
  rules:                                 # the first that matches says what a file is for
    - match: "licences/*"
      to: merchant
    - match: "receipt-*.jpg"
      to: receipt
      meta: {transaction_id: "4200000001", openid: oUpF8uMuAJO_M2pxb1Q9zNjWeS6o}`

func (p *program) configCommand() *cobra.Command {
	var origin bool
	show := &cobra.Command{
		Use:   "show [COMMAND]",
		Short: p.say("print the values that a command would work with; secrets are masked", "打印某个命令实际使用的值；密钥会被遮盖"),
		Long: p.say(`Prints the flags of a command (put, if none is named) as they are with the configuration and the environment, the
credentials, and the rules. Secrets are masked, files that hold them are not opened, and commands that print them are not run.`,
			`打印某个命令（默认 put）在当前配置与环境变量下的参数、凭据与规则。密钥会被遮盖；存放密钥的文件不会打开，输出密钥的命令不会执行。`),
		Args: cobra.MaximumNArgs(1),
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
			of, rest, err := cmd.Root().Find(append(args, "put")[:1])
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("there is no command %q; see wxup --help", args[0])
			}
			return p.showConfig(of, origin)
		},
	}
	show.Flags().BoolVar(&origin, "origin", false, p.say("say where each value comes from", "说明每个值的来源"))
	cmd := group("config", p.say("the configuration: flags, profiles of merchants and apps, rules", "配置文件：参数、商户与公众号的 profile、规则"), show)
	cmd.Long = p.say("The configuration is a YAML file: the one of --config or WXUP_CONFIG, else "+homely(defaultConfig())+", if it is there.\nA flag that is typed wins over its twin in the environment, that over the profile, that over the rest of the file.\n\n",
		"配置文件为 YAML：--config 或 WXUP_CONFIG 指定的文件，否则 "+homely(defaultConfig())+"（若存在）。\n优先级：命令行参数、同名环境变量、profile、文件的其余部分。\n\n") + configSample + p.say("\n\nSecrets come from {file: …}, {env: …} or {command: …}; written in the file itself they ask for mode 0600.",
		"\n\n密钥来自 {file: …}、{env: …} 或 {command: …}；若直接写在文件中，文件权限须为 0600。")
	return cmd
}

// showConfig prints what a command would work with.
func (p *program) showConfig(of *cobra.Command, origin bool) error {
	of.InheritedFlags() // merges those of the root in
	origins, err := p.settleFlags(of.Flags())
	if err != nil {
		return err
	}
	type line struct{ name, value, from string }
	var lines []line
	of.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Name == "config" {
			return
		}
		from, ok := origins[f.Name]
		switch {
		case f.Name == "profile":
			from = cmp.Or(p.origins["profile"], from)
		case p.origins[f.Name] != "" && strings.HasPrefix(p.origins[f.Name], "--"): // typed after config show
			from = p.origins[f.Name]
		}
		if !ok && from == "" {
			from = p.say("default", "默认")
		}
		value := f.Value.String()
		if u, err := url.Parse(value); err == nil && u.User != nil { // a database's password
			value = u.Redacted()
		}
		lines = append(lines, line{f.Name, value, from})
	})
	if of.Name() == "put" {
		for _, c := range p.shownCredentials() {
			lines = append(lines, line(c))
		}
	}
	where := p.conf.path
	if where == "" {
		where = fmt.Sprintf(p.say("none (%s is not there)", "无（%s 不存在）"), defaultConfig())
	}
	fmt.Fprintf(p.stdout, "# %s: %s\n", p.say("configuration", "配置文件"), where)
	names, values := 0, 0
	for _, l := range lines {
		names, values = max(names, runewidth.StringWidth(l.name)), max(values, runewidth.StringWidth(oneLine(l.value)))
	}
	for _, l := range lines {
		text := runewidth.FillRight(l.name, names) + "  " + oneLine(l.value)
		if origin {
			text = runewidth.FillRight(l.name, names) + "  " + runewidth.FillRight(oneLine(l.value), values) + "  " + l.from
		}
		fmt.Fprintln(p.stdout, strings.TrimRight(text, " "))
	}
	for i, r := range p.conf.rules {
		text := fmt.Sprintf(p.say("rule %d: %s", "规则 %d：%s"), i+1, r.match)
		if r.to != nil {
			text += " → " + r.to.Name
		}
		for _, m := range []map[string]string{r.meta, r.path} {
			for _, k := range sortedKeys(m) {
				text += " " + k + "=" + m[k]
			}
		}
		fmt.Fprintln(p.stdout, oneLine(text))
	}
	return nil
}

// shownCredentials lists what uploads would be made with, as far as it may be seen.
func (p *program) shownCredentials() (lines []struct{ name, value, from string }) {
	add := func(name, value, from string) {
		lines = append(lines, struct{ name, value, from string }{name, value, from})
	}
	if p.chosen != nil {
		for _, name := range credentialNames {
			cr, ok := p.chosen.credentials[name]
			if !ok {
				continue
			}
			from := fmt.Sprintf("%s:%d, profiles.%s", p.conf.path, cr.line, p.chosen.name)
			switch {
			case cr.file != "":
				add(name, cr.file, from)
			case cr.env != "":
				add(name, masked(name, os.Getenv(cr.env)), from+", $"+cr.env)
			case cr.command != nil:
				add(name, mask, from+p.say(", a command", "，命令"))
			default:
				add(name, masked(name, cr.text), from)
			}
		}
		return lines
	}
	vars, _ := p.credentialsNow()
	for _, name := range credentialNames {
		for _, variable := range []string{flagTwin(name), flagTwin(name) + "_FILE"} {
			value := vars[variable]
			switch {
			case value == "":
			case os.Getenv(variable) == value:
				add(name, shownValue(name, variable, value), "$"+variable)
			default:
				add(name, shownValue(name, variable, value), envFile(p.data))
			}
		}
	}
	return lines
}

const mask = "••••••"

// shownValue is a variable's value as it may be seen: a file's name is no secret.
func shownValue(name, variable, value string) string {
	if strings.HasSuffix(variable, "_FILE") {
		return value
	}
	return masked(name, value)
}

func masked(name, value string) string {
	if slices.Contains(secretNames, name) && value != "" {
		return mask
	}
	return value
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
