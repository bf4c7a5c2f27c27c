package credentials

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/settings"
)

// Kind is where a source's credentials are.
type Kind int

const (
	Profile     Kind = iota + 1 // of the configuration
	Environment                 // WXUP_* variables
	Server                      // the wxup.env of a local server
)

// Source is the one place that all credentials come from.
type Source struct {
	Kind   Kind
	Name   phrase.Text // such as "the environment"
	Values Values      // without what a profile's commands print, see Fetch
	Notes  []Note

	profile  *settings.Profile
	config   string   // the file that has the profile
	profiles []string // that could be chosen
	told     func(secrets ...string)
	envFile  string // the wxup.env that was or would have been read
}

// Places are where [Choose] looks.
type Places struct {
	Settings *settings.Settings
	Environ  []string // as os.Environ returns it
	Data     string   // the data directory of a server
	EnvFile  string   // its wxup.env
	ReadEnv  func(file string) (map[string]string, error)
	Secrets  func(...string) // is told the secrets that were found; may be nil
	Wait     bool            // for a server that is starting, see startTime
}

// Choose returns the source of the credentials: the chosen profile; or else the environment, if it
// has a credential or an address of a server; or else the wxup.env of a server.
func Choose(ctx context.Context, p Places) *Source {
	s := choose(ctx, p)
	if s.told = p.Secrets; s.told == nil {
		s.told = func(...string) {}
	}
	s.told(s.Values.secrets()...)
	return s
}

func choose(ctx context.Context, p Places) *Source {
	s := &Source{profiles: p.Settings.File.ProfileNames(), config: p.Settings.File.Path, envFile: p.EnvFile}
	if s.profile = p.Settings.Profile; s.profile != nil {
		s.Kind, s.Values = Profile, profileValues(s.profile)
		s.Name = texts.Text("the profile %s", s.profile.Name)
		return s
	}
	s.Values = environment(p.Environ)
	s.Notes = s.Values.clean()
	if len(s.Values) > 0 {
		s.Kind, s.Name = Environment, texts.Text("the environment")
		return s
	}
	s.Kind = Server
	read := p.ReadEnv
	if p.Wait {
		read = func(file string) (map[string]string, error) { return await(ctx, p, file) }
	}
	values, err := read(p.EnvFile)
	switch {
	case err == nil:
		s.Values, s.Name = values, phrase.Both(p.EnvFile)
	case errors.Is(err, fs.ErrNotExist):
		s.Name = texts.Text("the environment, which has none, and %s, which does not exist", p.EnvFile)
	default:
		s.Name = texts.Text("the environment, which has none, and %s, which cannot be read", p.EnvFile)
	}
	return s
}

// variables are those that make the environment the source.
var variables = func() (list []string) {
	for _, name := range settings.CredentialNames {
		list = append(list, settings.Variable(name), settings.Variable(name)+"_FILE")
	}
	return append(list, "WXUP_HTTPS_URL", "WXUP_HTTP_URL")
}()

func environment(environ []string) Values {
	v := Values{}
	for _, pair := range environ {
		if name, value, _ := strings.Cut(pair, "="); value != "" && slices.Contains(variables, name) {
			v[name] = value
		}
	}
	return v
}

func profileValues(p *settings.Profile) Values {
	v := Values{}
	for name, cr := range p.Credentials {
		variable := settings.Variable(name)
		switch {
		case cr.File != "":
			v[variable+"_FILE"] = cr.File
		case cr.Env != "":
			v[variable] = os.Getenv(cr.Env)
		case cr.Command == nil:
			v[variable] = cr.Text
		}
	}
	return v
}

// How long to wait for a server that was started together with this command, as in "wxup serve &
// wxup put …".
const (
	appearTime = 300 * time.Millisecond // for its data directory to appear
	startTime  = 3 * time.Second        // since the directory changed last, for wxup.env
)

