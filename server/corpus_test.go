package server

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// corpus is a directory of image files with a MANIFEST.tsv that says what each API should answer,
// and FILENAMES.tsv.
func corpus(t *testing.T) string {
	return need.Corpus(t, "../../shared/corpus")
}

func tsv(t *testing.T, file string) []map[string]string {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			if i < len(row) {
				m[name] = row[i]
			}
		}
		list = append(list, m)
	}
	return list
}

// direct sends an upload to the handler without a network: name in the form and in meta, data as it
// is.
func (g *rig) direct(ep *wxup.Endpoint, name string, data []byte, token string) answer {
	k := keys()
	file := form.File{Part: ep.FilePart, Filename: name}
	a := attempt{ep: ep, data: data}
	var fields []form.Field
	target := ep.Path
	auth := sign.Authorization{Scheme: sign.SchemeRSA, MchID: mchid, NonceStr: randomHex(16), Timestamp: strconv.FormatInt(g.now().Unix(), 10), SerialNo: sign.Serial(k.mine.pair.Leaf)}
	switch ep.Family {
	case wxup.PayV3:
		meta := encodeJSON(map[string]string{"filename": name, "sha256": a.digest()})
		fields = []form.Field{{Name: "meta", Value: string(meta), ContentType: "application/json"}}
		auth.Signature, _ = sign.RSA(k.mine.key, sign.V3Request("POST", target, auth.Timestamp, auth.NonceStr, meta))
	case wxup.PayV2:
		v := map[string]string{"mch_id": mchid, "media_hash": a.digest()}
		fields = []form.Field{{Name: "mch_id", Value: mchid}, {Name: "media_hash", Value: v["media_hash"]}, {Name: "sign", Value: sign.V2(v["sign_type"], v, apiV2Key)}}
	default:
		target += "?access_token=" + token
	}
	body, err := form.New(file, fields...)
	if err != nil { // a name that cannot be written plainly: raw, as careless clients do
		safe := form.SafeName(name)
		file.Filename = "RAWNAME"
		if body, err = form.New(file, fields...); err != nil {
			g.t.Fatal(safe, err)
		}
	}
	var buf bytes.Buffer
	buf.ReadFrom(body.Reader(bytes.NewReader(data)))
	raw := bytes.Replace(buf.Bytes(), []byte(`filename="RAWNAME"`), []byte(`filename="`+strings.ReplaceAll(name, `"`, "%22")+`"`), 1)
	r := httptest.NewRequest("POST", target, bytes.NewReader(raw))
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{k.mine.pair.Leaf}}
	r.Header = http.Header{"Accept": {"*/*"}, "User-Agent": {"test"}, "Content-Type": {body.ContentType()}, "Authorization": {auth.String()}}
	w := httptest.NewRecorder()
	g.srv.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// verdict is the answer in the corpus's words.
func verdict(ep *wxup.Endpoint, got answer) string {
	switch ep.Family {
	case wxup.PayV3:
		var r wire.V3Refusal
		json.Unmarshal([]byte(got.body), &r)
		return strings.TrimSpace(fmt.Sprint(got.status, " ", r.Code))
	case wxup.PayV2:
		fields, _ := wire.UnmarshalV2([]byte(got.body))
		if fields["media_id"] != "" {
			return "SUCCESS"
		}
		return fields["err_code"] + " " + fields["err_code_des"]
	}
	a, _ := wire.UnmarshalAccount([]byte(got.body))
	return strconv.Itoa(a.ErrCode)
}

// agrees compares a verdict with an expectation of the manifest; ok is whether the file was
// accepted.
func agrees(want, got string, ok bool) bool {
	switch {
	case strings.HasPrefix(want, "silent"):
		return true
	case strings.HasPrefix(want, "accept"), strings.HasPrefix(want, "200 media_url"), strings.HasPrefix(want, "SUCCESS"), strings.HasPrefix(want, "0 url"):
		return ok
	case strings.HasPrefix(want, "reject"):
		return !ok
	case strings.HasPrefix(want, "PARAM_ERROR"):
		return strings.HasPrefix(got, "PARAM_ERROR")
	case strings.HasPrefix(want, "403"):
		return got == "403 REQUEST_BLOCKED"
	}
	return strings.HasPrefix(want, got) // 40005, 40009
}

