// Package manpage writes the manual pages of a program from its commands.
package manpage

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wxup/wxup/app/internal/phrase"
)

const (
	environment = "Every flag --some-flag has a twin WXUP_SOME_FLAG. WXUP_LANG=en or zh selects the language."
	exitStatus  = "0 if everything succeeded, 1 if something was refused, 2 if the command could not start, 130 if it was interrupted."
)

var texts = phrase.Catalogue{
	"NAME": "名称", "SYNOPSIS": "用法", "DESCRIPTION": "说明", "EXAMPLES": "示例", "OPTIONS": "选项", "COMMON OPTIONS": "公共选项",
	"ENVIRONMENT": "环境变量", "EXIT STATUS": "退出码", "SEE ALSO": "参见",
	environment: "每个参数 --some-flag 都有同名环境变量 WXUP_SOME_FLAG。WXUP_LANG=en 或 zh 选择语言。",
	exitStatus:  "0 全部完成，1 有被拒绝的，2 无法开始，130 被中断。",
}

// Pages writes pages in one language. The commands' own texts are in that language already.
type Pages struct {
	Lang    string // en or zh
	Version string // such as wxup v1.2.3
	Date    string // of the version, such as 2026-11-29
}

func (p *Pages) in(t phrase.Text) string { return t.In(p.Lang) }

// WriteAll writes the pages of a command and of all below it to a directory, which it creates:
// wxup.1, wxup-put.1 and so on.
func (p *Pages) WriteAll(dir string, root *cobra.Command) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return Walk(root, func(cmd *cobra.Command) error {
		f, err := os.Create(filepath.Join(dir, Name(cmd)+".1"))
		if err != nil {
			return err
		}
		if err := p.Write(f, cmd); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	})
}

// Walk calls do for a command and those below it that have a page.
func Walk(cmd *cobra.Command, do func(*cobra.Command) error) error {
	if err := do(cmd); err != nil {
		return err
	}
	for _, c := range cmd.Commands() {
		if c.Hidden || c.Name() == "help" {
			continue
		}
		if err := Walk(c, do); err != nil {
			return err
		}
	}
	return nil
}

// Name returns the name of a command's page, such as wxup-put.
func Name(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// Write writes the page of a command in roff's man macros, see man(7).
func (p *Pages) Write(w io.Writer, cmd *cobra.Command) error {
	var b strings.Builder
	section := func(title string) { fmt.Fprintf(&b, ".SH %s\n", roff(title)) }
	b.WriteString(`'\" -*- coding: UTF-8 -*-` + "\n")
	fmt.Fprintf(&b, ".TH %s 1 %q %q wxup\n", strings.ToUpper(Name(cmd)), p.Date, p.Version)
	section(p.in(texts.Text("NAME")))
	fmt.Fprintf(&b, "%s \\- %s\n", roff(Name(cmd)), roff(cmd.Short))
	section(p.in(texts.Text("SYNOPSIS")))
	use := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		use = cmd.CommandPath() + " COMMAND"
	}
	fmt.Fprintf(&b, ".B %s\n", roff(use))
	section(p.in(texts.Text("DESCRIPTION")))
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	roffText(&b, text)
	if cmd.Example != "" {
		section(p.in(texts.Text("EXAMPLES")))
		roffText(&b, cmd.Example)
	}
	for _, group := range []struct {
		title string
		flags *pflag.FlagSet
	}{{p.in(texts.Text("OPTIONS")), cmd.NonInheritedFlags()}, {p.in(texts.Text("COMMON OPTIONS")), cmd.InheritedFlags()}} {
		if !group.flags.HasAvailableFlags() {
			continue
		}
		section(group.title)
		group.flags.VisitAll(func(f *pflag.Flag) { roffFlag(&b, f) })
	}
	section(p.in(texts.Text("ENVIRONMENT")))
	roffText(&b, p.in(texts.Text(environment)))
	section(p.in(texts.Text("EXIT STATUS")))
	roffText(&b, p.in(texts.Text(exitStatus)))
	var also []string
	if cmd.HasParent() {
		also = append(also, Name(cmd.Parent()))
	}
	for _, c := range cmd.Commands() {
		if !c.Hidden && c.Name() != "help" {
			also = append(also, Name(c))
		}
	}
	if len(also) > 0 {
		section(p.in(texts.Text("SEE ALSO")))
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
