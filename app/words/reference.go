package words

import "github.com/wxup/wxup/app/internal/phrase"

const CompletionLong = `Prints a script that completes commands, flags, endpoints and profiles in a shell.

  bash        source <(wxup completion bash)          # needs the package bash-completion
              wxup completion bash > ~/.local/share/bash-completion/completions/wxup
  zsh         wxup completion zsh > "${fpath[1]}/_wxup"
  fish        wxup completion fish > ~/.config/fish/completions/wxup.fish
  powershell  wxup completion powershell | Out-String | Invoke-Expression`

const ManLong = `Prints a manual page, or writes all of them to a directory.

  wxup man put | man -l -
  wxup man --dir ~/.local/share/man/man1`

// referenceChinese is the Chinese of completion, man, endpoints and version.
var referenceChinese = phrase.Catalogue{
	"print a completion script for a shell": "打印 shell 补全脚本",
	CompletionLong: `打印 shell 补全脚本，可补全命令、参数、接口名与 profile。

  bash        source <(wxup completion bash)          # 需要 bash-completion 软件包
              wxup completion bash > ~/.local/share/bash-completion/completions/wxup
  zsh         wxup completion zsh > "${fpath[1]}/_wxup"
  fish        wxup completion fish > ~/.config/fish/completions/wxup.fish
  powershell  wxup completion powershell | Out-String | Invoke-Expression`,
	"print the manual page of wxup or of a command": "打印 wxup 或某个命令的手册页",
	ManLong: `打印手册页，或把全部手册页写入一个目录。

  wxup man put | man -l -
  wxup man --dir ~/.local/share/man/man1`,
	"write all pages to this directory, which is created if it does not exist": "把全部手册页写入此目录（不存在则创建）",
	"list the upload APIs: what each accepts and returns":                      "列出上传接口：各自接受什么、返回什么",
	"print the version": "打印版本",
}