// cutFiles are files that the manifest calls disputed and would accept, and that end inside a
// segment or chunk: whoever sent them has lost the rest. They are refused like any other cut file
// (docs/differences.md).
var cutFiles = map[string]bool{
	"go-fuzz-png/5c3ed56ce71be1412d4d679d15d4b0c081385cfe-3":   true,
	"go-fuzz-png/df6c8819922811197eb8b17369e379060099fce8-1":   true,
	"go-fuzz-png/ff341f97c6db6ad42ed0c8750f072cd2e076426b-4":   true,
	"jpeg-decoder-afl/id_001427_src_000319_op_havoc_rep_1.jpg": true,
	"zune-fuzz/96b39cb531dec93493bf18c4c46df190704cb887":       true,
	"zune-fuzz/aca4f2657eef750988c7bdd29e4f98bfedf026ad":       true,
}

// TestCorpus uploads every file of the corpus to each of the three APIs, and compares the answers
// with the manifest.
func TestCorpus(t *testing.T) {
	need.Time(t)
	dir := corpus(t)
	g := newRig(t)
	token := g.token()
	count := map[string]int{}
	var slowest time.Duration
	for _, row := range tsv(t, filepath.Join(dir, "MANIFEST.tsv")) {
		data, err := os.ReadFile(filepath.Join(dir, "files", row["path"]))
		if err != nil {
			t.Fatal(err)
		}
		for _, api := range []struct {
			ep     *wxup.Endpoint
			column string
		}{{wxup.MarketingImage, "expect_v3"}, {wxup.SecapiMedia, "expect_secapi"}, {wxup.ArticleImage, "expect_uploadimg"}} {
			begun := time.Now()
			got := verdict(api.ep, g.direct(api.ep, row["send_as"], data, token))
			slowest = max(slowest, time.Since(begun))
			ok := got == "200" || got == "SUCCESS" || got == "0"
			count[api.ep.Name+map[bool]string{true: " accepted", false: " refused"}[ok]]++
			if !agrees(row[api.column], got, ok) {
				count["disagree"]++
				if cutFiles[row["path"]] && !ok {
					continue
				}
				t.Errorf("%s as %q to %s (%s, %s): got %s, the manifest says %s: %s", row["path"], row["send_as"], api.ep.Name, row["tier"], row["structure_walk"], got, row[api.column], g.lastExchange().Reason)
			}
		}
	}
	t.Logf("%v; the slowest took %s", count, slowest)
}

// TestFilenames sends a good photo under hostile names.
func TestFilenames(t *testing.T) {
	dir := corpus(t)
	g := newRig(t)
	token := g.token()
	for _, row := range tsv(t, filepath.Join(dir, "FILENAMES.tsv")) {
		var name string
		if err := json.Unmarshal([]byte(row["filename_json"]), &name); err != nil {
			if err := json.Unmarshal([]byte(`"`+row["filename_json"]+`"`), &name); err != nil {
				t.Fatalf("%s: %v", row["filename_json"], err)
			}
		}
		for _, api := range []struct {
			ep     *wxup.Endpoint
			column string
		}{{wxup.MarketingImage, "expect_v3"}, {wxup.SecapiMedia, "expect_secapi"}, {wxup.ArticleImage, ""}} {
			got := verdict(api.ep, g.direct(api.ep, name, photo(), token))
			ok := false
			for _, want := range strings.Split(row[api.column], " or ") {
				ok = ok || api.column == "" || strings.HasPrefix(got, strings.Fields(want + " x")[0])
			}
			if !ok {
				t.Errorf("%.80q (%s; %d characters) to %s: got %s, want %s: %s", name, row["why"], utf8.RuneCountInString(name), api.ep.Name, got, row[api.column], g.lastExchange().Reason)
			}
		}
	}
	if strings.ContainsFunc(g.log.String(), func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r == 0x202e }) {
		t.Error("a control character of a name stands in the log")
	}
}
