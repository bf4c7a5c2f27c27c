package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// credentialNames are what a client needs, as a profile names them. Each has two variables: apiv3_key is the text in
// WXUP_APIV3_KEY or the file in WXUP_APIV3_KEY_FILE.
var credentialNames = []string{
	"mchid", "mch_serial", "mch_key", "mch_cert", "mch_p12", "apiv3_key", "apiv2_key",
	"platform_cert", "platform_pubkey_id", "platform_pubkey", "appid", "appsecret", "access_token", "ca",
}

// secretNames are those that nobody else may see.
var secretNames = []string{"mch_key", "mch_p12", "apiv3_key", "apiv2_key", "appsecret", "access_token"}

// pemNames are those that are files by nature: a plain value is most likely a path that was meant as {file: …}.
var pemNames = []string{"mch_key", "mch_cert", "mch_p12", "platform_cert", "platform_pubkey", "ca"}

// profile is a merchant or an app, or both: credentials, and values for flags while it is chosen.
type profile struct {
	name        string
	credentials map[string]credential
	flags       map[string]setting
}

// credential is one value of a profile. One of text, file, env and command is set.
type credential struct {
	text, file, env string
	command         []string
	line            int
}

func parseProfile(c *configuration, name string, n *yaml.Node, root *cobra.Command) (*profile, error) {
	pr := &profile{name: name, credentials: map[string]credential{}, flags: map[string]setting{}}
	err := each(n, func(key string, at, value *yaml.Node) error {
		if !slices.Contains(credentialNames, key) {
			return c.flag(pr.flags, key, at, value, root, credentialNames...)
		}
		cr, err := c.parseCredential(key, value)
		pr.credentials[key] = cr
		return err
	})
	return pr, err
}

func (c *configuration) parseCredential(key string, n *yaml.Node) (credential, error) {
	cr := credential{line: n.Line}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode {
		cr.text = n.Value
		if slices.Contains(pemNames, key) && !strings.Contains(cr.text, "-----BEGIN") {
			return cr, wrong(n, "%s is a file: write %s: {file: PATH}, or {env: NAME} or {command: …} that give its content", key, key)
		}
		return cr, nil
	}
	err := each(n, func(kind string, at, value *yaml.Node) error {
		plain := value.Kind == yaml.ScalarNode && value.Value != ""
		switch {
		case kind == "file" && plain:
			cr.file = c.resolve(value.Value)
		case kind == "env" && plain:
			cr.env = value.Value
		case kind == "command" && plain:
			cr.command = shell(value.Value)
		case kind == "command" && value.Kind == yaml.SequenceNode && len(value.Content) > 0:
			for _, word := range value.Content {
				cr.command = append(cr.command, word.Value)
			}
		default:
			return wrong(at, "%s comes from {file: PATH}, {env: NAME} or {command: …}, not from %s", key, kind)
		}
		return nil
	})
	if err == nil && len(n.Content) != 2 {
		err = wrong(n, "%s comes from one of file, env and command", key)
	}
	if err == nil && key == "mch_p12" && cr.file == "" {
		err = wrong(n, "mch_p12 is a file: write mch_p12: {file: PATH}")
	}
	return cr, err
}

// shell is how a command that is one line is run.
func shell(line string) []string {
	if runtime.GOOS == "windows" {
		return []string{"cmd", "/c", line}
	}
	return []string{"sh", "-c", line}
}

// inlineSecret names a secret that stands in the file itself.
func (c *configuration) inlineSecret() string {
	for _, name := range c.profileNames() {
		for _, key := range secretNames {
			if c.profiles[name].credentials[key].text != "" {
				return "profiles." + name + "." + key
			}
		}
	}
	return ""
}

// variables are the profile's credentials as WXUP_* variables, but for those that a command gives: see fetch.
func (pr *profile) variables() map[string]string {
	vars := map[string]string{}
	for key, cr := range pr.credentials {
		name := flagTwin(key)
		switch {
		case cr.file != "":
			vars[name+"_FILE"] = cr.file
		case cr.env != "":
			vars[name] = os.Getenv(cr.env)
		case cr.command == nil:
			vars[name] = cr.text
		}
	}
	return vars
}

// fetch puts into vars what commands give, for those of the names that it is to come from.
func (pr *profile) fetch(ctx context.Context, vars map[string]string, names ...string) error {
	for _, name := range names {
		cr := pr.credentials[name]
		switch {
		case cr.command != nil:
			text, err := commandOutput(ctx, cr.command)
			if err != nil {
				return fmt.Errorf("profile %s: the command for %s (%s …): %w", pr.name, name, cr.command[0], err)
			}
			vars[flagTwin(name)] = text
		case cr.env != "" && os.Getenv(cr.env) == "":
			return fmt.Errorf("profile %s: %s comes from $%s, which is not set", pr.name, name, cr.env)
		}
	}
	return nil
}

const (
	secretMost  = 64 << 10 // bytes of a command's output, or of a file with one value
	commandTime = time.Minute
)

// commandOutput runs a command and gives its output without the last line's end. Nothing that it prints is shown to
// anyone: it may be the secret.
func commandOutput(ctx context.Context, command []string) (string, error) {
	limit, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(limit, command[0], command[1:]...)
	cmd.WaitDelay = time.Second
	cmd.Env = os.Environ()
	var out bytes.Buffer
	limited := &capped{w: &out, left: secretMost}
	cmd.Stdout = limited
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", exit(exitStopped)
	case limit.Err() != nil:
		return "", fmt.Errorf("gave nothing within %s", commandTime)
	case limited.left < 0: // it may have ended by the broken pipe
		return "", fmt.Errorf("gave more than %d bytes", secretMost)
	case err != nil:
		return "", fmt.Errorf("%w; run it by hand to see why", err)
	}
	text := strings.TrimRight(out.String(), "\r\n")
	if text == "" {
		return "", errors.New("gave nothing")
	}
	return text, nil
}

var errTooMuch = errors.New("too much")

// capped refuses what is more than left bytes.
type capped struct {
	w    io.Writer
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		return 0, errTooMuch
	}
	return c.w.Write(p)
}
