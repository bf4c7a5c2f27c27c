package inspector

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/internal/shellword"
	"github.com/wxup/wxup/server"
)

// unsent are the headers that curl makes itself, or that belonged to the connection.
var unsent = []string{"Content-Length", "Content-Type", "Connection", "Accept-Encoding", "Expect", "Transfer-Encoding", "Te", "Trailer", "Upgrade"}

// curl writes the command that makes the same request again: the same headers, the same signature,
// the same fields. The file is not in the record and must lie where the command is run. What was
// masked is a variable of the shell.
func curl(e *server.Exchange, ep *wxup.Endpoint) string {
	scheme := "http"
	if e.Request.TLS != "" {
		scheme = "https"
	}
	method := ""
	if e.Method != http.MethodPost || len(e.Request.Parts) == 0 { // a form is posted anyway
		method = "-X " + shellword.Quote(e.Method) + " "
	}
	address := scheme + "://" + e.Request.Host + e.Path
	if strings.ContainsAny(address, "[]{}") { // curl would make several addresses of it
		method = "-g " + method
	}
	words := []string{"curl -sS " + method + urlWord(address)}
	if scheme == "https" {
		words = append(words, `--cacert "$WXUP_CA_FILE"`)
	}
	if e.Family == wxup.PayV2 {
		words = append(words, `--cert "$WXUP_MCH_CERT_FILE" --key "$WXUP_MCH_KEY_FILE"`)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Request.Headers)) {
		if slices.Contains(unsent, name) {
			continue
		}
		for _, value := range e.Request.Headers[name] {
			words = append(words, "-H "+shellword.Quote(name+": "+value))
		}
	}
	for _, p := range e.Request.Parts {
		if isFile(p, ep) {
			words = append(words, "-F "+shellword.Quote(p.Name+"=@"+localName(p.Filename)+`;filename="`+quoteForm(p.Filename)+`"`))
		} else {
			words = append(words, "--form-string "+shellword.Quote(p.Name+"="+p.Text))
		}
	}
	return strings.Join(words, " \\\n  ")
}

func isFile(p server.PartRecord, ep *wxup.Endpoint) bool {
	return p.SHA256 != "" || p.Filename != "" && (ep == nil || p.Name != ep.MetaPart)
}

// urlWord quotes an address and turns what was masked in its query into a variable.
func urlWord(address string) string {
	path, query, ok := strings.Cut(address, "?")
	if !ok {
		return shellword.Quote(address)
	}
	word := path + "?"
	var quoted strings.Builder
	for i, pair := range strings.Split(query, "&") {
		if i > 0 {
			word += "&"
		}
		name, masked := strings.CutSuffix(pair, "=***")
		if !masked {
			word += pair
			continue
		}
		quoted.WriteString(shellword.Quote(word+name+"=") + `"$` + shellName(name) + `"`)
		word = ""
	}
	if word != "" {
		quoted.WriteString(shellword.Quote(word))
	}
	return quoted.String()
}

// shellName makes a variable's name of a parameter's: ACCESS_TOKEN.
func shellName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToUpper(s))
	if s == "" || s[0] <= '9' {
		return "_" + s
	}
	return s
}

// localName is a file name that is safe to read from: the sender's if it is plain.
func localName(name string) string {
	if name == "" || len(name) > 100 || name[0] == '-' || name[0] == '.' || strings.ContainsFunc(name, func(r rune) bool { return !plainName(r) }) {
		return "FILE"
	}
	return name
}

// plainName reports whether a character means nothing in a file name, to a shell or to curl's -F.
func plainName(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r)
}

// quoteForm escapes a value for curl's -F, in double quotes.
func quoteForm(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) }
