package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (p *program) manCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "man [COMMAND]",
		Short: p.say("print the manual page of wxup or of one of its commands", "打印 wxup 或其某个命令的手册页"),
		Long: p.say(`Prints a manual page, or writes all of them into a directory.

  wxup man put | man -l -
  wxup man --dir ~/.local/share/man/man1`, `打印手册页，或把全部手册页写入一个目录。

  wxup man put | man -l -
  wxup man --dir ~/.local/share/man/man1`),
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir != "" {
				return p.writeMan(cmd.Root(), dir)
			}
			of, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("there is no command %q; see wxup --help", strings.Join(args, " "))
			}
			return p.manPage(p.stdout, of)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", p.say("write all pages into this directory, which is made if it is not there", "把全部手册页写入此目录（不存在则创建）"))
	cmd.MarkFlagDirname("dir")
	return cmd
}

// writeMan writes wxup.1, wxup-put.1 and so on.
func (p *program) writeMan(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return documented(root, func(cmd *cobra.Command) error {
		f, err := os.Create(filepath.Join(dir, manName(cmd)+".1"))
		if err != nil {
			return err
		}
		if err := p.manPage(f, cmd); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	})
}

// documented goes over the commands that people may use, from the root down.
func documented(cmd *cobra.Command, do func(*cobra.Command) error) error {
	if err := do(cmd); err != nil {
		return err
	}
	for _, c := range cmd.Commands() {
		if c.Hidden || c.Name() == "help" {
			continue
		}
		if err := documented(c, do); err != nil {
			return err
		}
	}
	return nil
}

// buildDate is the day of the commit that the program was built from.
func buildDate() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.time" && len(s.Value) >= 10 {
				return s.Value[:10]
			}
		}
	}
	return ""
}

func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manPage writes one page in roff's man macros, see man(7).
func (p *program) manPage(w io.Writer, cmd *cobra.Command) error {
	var b strings.Builder
	section := func(en, zh string) { fmt.Fprintf(&b, ".SH %s\n", roff(p.say(en, zh))) }
	b.WriteString(`'\" -*- coding: UTF-8 -*-` + "\n")
	fmt.Fprintf(&b, ".TH %s 1 %q %q wxup\n", strings.ToUpper(manName(cmd)), buildDate(), "wxup "+version())
	section("NAME", "名称")
	fmt.Fprintf(&b, "%s \\- %s\n", roff(manName(cmd)), roff(cmd.Short))
	section("SYNOPSIS", "用法")
	use := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		use = cmd.CommandPath() + " COMMAND"
	}
	fmt.Fprintf(&b, ".B %s\n", roff(use))
	section("DESCRIPTION", "说明")
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	roffText(&b, text)
	if cmd.Example != "" {
		section("EXAMPLES", "示例")
		roffText(&b, cmd.Example)
	}
	for _, group := range []struct {
		en, zh string
		flags  *pflag.FlagSet
	}{{"OPTIONS", "选项", cmd.NonInheritedFlags()}, {"COMMON OPTIONS", "公共选项", cmd.InheritedFlags()}} {
		if !group.flags.HasAvailableFlags() {
			continue
		}
		section(group.en, group.zh)
		group.flags.VisitAll(func(f *pflag.Flag) { roffFlag(&b, f) })
	}
	section("ENVIRONMENT", "环境变量")
	roffText(&b, p.say("Every flag --some-flag has a twin WXUP_SOME_FLAG. WXUP_LANG=en or zh chooses the language.",
		"每个参数 --some-flag 都有同名环境变量 WXUP_SOME_FLAG。WXUP_LANG=en 或 zh 选择语言。"))
	section("EXIT STATUS", "退出码")
	roffText(&b, p.say("0 if all was done, 1 if something was refused, 2 if it could not start, 130 if it was stopped before all was done.",
		"0 全部完成，1 有被拒绝的，2 无法开始，130 在完成前被中断。"))
	var also []string
	if cmd.HasParent() {
		also = append(also, manName(cmd.Parent()))
	}
	for _, c := range cmd.Commands() {
		if !c.Hidden && c.Name() != "help" {
			also = append(also, manName(c))
		}
	}
	if len(also) > 0 {
		section("SEE ALSO", "参见")
		for i, name := range also {
			end := ","
			if i == len(also)-1 {
				end = ""
			}
			fmt.Fprintf(&b, ".BR %s (1)%s\n", roff(name), end)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func roffFlag(b *strings.Builder, f *pflag.Flag) {
	if f.Hidden {
		return
	}
	kind, usage := pflag.UnquoteUsage(f)
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	fmt.Fprintf(b, ".TP\n\\fB%s\\fR", roff(name))
	if kind != "" {
		fmt.Fprintf(b, " \\fI%s\\fR", roff(kind))
	}
	b.WriteString("\n" + roff(usage))
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" {
		fmt.Fprintf(b, " (%s)", roff(f.DefValue))
	}
	b.WriteString("\n")
}

// roffText writes paragraphs. Lines that begin with a space stand as they are.
func roffText(b *strings.Builder, text string) {
	for i, paragraph := range strings.Split(strings.Trim(text, "\n"), "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		if strings.HasPrefix(paragraph, " ") {
			fmt.Fprintf(b, ".nf\n%s\n.fi\n", roff(paragraph))
		} else {
			fmt.Fprintf(b, "%s\n", roff(paragraph))
		}
	}
}

// roff takes the meaning off characters that have one for roff.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "~", `\(ti`, "^", `\(ha`, "`", `\(ga`, "'", `\(aq`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
