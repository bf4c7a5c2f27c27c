package capture

import (
	"slices"
	"strings"
)

// The options of curl (https://curl.se/docs/manpage.html). They are in three groups: those that
// change the request, those that take an argument and do not, and those that are only switches and
// do not. All others are skipped with a note.

// shorts are the long names of the one-letter options.
var shorts = map[byte]string{
	'X': "request", 'H': "header", 'F': "form", 'd': "data", 'G': "get", 'I': "head", 'b': "cookie", 'u': "user",
	'A': "user-agent", 'e': "referer", 'E': "cert", 'T': "upload-file", 'r': "range", ':': "next",

	'K': "config", 'C': "continue-at", 'c': "cookie-jar", 'D': "dump-header", 'P': "ftp-port", 'h': "help",
	'm': "max-time", 'o': "output", 'Q': "quote", 'U': "proxy-user", 'x': "proxy", 'Y': "speed-limit", 'y': "speed-time",
	't': "telnet-option", 'z': "time-cond", 'w': "write-out",

	'0': "http1.0", '1': "tlsv1", '2': "sslv2", '3': "sslv3", '4': "ipv4", '6': "ipv6", 'a': "append", 'B': "use-ascii",
	'f': "fail", 'g': "globoff", 'i': "show-headers", 'j': "junk-session-cookies", 'J': "remote-header-name",
	'k': "insecure", 'l': "list-only", 'L': "location", 'M': "manual", 'n': "netrc", 'N': "no-buffer", 'O': "remote-name",
	'p': "proxytunnel", 'q': "disable", 'R': "remote-time", 's': "silent", 'S': "show-error", 'v': "verbose",
	'V': "version", 'Z': "parallel", '#': "progress-bar",
}

// actions change the request and take an argument.
var actions = map[string]func(c *command, arg string) error{
	"url":            func(c *command, arg string) error { return c.addURL(arg) },
	"request":        func(c *command, arg string) error { c.method = arg; return nil },
	"header":         (*command).addHeader,
	"form":           (*command).parseForm,
	"form-string":    (*command).formString,
	"data":           func(c *command, arg string) error { return c.addData("data", arg) },
	"data-ascii":     func(c *command, arg string) error { return c.addData("data-ascii", arg) },
	"data-binary":    func(c *command, arg string) error { return c.addData("data-binary", arg) },
	"data-raw":       func(c *command, arg string) error { return c.addData("data-raw", arg) },
	"data-urlencode": func(c *command, arg string) error { return c.addData("data-urlencode", arg) },
	"json":           func(c *command, arg string) error { return c.addData("json", arg) },
	"cookie":         (*command).addCookie,
	"user":           func(c *command, _ string) error { c.auth = "Basic " + hidden; return nil },
	"oauth2-bearer":  func(c *command, _ string) error { c.auth = "Bearer " + hidden; return nil },
	"user-agent":     func(c *command, arg string) error { c.own("User-Agent", arg); return nil },
	"referer":        func(c *command, arg string) error { c.own("Referer", strings.TrimSuffix(arg, ";auto")); return nil },
	"range":          func(c *command, arg string) error { c.own("Range", "bytes="+arg); return nil },
	"cert":           func(c *command, arg string) error { c.cert = arg; return nil },
	"cert-type":      func(c *command, arg string) error { c.certType = arg; return nil },
	"upload-file":    func(c *command, arg string) error { c.upload = arg; return nil },
	"request-target": func(c *command, arg string) error { c.target = arg; return nil },
	"url-query":      (*command).addQuery,
	"config":         func(c *command, _ string) error { c.note(noteConfig); return nil },
}

// switches change the request and take none.
var switches = map[string]func(c *command){
	"get":         func(c *command) { c.get = true },
	"head":        func(c *command) { c.head = true },
	"compressed":  func(c *command) { c.own("Accept-Encoding", "deflate, gzip, br") },
	"form-escape": func(c *command) { c.formEscape = true },
	"path-as-is":  func(c *command) { c.pathAsIs = true },
	"globoff":     func(c *command) { c.globOff = true },
}

// withArg take an argument and do not matter: files to write, time-outs, proxies, how TLS is made.
var withArg = words(`abstract-unix-socket alt-svc aws-sigv4 cacert capath ciphers connect-timeout connect-to continue-at
	cookie-jar create-file-mode crlfile curves delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url
	dump-header ech egd-file engine etag-compare etag-save expect100-timeout ftp-account ftp-alternative-to-user
	ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip help hostpubmd5 hostpubsha256 hsts
	interface ip-tos ipfs-gateway keepalive-cnt keepalive-time key key-type krb libcurl limit-rate local-port
	login-options mail-auth mail-from mail-rcpt max-filesize max-redirs max-time netrc-file noproxy output output-dir
	parallel-max pass pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert
	proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey
	proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey
	quote random-file rate resolve retry retry-delay retry-max-time sasl-authzid service-name socks4 socks4a socks5
	socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize time-cond tls-max
	tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket variable vlan-priority
	write-out`)

