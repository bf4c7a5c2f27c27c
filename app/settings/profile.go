package settings

import (
	"runtime"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

func (p *parser) profile(name string, n *yaml.Node) (*Profile, error) {
	pr := &Profile{Name: name, Credentials: map[string]Credential{}, Flags: map[string]Value{}}
	err := each(n, func(key string, at, value *yaml.Node) error {
		if !slices.Contains(CredentialNames, key) {
			return p.flag(pr.Flags, key, at, value, CredentialNames...)
		}
		cr, err := p.credential(key, value)
		pr.Credentials[key] = cr
		return err
	})
	return pr, err
}

func (p *parser) credential(key string, n *yaml.Node) (Credential, error) {
	cr := Credential{Line: n.Line}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode {
		cr.Text = n.Value
		if IsFile(key) && !strings.Contains(cr.Text, "-----BEGIN") {
			return cr, wrong(n, texts.Errorf("%[1]s is a file: write %[1]s: {file: PATH}, or {env: NAME} or {command: …} for its content", key))
		}
		return cr, nil
	}
	err := each(n, func(kind string, at, value *yaml.Node) error {
		plain := value.Kind == yaml.ScalarNode && value.Value != ""
		switch {
		case kind == "file" && plain:
			cr.File = p.file.resolve(value.Value)
		case kind == "env" && plain:
			cr.Env = value.Value
		case kind == "command" && plain:
			cr.Command = shell(value.Value)
		case kind == "command" && value.Kind == yaml.SequenceNode && len(value.Content) > 0:
			for _, word := range value.Content {
				cr.Command = append(cr.Command, word.Value)
			}
		default:
			return wrong(at, texts.Errorf("%s comes from {file: PATH}, {env: NAME} or {command: …}, not from %s", key, kind))
		}
		return nil
	})
	if err == nil && len(n.Content) != 2 {
		err = wrong(n, texts.Errorf("%s comes from one of file, env and command", key))
	}
	if err == nil && key == "mch_p12" && cr.File == "" {
		err = wrong(n, texts.Errorf("mch_p12 is a file: write mch_p12: {file: PATH}"))
	}
	return cr, err
}

// shell returns the words that run a command line.
func shell(line string) []string {
	if runtime.GOOS == "windows" {
		return []string{"cmd", "/c", line}
	}
	return []string{"sh", "-c", line}
}
