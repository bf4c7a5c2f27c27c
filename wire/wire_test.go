package wire

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/sign"
)

// TestMeta: what is written, and that it is read back; what a stranger writes, and what is taken
// from it.
func TestMeta(t *testing.T) {
	for want, fields := range map[string][]Field{
		`{}`:                                 nil,
		`{"filename":"a.jpg","sha256":"b5"}`: {{"filename", "a.jpg"}, {"sha256", "b5"}},
		`{"sha256":"b5","filename":"图 <&>.jpg"}`: {{"sha256", "b5"}, {"filename", "图 <&>.jpg"}},
		`{"a.b":"\"\\\n"}`:                       {{"a.b", "\"\\\n"}},
		`{"\"":""}`:                              {{`"`, ""}},
	} {
		text := MarshalMeta(fields)
		if text != want {
			t.Errorf("%v is written as %s, want %s", fields, text, want)
		}
		all := map[string]string{}
		for _, f := range fields {
			all[f.Name] = f.Value
		}
		if got, err := ParseMeta([]byte(text)); err != nil || !maps.Equal(got, all) {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]struct {
		meta map[string]string
		err  string
	}{
		"\ufeff{ \"filename\" : \"a\" }\n":     {map[string]string{"filename": "a"}, ""},
		`{"filename":"a","n":1,"o":{"a":"b"}}`: {map[string]string{"filename": "a"}, ""},
		`{"filename":"\u56fe\/"}`:              {map[string]string{"filename": "图/"}, ""},
		`{"o":{"a":"1","a":"2"}}`:              {map[string]string{}, ""},
		`{"a":"1","a":"2"}`:                    {nil, `meta holds "a" twice`},
		`{"a":"1","\u0061":"2"}`:               {nil, `meta holds "a" twice`},
		`{"a":1,"a":"2"}`:                      {nil, `meta holds "a" twice`},
		``:                                     {nil, "meta is not a JSON object"},
		`["a"]`:                                {nil, "meta is not a JSON object"},
		`"a"`:                                  {nil, "meta is not a JSON object"},
		`{"a":"1"`:                             {nil, "meta is not valid JSON"},
		`{"a":}`:                               {nil, "meta is not valid JSON"},
		`{a:"1"}`:                              {nil, "meta is not valid JSON"},
		`{"a":"1"}{}`:                          {nil, "something follows meta's JSON object"},
		`{"a":"1"},`:                           {nil, "something follows meta's JSON object"},
		"{\"a\":\"\xff\"}":                     {nil, "meta is not UTF-8"},
		`{"` + strings.Repeat("x", 99) + `":1, 2`: {nil, "meta is not valid JSON"},
	} {
		got, err := ParseMeta([]byte(text))
		if !maps.Equal(got, want.meta) || said(err) != want.err {
			t.Errorf("%q: %v, %q; want %v, %q", text, got, said(err), want.meta, want.err)
		}
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestV3Answer: the body of an accepted upload.
func TestV3Answer(t *testing.T) {
	for want, c := range map[string]struct {
		members []Member
		path    string // of a member that is read back
	}{
		`{"media_url":"https://a/b?c&d"}`: {[]Member{{"media_url", "https://a/b?c&d"}}, "media_url"},
		`{"receipt":{"id":"1","type":"x"},"n":3}`: {
			[]Member{{"receipt.id", "1"}, {"n", 3}, {"receipt.type", "x"}}, "receipt.id"},
		`{"a":{"b":{"c":"d"}}}`: {[]Member{{"a.b.c", "d"}}, "a.b.c"},
	} {
		body, err := MarshalV3(c.members...)
		if err != nil || string(body) != want {
			t.Errorf("%v: %s, %v; want %s", c.members, body, err, want)
		}
		if value, err := UnmarshalV3(c.path, body); err != nil || value != c.members[0].Value {
			t.Errorf("%s of %s: %q, %v", c.path, body, value, err)
		}
	}
	if body, err := MarshalV3(Member{"a", func() {}}); err == nil {
		t.Errorf("a function is written as %s", body)
	}
	for body, want := range map[string][2]string{ // asked for media_id
		`{"image_url":"u"}`:              {"u", ""},
		`{"media_url":"u","other":[1]}`:  {"u", ""},
		`{"media_id":"","image_url":""}`: {"", "the answer has no media_id"},
		`{"media_id":7}`:                 {"", "the answer has no media_id"},
		`null`:                           {"", "the answer has no media_id"},
		`[]`:                             {"", "the answer is not a JSON object"},
		`<html>`:                         {"", "the answer is not a JSON object"},
	} {
		value, err := UnmarshalV3("media_id", []byte(body))
		if value != want[0] || said(err) != want[1] {
			t.Errorf("%s: %q, %q; want %q", body, value, said(err), want)
		}
	}
}

// TestProof: the headers of an answer, set and read.
func TestProof(t *testing.T) {
	whole := Proof{"1554209980", "c5ac7061fccab6bf3e254dcf98995b8c", "c2ln", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"}
	header := http.Header{}
	whole.Set(header)
	if got, err := ReadProof(header); err != nil || got != whole {
		t.Errorf("%v is read as %v, %v", header, got, err)
	}
	header.Del("Wechatpay-Signature-Type") // older answers have none
	if got, err := ReadProof(header); err != nil || got != whole {
		t.Errorf("without its type: %v, %v", got, err)
	}
	for _, name := range []string{"Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial"} {
		less := header.Clone()
		less.Del(name)
		if _, err := ReadProof(less); said(err) != "it has no "+name {
			t.Errorf("without %s: %v", name, err)
		}
	}
	header.Set("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3")
	if _, err := ReadProof(header); err == nil || !strings.Contains(err.Error(), "SM2") {
		t.Errorf("another type: %v", err)
	}
	now := time.Unix(1554209980, 0)
	for timestamp, want := range map[string]string{
		"1554209980": "", "1554209680": "", "1554210280": "",
		"1554209679":          "its Wechatpay-Timestamp is 1554209679, the clock here 1554209980: more than 300 seconds off",
		"1554210281":          "its Wechatpay-Timestamp is 1554210281, the clock here 1554209980: more than 300 seconds off",
		"+1554209980":         `its Wechatpay-Timestamp "+1554209980" is not a number of seconds`,
		"1554209980.5":        `its Wechatpay-Timestamp "1554209980.5" is not a number of seconds`,
		"":                    `its Wechatpay-Timestamp "" is not a number of seconds`,
		"9223372036854775807": "its Wechatpay-Timestamp is 9223372036854775807, the clock here 1554209980: more than 300 seconds off",
	} {
		if err := (Proof{Timestamp: timestamp}).Within(now); said(err) != want {
			t.Errorf("%q: %q, want %q", timestamp, said(err), want)
		}
	}
}

// TestSignDetail: the string to sign as WeChat shows it, with the body's first 8 bytes.
func TestSignDetail(t *testing.T) {
	for body, want := range map[string]string{"": "", "short": "short", `{"filename":"a.jpg"}`: `{"filena`} {
		text := "POST\n/v3/x\n1\nn\n" + body + "\n"
		got, err := SignDetail("POST", "/v3/x", []byte(text), len(body))
		if err != nil {
			t.Fatal(err)
		}
		quoted, _ := Marshal("POST\n/v3/x\n1\nn\n" + want + "\n")
		if !strings.Contains(string(got), `"truncated_sign_message":`+string(quoted)) {
			t.Errorf("of %q: %s; want %s", body, got, quoted)
		}
	}
}

// TestCertificates: a platform certificate, sealed and opened.
func TestCertificates(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0x5dea), Subject: pkix.Name{CommonName: "Tenpay.com sign"},
		NotBefore: time.Unix(1695136558, 0), NotAfter: time.Unix(1852816558, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	apiv3 := strings.Repeat("k", 32)
	item, err := SealCertificate("5DEA", cert, apiv3, "14b16c03dc1b")
	if err != nil {
		t.Fatal(err)
	}
	text, err := Marshal(CertificateList{[]CertificateItem{item}})
	for _, want := range []string{
		`"serial_no":"5DEA","effective_time":"2023-09-19T23:15:58+08:00","expire_time":"2028-09-17T23:15:58+08:00"`,
		`"algorithm":"AEAD_AES_256_GCM"`, `"nonce":"14b16c03dc1b"`, `"associated_data":"certificate"`,
	} {
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s, %v; want %s", text, err, want)
		}
	}
	if got, err := item.Open(apiv3); err != nil || !got.Equal(cert) {
		t.Errorf("opened: %v, %v", got, err)
	}
	if _, err := item.Open(strings.Repeat("K", 32)); !errors.Is(err, sign.ErrAPIv3Key) || !strings.Contains(err.Error(), `"5DEA"`) {
		t.Errorf("another key: %v", err)
	}
	item.EncryptCertificate, err = sign.Seal(apiv3, "14b16c03dc1b", "certificate", []byte("no certificate"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := item.Open(apiv3); err == nil || errors.Is(err, sign.ErrAPIv3Key) {
		t.Errorf("no certificate in it: %v", err)
	}
}

// TestV2: an APIv2 answer, written and read.
func TestV2(t *testing.T) {
	for want, fields := range map[string][]Field{
		"<xml>\n</xml>": nil,
		"<xml>\n<return_code><![CDATA[SUCCESS]]></return_code>\n<media_id><![CDATA[a<b>&c]]></media_id>\n</xml>": {
			{"return_code", "SUCCESS"}, {"media_id", "a<b>&c"}},
		"<xml>\n<a><![CDATA[x]]]]><![CDATA[>y]]></a>\n</xml>": {{"a", "x]]>y"}},
		"<xml>\n<a><![CDATA[]]></a>\n</xml>":                  {{"a", ""}},
	} {
		body := MarshalV2(fields)
		if string(body) != want {
			t.Errorf("%v: %s, want %s", fields, body, want)
		}
		all := map[string]string{}
		for _, f := range fields {
			all[f.Name] = f.Value
		}
		if got, err := UnmarshalV2(body); err != nil || !maps.Equal(got, all) {
			t.Errorf("%s is read as %v, %v", body, got, err)
		}
	}
	const notXML, nested = "the answer is not the XML that it should be", "the answer's XML is nested deeper than it should be"
	for body, want := range map[string]struct {
		fields map[string]string
		err    string
	}{
		"<?xml version=\"1.0\"?>\n<xml><a>1</a> <b>x&amp;y<![CDATA[z]]></b></xml>\n": {map[string]string{"a": "1", "b": "x&yz"}, ""},
		"<xml/>":                          {map[string]string{}, ""},
		"<xml><a>1<!-- c -->2</a></xml>":  {map[string]string{"a": "12"}, ""},
		"<xml><a>1</a><a>1</a></xml>":     {nil, `the answer holds "a" twice`},
		"<xml><a><b>1</b></a></xml>":      {nil, nested},
		"<xml><a>1</a></xml><xml></xml>":  {nil, notXML},
		"<xml><a>1</a>":                   {nil, notXML},
		"<xml><a>&unknown;</a></xml>":     {nil, notXML},
		"":                                {nil, notXML},
		`{"return_code":"FAIL"}`:          {nil, notXML},
		"<!DOCTYPE x><xml><a>1</a></xml>": {map[string]string{"a": "1"}, ""},
	} {
		got, err := UnmarshalV2([]byte(body))
		if !maps.Equal(got, want.fields) || said(err) != want.err {
			t.Errorf("%s: %v, %q; want %v, %q", body, got, said(err), want.fields, want.err)
		}
	}
}

// TestAccount: an answer with errcode, its hints and ids, and tokens.
func TestAccount(t *testing.T) {
	members := []Member{{"url", "http://a/0?b&c"}, {"created_at", 7}}
	body, err := MarshalAccount(0, "ok", members...)
	if want := `{"url":"http://a/0?b&c","created_at":7,"errcode":0,"errmsg":"ok"}`; err != nil || string(body) != want {
		t.Errorf("%s, %v; want %s", body, err, want)
	}
	for body, want := range map[string]struct {
		code    int
		message string
		url     string
		bad     bool
	}{
		string(body):                            {0, "ok", "http://a/0?b&c", false},
		`{"url":"u"}`:                           {0, "", "u", false},
		`{"errcode":40005,"errmsg":"x"}`:        {40005, "x", "", false},
		`{"errcode":-1,"errmsg":7}`:             {-1, "", "", false},
		`{"errcode":4e1}`:                       {40, "", "", false},
		`{"errcode":null,"url":"u"}`:            {0, "", "u", false},
		`{"errcode":"40005"}`:                   {bad: true},
		`{"errcode":1.5}`:                       {bad: true},
		`{"errcode":1e300}`:                     {bad: true},
		`[]`:                                    {bad: true},
		`{"errcode":0} {"errcode":40001}`:       {bad: true},
		"\xef\xbb\xbf" + `{"errcode":0}`:        {bad: true},
		`callback({"errcode":0,"errmsg":"ok"})`: {bad: true},
	} {
		a, err := UnmarshalAccount([]byte(body))
		if (err != nil) != want.bad {
			t.Errorf("%s: %v", body, err)
		}
		if want.bad {
			continue
		}
		url, _ := a.Object.Text("url")
		if a.ErrCode != want.code || a.ErrMsg != want.message || url != want.url {
			t.Errorf("%s: %+v, url %q; want %+v", body, a, url, want)
		}
	}

	const rid = "5f5b3894-6f7cfd2e-24149285"
	if !IsRID(rid) || IsRID(rid+"0") || IsRID(strings.ToUpper(rid)) || IsRID("") {
		t.Error("IsRID")
	}
	for message, want := range map[string][2]string{
		JoinRID("invalid file type", rid):                                     {"invalid file type", rid},
		"invalid file type hint: [OOr9Ra0781d418] rid: " + rid:                {"invalid file type", rid},
		JoinHint("invalid corpid", 40013, "1571797218565236350", "192.0.2.7"): {"invalid corpid", ""},
		"ok": {"ok", ""},
		"":   {"", ""},
	} {
		if text, id := SplitRID(message); text != want[0] || id != want[1] {
			t.Errorf("%q is split into %q and %q, want %q", message, text, id, want)
		}
	}
	if hint := JoinHint("m", 40013, "1", "192.0.2.7"); !strings.HasSuffix(hint, "from ip: 192.0.2.7, more info at https://open.work.weixin.qq.com/devtool/query?e=40013") {
		t.Error(hint)
	}

	text, err := Marshal(Token{"57_A-b", 7200})
	if err != nil || string(text) != `{"access_token":"57_A-b","expires_in":7200}` {
		t.Errorf("%s, %v", text, err)
	}
	for body, want := range map[string]bool{
		string(text): true, `{"access_token":"x","expires_in":0,"errcode":0}`: true, `{"access_token":"x"}`: true,
		`{"access_token":"","expires_in":1}`: false, `{"access_token":"x","expires_in":-1}`: false,
		`{"access_token":7}`: false, `{"access_token":"x","expires_in":"7200"}`: false, `{"errcode":40001}`: false, ``: false,
	} {
		if _, ok := UnmarshalToken([]byte(body)); ok != want {
			t.Errorf("%s: a token %v", body, ok)
		}
	}
}

// TestHosts: every host of WeChat's takes uploads, those with a backup have one that does, and
// strangers' do not.
func TestHosts(t *testing.T) {
	for _, host := range append(append([]string{CorpHost}, PayHosts...), AccountHosts...) {
		if !IsWeChat(host) {
			t.Errorf("%s is not WeChat's", host)
		}
		if b := Backup(host); b != "" && (!IsWeChat(b) || b == host || Backup(b) != "") {
			t.Errorf("the backup of %s is %s", host, b)
		}
	}
	for _, host := range append([]string{"", "weixin.qq.com", "api.mch.weixin.qq.com.example.com", "127.0.0.1"}, OtherHosts...) {
		if IsWeChat(host) || Backup(host) != "" {
			t.Errorf("%q takes uploads", host)
		}
	}
}
