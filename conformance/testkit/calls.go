package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A client is a section of calls.txt: one SDK or tool that nobody here wrote.
type client struct {
	name      string
	ecosystem string // go, npm or system
	pkg       string // module path or package name
	calls     []call
}

// A call is one line of calls.txt on one of its routes: one upload.
type call struct {
	client, route string
	api           string // api/variant
	kind          string // extension of the file sent, without the dot
	end           string // ok, refused, rejected or broken
	cause         string // of refused: what wxup must find out
	why           words  // of broken
}

// The ways to the server, in the order in which the matrix shows them.
var routes = []string{"base-url", "proxy", "exec", "connect-to"}

// file is the name of the call's own file.
func (c call) file() string {
	return c.client + "-" + c.route + "-" + strings.ReplaceAll(c.api, "/", "-") + "." + c.kind
}

func (c client) routes() []string {
	return slices.DeleteFunc(slices.Clone(routes), func(route string) bool {
		return !slices.ContainsFunc(c.calls, func(x call) bool { return x.route == route })
	})
}

// readCalls reads
//
//	[wechatpay-go] go github.com/wechatpay-apiv3/wechatpay-go
//	marketing/public-key       jpg  base-url,proxy,exec
//	marketing/platform-serial  jpg  proxy                refused v3.serial.platform
func readCalls(path string) ([]client, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var clients []client
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		bad := fmt.Errorf("%s: cannot read the line %q", path, lines.Text())
		if strings.HasPrefix(fields[0], "[") {
			if len(fields) != 3 {
				return nil, bad
			}
			clients = append(clients, client{name: strings.Trim(fields[0], "[]"), ecosystem: fields[1], pkg: fields[2]})
			continue
		}
		if len(clients) == 0 || len(fields) < 3 {
			return nil, bad
		}
		c := &clients[len(clients)-1]
		one := call{client: c.name, api: fields[0], kind: fields[1], end: "ok"}
		switch {
		case len(fields) == 4 && fields[3] == "rejected":
			one.end = "rejected"
		case len(fields) > 4 && fields[3] == "broken:":
			_, text, _ := strings.Cut(lines.Text(), "broken:")
			en, zh, both := strings.Cut(text, "|")
			if !both {
				return nil, bad
			}
			one.end, one.why = "broken", words{strings.TrimSpace(en), strings.TrimSpace(zh)}
		case len(fields) == 5 && fields[3] == "refused":
			one.end, one.cause = fields[3], fields[4]
		case len(fields) != 3:
			return nil, bad
		}
		for route := range strings.SplitSeq(fields[2], ",") {
			if !slices.Contains(routes, route) {
				return nil, bad
			}
			one.route = route
			c.calls = append(c.calls, one)
		}
	}
	return clients, lines.Err()
}