// plain are switches that do not matter.
var plain = words(`anyauth append basic ca-native cert-status compressed-ssh crlf digest disable disable-eprt disable-epsv
	disallow-username-in-url doh-cert-status doh-insecure fail fail-early fail-with-body false-start ftp-create-dirs
	ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control haproxy-protocol http0.9 http1.0 http1.1 http2
	http2-prior-knowledge http3 http3-only ignore-content-length include insecure ipv4 ipv6 junk-session-cookies keepalive
	list-only location location-trusted mail-rcpt-allowfails manual metalink mptcp negotiate netrc netrc-optional no-alpn
	buffer no-buffer no-clobber no-keepalive no-npn no-progress-meter no-sessionid ntlm ntlm-wb parallel
	parallel-immediate post301 post302 post303 progress-bar progress-meter proxy-anyauth proxy-basic proxy-ca-native
	proxy-digest proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast proxy-ssl-auto-client-cert
	proxy-tlsv1 proxytunnel raw remote-header-name remote-name remote-name-all remote-time remove-on-error
	retry-all-errors retry-connrefused sasl-ir sessionid show-error show-headers silent skip-existing socks5-basic
	socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort
	sslv2 sslv3 styled-output suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options tls-earlydata tlsv1
	tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose version xattr`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}

// options is every long name, in order, to find the shortened ones.
var options = func() []string {
	var list []string
	for _, set := range []map[string]bool{withArg, plain} {
		for name := range set {
			list = append(list, name)
		}
	}
	for name := range actions {
		list = append(list, name)
	}
	for name := range switches {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}()

// inFull is the long name that a word means: curl takes its beginning, if that is the beginning of
// no other.
func inFull(word string) (name string, known bool) {
	i, found := slices.BinarySearch(options, word)
	if found {
		return word, true
	}
	if i < len(options) && strings.HasPrefix(options[i], word) && (i+1 == len(options) || !strings.HasPrefix(options[i+1], word)) {
		return options[i], true
	}
	return word, false
}

var errNoArgument = texts.Errorf("the last option of this curl line has no argument; was the end of the line lost?")

// parse goes through the words of a command, up to its end or to a --next, and answers the words
// behind that.
func (c *command) parse(args []string) (rest []string, err error) {
	onlyURLs := false
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		switch {
		case onlyURLs || !strings.HasPrefix(word, "-") || word == "-":
			err = c.addURL(word)
		case word == "--":
			onlyURLs = true
		case strings.HasPrefix(word, "--"):
			var done bool
			if args, done, err = c.long(word[2:], args); done {
				return args, err
			}
		default:
			var done bool
			if args, done, err = c.short(word[1:], args); done {
				return args, err
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// long takes a long option, and its argument off args. done tells that it was --next.
func (c *command) long(word string, args []string) (rest []string, done bool, err error) {
	name, known := inFull(word)
	if before, after, ok := strings.Cut(word, "="); ok && !known {
		if full, ok := inFull(before); ok && (withArg[full] || actions[full] != nil) {
			c.note(noteEquals(full))
			name, known, args = full, true, append([]string{after}, args...)
		}
	}
	switch {
	case name == "next":
		return args, true, nil
	case actions[name] != nil || withArg[name]:
		if len(args) == 0 {
			return nil, false, errNoArgument
		}
		if action := actions[name]; action != nil {
			err = action(c, args[0])
		}
		return args[1:], false, err
	case switches[name] != nil:
		switches[name](c)
	case known || plain[strings.TrimPrefix(name, "no-")] || switches[strings.TrimPrefix(name, "no-")] != nil:
	default:
		args = c.skipUnknown("--"+word, args)
	}
	return args, false, nil
}

// short takes a word of one-letter options. The first that wants an argument takes the rest of the
// word, or the next.
func (c *command) short(word string, args []string) (rest []string, done bool, err error) {
	for i := range len(word) {
		name := shorts[word[i]]
		switch {
		case name == "next":
			return args, true, nil
		case actions[name] != nil || withArg[name]:
			arg := word[i+1:]
			if arg == "" {
				if len(args) == 0 {
					return nil, false, errNoArgument
				}
				arg, args = args[0], args[1:]
			}
			if action := actions[name]; action != nil {
				err = action(c, arg)
			}
			return args, false, err
		case switches[name] != nil:
			switches[name](c)
		case name == "":
			return c.skipUnknown("-"+word[i:i+1], args), false, nil
		}
	}
	return args, false, nil
}

// skipUnknown passes over an option that is not known, and over what seems to be its argument.
func (c *command) skipUnknown(option string, args []string) []string {
	option, _, _ = strings.Cut(option, "=")
	c.note(noteUnknownOption(option))
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") && !strings.Contains(args[0], "://") && !strings.Contains(args[0], ".qq.com") {
		return args[1:]
	}
	return args
}
