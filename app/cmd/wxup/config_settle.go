package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// settle gives each flag that was not set its value: from the environment, else from the chosen profile, else from the
// file. It notes where each came from.
func (p *program) settle(cmd *cobra.Command) error {
	p.config = configAsked(cmd)
	conf, err := readConfig(p.config, cmd.Root())
	if err != nil {
		return err
	}
	p.conf = conf
	if err := p.chooseProfile(cmd.Flags()); err != nil {
		return err
	}
	p.origins, err = p.settleFlags(cmd.Flags())
	return err
}

// configAsked is the configuration that was asked for, by flag or environment.
func configAsked(cmd *cobra.Command) string {
	if f := cmd.Flags().Lookup("config"); f != nil && f.Changed {
		return f.Value.String()
	}
	return os.Getenv("WXUP_CONFIG")
}

// settleFlags sets the flags that were not typed, and says where each flag's value comes from.
func (p *program) settleFlags(flags *pflag.FlagSet) (origins map[string]string, err error) {
	origins = map[string]string{}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || err != nil {
			return
		}
		if f.Changed {
			origins[f.Name] = "--" + f.Name
			return
		}
		s, ok := p.conf.flags[f.Name]
		if p.chosen != nil {
			if own, there := p.chosen.flags[f.Name]; there {
				s, ok = own, true
			}
		}
		if twin := flagTwin(f.Name); os.Getenv(twin) != "" {
			s, ok = setting{os.Getenv(twin), "$" + twin}, true
		}
		if !ok || f.Name == "config" {
			return
		}
		if e := f.Value.Set(s.value); e != nil {
			err = fmt.Errorf("%s: %q is no value for --%s: %w", s.from, s.value, f.Name, e)
		}
		origins[f.Name] = s.from
	})
	return origins, err
}

// chooseProfile finds the profile that a flag, the environment or the file names.
func (p *program) chooseProfile(flags *pflag.FlagSet) error {
	from := "--profile"
	if f := flags.Lookup("profile"); f == nil || !f.Changed {
		s := p.conf.flags["profile"]
		p.profile, from = s.value, s.from
		if v := os.Getenv("WXUP_PROFILE"); v != "" {
			p.profile, from = v, "$WXUP_PROFILE"
		}
	}
	if p.profile == "" {
		return nil
	}
	pr, ok := p.conf.profiles[p.profile]
	switch {
	case ok:
		p.chosen = pr
		return nil
	case p.conf.path == "":
		return fmt.Errorf("%s: there is no profile %q, and no configuration to hold one: write %s, or name a file with --config", from, p.profile, defaultConfig())
	case len(p.conf.profiles) == 0:
		return fmt.Errorf("%s: there is no profile %q; %s has none", from, p.profile, p.conf.path)
	}
	return fmt.Errorf("%s: there is no profile %q; %s has: %s", from, p.profile, p.conf.path, strings.Join(p.conf.profileNames(), " "))
}

func (c *configuration) profileNames() []string {
	var names []string
	for name := range c.profiles {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// flagTwin is the variable that stands for a flag.
func flagTwin(flag string) string {
	return "WXUP_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
