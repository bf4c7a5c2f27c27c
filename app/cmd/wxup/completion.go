package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup"
)

func (p *program) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: p.say("print a script by which the shell completes commands, flags, endpoints and profiles", "打印 shell 补全脚本：命令、参数、接口名与 profile"),
		Long: p.say(`Prints a script for the shell's completion.

  bash        source <(wxup completion bash)          # needs the package bash-completion
              wxup completion bash > ~/.local/share/bash-completion/completions/wxup
  zsh         wxup completion zsh > "${fpath[1]}/_wxup"
  fish        wxup completion fish > ~/.config/fish/completions/wxup.fish
  powershell  wxup completion powershell | Out-String | Invoke-Expression`, `打印 shell 的补全脚本。

  bash        source <(wxup completion bash)          # 需要 bash-completion 软件包
              wxup completion bash > ~/.local/share/bash-completion/completions/wxup
  zsh         wxup completion zsh > "${fpath[1]}/_wxup"
  fish        wxup completion fish > ~/.config/fish/completions/wxup.fish
  powershell  wxup completion powershell | Out-String | Invoke-Expression`),
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(p.stdout, true)
			case "zsh":
				return root.GenZshCompletion(p.stdout)
			case "fish":
				return root.GenFishCompletion(p.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(p.stdout)
			}
			return fmt.Errorf("no completion for %q", args[0])
		},
	}
}

// completeEndpoints proposes the endpoints, with what each is for.
func (p *program) completeEndpoints(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var list []cobra.Completion
	for _, ep := range wxup.Endpoints() {
		list = append(list, cobra.CompletionWithDesc(ep.Name, p.say(ep.Title, ep.TitleZH)))
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// completeProfiles proposes the profiles of the configuration, if it can be read.
func (p *program) completeProfiles(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	asked := configAsked(cmd)
	conf, err := readConfig(asked, cmd.Root())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var list []cobra.Completion
	for _, name := range conf.profileNames() {
		pr := conf.profiles[name]
		who := pr.credentials["mchid"].text
		if who == "" {
			who = pr.credentials["appid"].text
		}
		list = append(list, cobra.CompletionWithDesc(name, who))
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}
