package explain

import (
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/wxup/wxup/wire"
)

// realOthers are calls of WeChat's with nearly the path of an upload.
var realOthers = []string{
	"/cgi-bin/media/uploadnews", "/cgi-bin/media/uploadvideo", "/cgi-bin/media/get", "/cgi-bin/media/upload_by_url", "/cgi-bin/material/add_news",
	"/cgi-bin/material/update_news", "/cgi-bin/material/get_material", "/cgi-bin/material/del_material", "/cgi-bin/material/batchget_material",
	"/cgi-bin/webhook/upload_media", "/cgi-bin/webhook/send",
}

// pathWord matches a word of a path; upload is one even without anything around it: uploadimg.
var pathWord = regexp.MustCompile(`upload|[a-z0-9]+`)

// wordsOf returns the words of a path.
func wordsOf(path string) []string {
	words := pathWord.FindAllString(strings.ReplaceAll(path, "upload", "-upload-"), -1)
	for i, w := range words {
		if w == "img" || w == "images" {
			words[i] = "image"
		}
	}
	return words
}

// sameWords finds the upload that has most of the words of a path that is meant for one, in any
// order: at least three of four. It is nil if none has.
func sameWords(path string) (best *apiCall) {
	have := wordsOf(path)
	if !slices.Contains(have, "upload") {
		return nil
	}
	root, _, _ := strings.Cut(path[1:], "/")
	most := 0.74
	for i := range calls() {
		c := &calls()[i]
		if c.method != http.MethodPost || c.ask != "" || !strings.HasPrefix(c.path, "/"+root+"/") {
			continue
		}
		want := wordsOf(c.path)
		rest, shared := slices.Clone(want), 0
		for _, w := range have {
			if at := slices.Index(rest, w); at >= 0 {
				rest, shared = slices.Delete(rest, at, at+1), shared+1
			}
		}
		if score := 2 * float64(shared) / float64(len(have)+len(want)); score > most {
			best, most = c, score
		}
	}
	return best
}

// namesLike returns the call that a path names without the right words around: that of a token
// under a name like it, or one whose last word is right.
func namesLike(p string) *apiCall {
	dir, base := path.Split(strings.TrimSuffix(strings.TrimSuffix(p, ".json"), ".do"))
	at := ""
	switch strings.NewReplacer("_", "", "-", "").Replace(base) {
	case "token", "accesstoken", "getaccesstoken":
		if dir == "/cgi-bin/" || dir == "/cgi-bin/oauth/" || dir == "/cgi-bin/auth/" {
			at = wire.TokenPath
		}
	case "stableaccesstoken", "getstableaccesstoken", "getstabletoken":
		at = wire.StableTokenPath
	}
	for i := range calls() {
		c := &calls()[i]
		if c.path == at || c.path == dir+"api_"+base || strings.HasPrefix(base, "add_") && path.Base(c.path) == base && strings.HasPrefix(dir, "/cgi-bin/") {
			return c
		}
	}
	return nil
}
