package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/internal/need"
)

// completes asks a real shell what it would propose.
func completes(t *testing.T, shell, script string, env ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // a shell that waits for what never comes
	defer cancel()
	cmd := exec.CommandContext(ctx, shell, strings.Fields(map[string]string{"bash": "--norc --noprofile -c", "zsh": "-f -c", "fish": "--no-config -c"}[shell])...)
	cmd.Args = append(cmd.Args, script)
	cmd.Env = append(os.Environ(), append(env, "PATH="+filepath.Dir(wxupPath(t))+":"+os.Getenv("PATH"), "HOME="+t.TempDir(), "WXUP_LANG=en", "WXUP_DATA=")...)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", shell, err, out)
	}
	return string(out)
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "profiles: {shop-one: {mchid: 1900009191}, shop-two: {appid: wx1}, news: {appid: wx2}}\n")
	env := []string{"WXUP_CONFIG=" + config}
	for _, x := range []struct{ shell, endpoint, profile, command string }{
		// COMPREPLY is what bash would show; the functions of the package bash-completion that the
		// script wants are few.
		{"bash", bashAsks("wxup put a.jpg --to mar"), bashAsks("wxup put --profile shop"), bashAsks("wxup do")},
		{"fish", "wxup completion fish | source; complete -C 'wxup put a.jpg --to mar'", "wxup completion fish | source; complete -C 'wxup put --profile shop'", "wxup completion fish | source; complete -C 'wxup do'"},
	} {
		t.Run(x.shell, func(t *testing.T) {
			t.Parallel()
			need.Program(t, x.shell, need.Setup)
			if got := completes(t, x.shell, x.endpoint, env...); !strings.Contains(got, "marketing") || strings.Contains(got, "article") {
				t.Errorf("--to mar: %q", got)
			}
			if got := completes(t, x.shell, x.profile, env...); !strings.Contains(got, "shop-one") || !strings.Contains(got, "shop-two") || strings.Contains(got, "news") {
				t.Errorf("--profile shop: %q", got)
			}
			if got := completes(t, x.shell, x.command, env...); !strings.Contains(got, "doctor") || strings.Contains(got, "serve") {
				t.Errorf("ch: %q", got)
			}
		})
	}
	t.Run("zsh", func(t *testing.T) {
		t.Parallel()
		need.Program(t, "zsh", need.Setup)
		for line, want := range map[string]string{"wxup put a.jpg --to mark": "marketing", "wxup put --profile shop-o": "shop-one", "wxup doct": "doctor"} {
			if got := completes(t, "zsh", zshAsks(line, want), env...); !strings.Contains(got, want) {
				t.Errorf("%s: %q", line, got)
			}
		}
	})
	if out, err := exec.Command(wxupPath(t), "completion", "powershell").CombinedOutput(); err != nil || !strings.Contains(string(out), "Register-ArgumentCompleter") {
		t.Errorf("powershell: %v: %.200s", err, out)
	}
}

// bashAsks makes bash complete a line, as its Tab does.
func bashAsks(line string) string {
	return `
_get_comp_words_by_ref() { # from the package bash-completion, as much of it as is used here
	cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
}
__ltrim_colon_completions() { :; }
source <(wxup completion bash)
COMP_LINE='` + line + `' COMP_POINT=${#COMP_LINE} COMP_TYPE=9
COMP_WORDS=(` + line + `) COMP_CWORD=$((${#COMP_WORDS[@]}-1))
__start_wxup
printf '%s\n' "${COMPREPLY[@]}"`
}

// zshAsks types a line and Tab into a zsh with a terminal of its own, and prints what that then
// shows of it.
func zshAsks(line, want string) string {
	return `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PROMPT=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -D -u; source <(wxup completion zsh); echo rea""dy'
zpty -r z got '*ready*'
zpty -w -n z $'` + line + `\t'
zpty -r z got '*` + want + `*'
print -r -- $got
zpty -d z`
}
