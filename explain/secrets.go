package explain

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/internal/secret"
)

// secrets are texts that no report may show.
type secrets struct {
	set  *secret.Set
	more func(string) string // hides what else the receiver knows; nil: nothing
}

// secretsOf gathers the secrets that the receiver knows and those in the query.
func secretsOf(f *facts, known *Known) secrets {
	s := secrets{secret.New(), known.Mask}
	for _, m := range append([]*Merchant{known.Merchant}, known.Others...) {
		if m != nil {
			s.set.Add(m.APIv2Key, m.APIv3Key)
		}
	}
	for _, x := range known.Secrets {
		s.add(x.Value)
	}
	for _, t := range known.Tokens {
		s.set.Add(t.Value)
	}
	for _, value := range f.Header["Authorization"] { // one that is no signature holds a token, or name and password
		if words := strings.Fields(value); !strings.Contains(value, "WECHATPAY") && len(words) > 0 {
			s.add(words[len(words)-1])
		}
	}
	_, query, _ := strings.Cut(f.Target, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if lower := strings.ToLower(name); strings.Contains(lower, "token") || strings.Contains(lower, "secret") || strings.Contains(lower, "key") {
			if plain, err := url.QueryUnescape(value); err != nil || !isFilePath(plain) {
				s.add(value)
			}
		}
	}
	return s
}

var filePath = regexp.MustCompile(`^(~?/|\.{1,2}/|[A-Za-z]:[\\/])[\w.-]+([\\/][\w.-]+)*$`)

// isFilePath reports whether a text is the path of a file, which is no secret.
func isFilePath(s string) bool {
	return len(s) < 200 && filePath.MatchString(s) && !longRun.MatchString(s)
}

// longRun finds what may be a key or a token in a path or a line.
var longRun = regexp.MustCompile(`[0-9A-Za-z]{24,}`)

// longestSecret is more than any secret has; a private key in PEM has 2 KB. What is longer is cut,
// for looking for it costs with its length.
const longestSecret = 4 << 10

// add adds a secret that was sent, as it was and unescaped. A placeholder or a printed object is
// none.
func (s secrets) add(sent string) {
	sent = sent[:min(len(sent), longestSecret)]
	plain, err := url.QueryUnescape(sent)
	if err != nil {
		plain = sent
	}
	if !text.IsNothing(sent) && !text.IsNothing(plain) {
		s.set.Add(sent, plain)
	}
}

// mask hides the secrets in what is shown. Nothing is cut or hidden in part before that: a short
// piece of a secret is no longer found.
func (s secrets) mask(shown string) string {
	if s.more != nil {
		shown = s.more(shown)
	}
	return s.set.Mask(shown)
}
