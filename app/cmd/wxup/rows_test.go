package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// TestEveryRow is the whole way for every row, with nothing left out: the library, over TLS with
// the certificates that the first start made, to the program as a process of its own, onto the
// disk; and after a restart the bytes back.
func TestEveryRow(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--https", "127.0.0.1:0")
	vars := p.vars(t)
	c, err := wxup.FromVariables(func(name string) string { return vars[name] })
	if err != nil {
		t.Fatal(err)
	}
	app := c.Auth
	type kept struct {
		name, path string
		data       []byte
	}
	var all []kept
	for _, ep := range wxup.Endpoints() {
		data, name := paint(".png", 40, 30), "图 片.png"
		switch f := ep.Accepts[0].Format; {
		case f.Class() == media.Video:
			data, name = append([]byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"), make([]byte, 5000)...), "film.mp4"
		case f == media.AMR:
			data, name = []byte("#!AMR\n"+strings.Repeat("\x3C"+strings.Repeat("\x11", 31), 50)), "voice.amr"
		case f == media.JPEG && ep.MaxSize() <= 64<<10:
			data, name = paint(".jpg", 40, 30), "图 片.jpg"
		case f.Class() == media.Document && f == media.PDF:
			data, name = []byte("%PDF-1.7\ntrailer\n%%EOF\n"), "invoice.pdf"
		}
		src := wxup.Bytes(name, data)
		src.Path, src.Meta = map[string]string{}, map[string]string{}
		for _, segment := range regexp.MustCompile(`{(\w+)}`).FindAllStringSubmatch(ep.Path, -1) {
			src.Path[segment[1]] = "1900000001"
		}
		for _, f := range ep.Fields {
			if f.Required {
				src.Meta[f.Name] = "x"
			}
		}
		c.Auth = app
		if ep.Corp {
			c.Auth = &wxup.Corp{CorpID: vars["WXUP_CORPID"], Secret: vars["WXUP_CORPSECRET"]}
		}
		res, err := c.Upload(t.Context(), ep, src)
		if err != nil {
			t.Errorf("%s: %v", ep.Name, err)
			continue
		}
		path := "/api/v1/media/" + res.MediaID
		if ep.Public() {
			path = strings.TrimPrefix(res.URL, vars["WXUP_HTTP_URL"])
		}
		all = append(all, kept{ep.Name, path, data})
	}
	p.kill()
	p = start(t, dir)
	vars = p.vars(t)
	for _, k := range all {
		got, status, err := fetch(at(vars, k.path), vars["WXUP_ADMIN_TOKEN"])
		if err != nil || status != 200 || !bytes.Equal(got, k.data) {
			t.Errorf("%s: fetched %d, %d bytes, %v; sent %d", k.name, status, len(got), err, len(k.data))
		}
	}
	if len(all) != len(wxup.Endpoints()) {
		t.Errorf("%d of %d rows were kept", len(all), len(wxup.Endpoints()))
	}
}