// await reads wxup.env. It waits only for a server that is starting: one whose data directory has
// just appeared or changed.
func await(ctx context.Context, p Places, file string) (map[string]string, error) {
	for begun := time.Now(); ; {
		values, err := p.ReadEnv(file)
		if !errors.Is(err, fs.ErrNotExist) || ctx.Err() != nil {
			return values, err
		}
		info, statErr := os.Stat(p.Data)
		switch {
		case statErr != nil && time.Since(begun) > appearTime:
			return nil, err
		case statErr == nil && time.Since(info.ModTime()) > startTime:
			return nil, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Fetch adds to Values what the commands of a profile print, for the credentials that a family of
// APIs uses.
func (s *Source) Fetch(ctx context.Context, family wxup.Family) error {
	if s.profile == nil {
		return nil
	}
	for _, name := range uses[family] {
		cr := s.profile.Credentials[name]
		switch {
		case cr.Command != nil:
			text, err := output(ctx, cr.Command)
			if err != nil {
				return texts.Errorf("profile %s: the command for %s (%s …): %w", s.profile.Name, name, cr.Command[0], err)
			}
			s.told(text)
			s.Values[settings.Variable(name)] = text
		case cr.Env != "" && os.Getenv(cr.Env) == "":
			return texts.Errorf("profile %s: %s comes from $%s, which is not set", s.profile.Name, name, cr.Env)
		}
	}
	return nil
}

// Company stands for wxup.FamilyAccount where the endpoint is a company's (企业微信), whose
// credentials differ.
const Company wxup.Family = "company"

// credentialsFor returns the family of APIs whose credentials an endpoint needs, or Company.
func credentialsFor(ep *wxup.Endpoint) wxup.Family {
	if ep.Corp {
		return Company
	}
	return ep.Family
}

// uses lists the credentials that a family of APIs can use; needs lists those that it must have, or
// what insteadOf names.
var (
	uses = map[wxup.Family][]string{
		wxup.PayV3:         {"mchid", "mch_serial", "mch_key", "mch_cert", "mch_p12", "apiv3_key", "ecommerce", "platform_cert", "platform_pubkey_id", "platform_pubkey"},
		wxup.PayV2:         {"mchid", "mch_key", "mch_cert", "mch_p12", "apiv2_key"},
		wxup.FamilyAccount: {"appid", "appsecret", "access_token"},
		Company:            {"corpid", "corpsecret"},
	}
	needs = map[wxup.Family][]string{
		wxup.PayV3:         {"mchid", "mch_key"},
		wxup.PayV2:         {"mchid", "apiv2_key"},
		wxup.FamilyAccount: {"appid", "appsecret"},
		Company:            {"corpid", "corpsecret"},
	}
	insteadOf = map[string]string{"mch_key": "mch_p12", "appid": "access_token", "appsecret": "access_token"}
)

// lacking returns the credentials that a family needs and the source does not have.
func (s *Source) lacking(family wxup.Family) (missing []string) {
	there := func(name string) bool {
		return s.Values.Has(name) || s.profile != nil && s.profile.Credentials[name].Command != nil
	}
	for _, name := range needs[family] {
		if other := insteadOf[name]; !there(name) && (other == "" || !there(other)) {
			missing = append(missing, name)
		}
	}
	return missing
}

// noCredentials says what is missing for an endpoint, and where it can come from.
func (s *Source) noCredentials(endpoint string, missing []string) error {
	var vars []string
	for _, name := range missing {
		variable := settings.Variable(name)
		if settings.IsFile(name) {
			variable += "_FILE"
		}
		vars = append(vars, variable)
	}
	var profiles phrase.Text
	if len(s.profiles) > 0 {
		profiles = texts.Text("; or choose a profile with --profile: %s", strings.Join(s.profiles, " "))
	}
	switch s.Kind {
	case Profile:
		return texts.Errorf("no credentials for %s: the profile %s in %s lacks %s", endpoint, s.profile.Name, s.config, and(missing))
	case Environment:
		return texts.Errorf("no credentials for %s: set %s too; the environment has %s, so nothing is taken from %s%s",
			endpoint, and(vars), s.oneVariable(), s.envFile, profiles)
	}
	return texts.Errorf("no credentials for %s: set %s, or start wxup serve and run this in the same directory (or with --data); looked in %s%s",
		endpoint, and(vars), s.Name, profiles)
}

// and joins one or two names.
func and(names []string) phrase.Text {
	if len(names) == 2 {
		return texts.Text("%s and %s", names[0], names[1])
	}
	return phrase.Both(strings.Join(names, ", "))
}

// oneVariable names a variable that makes the environment the source.
func (s *Source) oneVariable() string {
	for _, name := range variables {
		if s.Values[name] != "" {
			return name
		}
	}
	return ""
}
