package explain

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// signedForms are what programs of strangers signed in place of one line: □ is the right line. Each
// is a row of the table of mistakes.
var signedForms = []struct {
	line   int
	want   string
	signed []string
}{
	{0, "v3.method.other", []string{"undefined", "null", `"POST"`, "'POST'", "HttpMethod.POST", "Method: POST", "Optional(\"POST\")", "{method}", "${httpMethod}"}},
	{1, "v3.url.instead", []string{"undefined", "[object Object]", "{url}", "${path}", "$uri", "None", "%s"}},
	{1, "v3.url.form", []string{`"□"`, `Some("□")`, `Optional("□")`, "POST □", "url=□", `□\n`, "□□"}},
	{1, "v3.url.sibling", []string{"/v3/profitsharing/orders"}},
	{1, "v3.url.misspelled", []string{"/v2/marketing/favor/media/image-upload", "/v3/marketing/favour/media/image-upload", "/v3/marketing/favor/image-upload", "/v3/marketing/favor/media/image_upload",
		"/v3/marketing/favor/media/imageupload", "/v3/favor/media/image-upload", "/v3/marketing/favor/media/upload-image", "/v3/merchant/media/image-upload"}},
	{1, "v3.url.absolute", []string{"HTTPS://API.MCH.WEIXIN.QQ.COM□", "https%3A%2F%2Fapi.mch.weixin.qq.com%2Fv3%2Fmarketing%2Ffavor%2Fmedia%2Fimage-upload", "https://api.mch.weixin.qq.com□/"}},
	{2, "v3.timestamp.nothing", []string{"{timestamp}", "time()", "Date.now()", "NaN", "function now() { [native code] }", "1554208460", "%d"}},
	{2, "v3.timestamp.form", []string{"'□'", "-□", "+□", "0□", "Optional(□)", "Ok(□)", "timestamp=□", "□.5", "2025-08-12", "2025-08-12 20:00:00 +0800", "Tue Aug 12 2025 20:00:00 GMT+0800 (中国标准时间)",
		"Tue Aug 12 20:00:00 CST 2025", "8/12/2025 12:00:00 PM", "2025-08-12T12:00:00.123Z", "2025-08-12 12:00:00 +0000", "638905968000000000", "776692800", "1.755e+09", "175500000", "0000005571"}},
	{2, "v3.timestamp.milliseconds", []string{"□123", "□123000", "□123000000"}},
	{2, "v3.timestamp.other", []string{"1754913600", "1755000600", "1755086400"}},
	{3, "v3.nonce.nothing", []string{"{nonceStr}", "${nonce}", "1900009191", "Math.random()", "uuid.uuid4()", "[object Object]", "null"}},
	{3, "v3.nonce.form", []string{"□□", "'□'", "b'□'", "nonce_str=□", "{□}", "593BEC0C930BF1AFEB40B4A08C8Fb24", "93BEC0C930BF1AFEB40B4A08C8Fb242", "C8Fb242", "242bF8C80A4B04BEFA1FB039C0CEB395"}},
	{4, "v3.body.literal", []string{"{meta}", "${metaStr}", "[object FormData]", "%!s(<nil>)", "<class 'dict'>", "System.Net.Http.StringContent", "json.dumps(meta)", "application/json", `{"meta":{}}`, "YOUR_META"}},
	{4, "v3.meta.wrapped", []string{"meta:□", `"□"`, "'□'", `Optional(□)`, "<meta>□</meta>", "□,", "□□□"}},
	{4, "v3.meta.encoded", []string{`%7B%22`}},
}

// printedMetas are metas as languages print the object: ① is the file's name and ② its digest.
var printedMetas = []string{
	"{'sha256': '②', 'filename': '①'}", "{sha256=②, filename=①}", "FileMeta(filename=①, sha256=②)", "UploadMeta{filename='①', sha256='②'}", "ImageMeta(filename='①', sha256='②')",
	"{① ②}", "&{① ②}", "{Filename:① Sha256:②}", "&{FileName:① SHA256:②}", `map[string]string{"filename":"①", "sha256":"②"}`, `main.Meta{Filename:"①", Sha256:"②"}`,
	`%{"filename" => "①", "sha256" => "②"}`, `Object {"filename": String("①"), "sha256": String("②")}`, "Meta {\n    filename: \"①\",\n    sha256: \"②\",\n}", `Meta(filename: "①", sha256: "②")`,
	"{filename: ①, sha256: ②}", "$VAR1 = {\n          'filename' => '①',\n          'sha256' => '②'\n        };\n", "Meta { filename = ①, sha256 = ② }", "UploadMeta { Filename = ①, Sha256 = ② }",
	"[filename, ①],[sha256, ②]", "{\n  filename: '①',\n  sha256: '②'\n}", "{filename:'①',sha256:'②'}", "filename,①,sha256,②", "Map(2) { 'filename' => '①', 'sha256' => '②' }",
	`[["filename","①"],["sha256","②"]]`, "filename: ①\nsha256: ②\n", "filename = \"①\"\nsha256 = \"②\"\n", "<xml><filename><![CDATA[①]]></filename><sha256><![CDATA[②]]></sha256></xml>",
	`["①", "②"]`, `#{<<"filename">> => <<"①">>,<<"sha256">> => <<"②">>}`, "[('filename', '①'), ('sha256', '②')]", "OrderedDict([('filename', '①'), ('sha256', '②')])",
	"Meta(filename='①', sha256='②')", "filename='①' sha256='②'", "Map(filename -> ①, sha256 -> ②)", `{:filename "①", :sha256 "②"}`, `Dict("filename" => "①", "sha256" => "②")`,
	"filename=①;sha256=②", `{"filename":"①","sha256":"②",}`, `"filename":"①","sha256":"②"`, `{"filename":①,"sha256":②}`, `#<struct Meta filename="①", sha256="②">`,
}

// changedMetas are metas with one value or name changed.
var changedMetas = []struct {
	want  string
	metas []string
}{
	{"v3.meta.digest", []string{`{"filename":"①","sha256":"undefined"}`, `{"filename":"①","sha256":null}`, `{"filename":"①","sha256":"[object Object]"}`, `{"filename":"①","sha256":"③"}`, `{"filename":"①","sha256":"④"}`,
		`{"filename":"①","sha256":"{sha256}"}`, `{"filename":"①","sha256":"sha256:②"}`}},
	{"v3.meta.filename", []string{`{"filename":"undefined","sha256":"②"}`, `{"filename":null,"sha256":"②"}`, `{"filename":"/tmp/①","sha256":"②"}`, `{"filename":"C:\\images\\①","sha256":"②"}`,
		`{"filename":"filea.png","sha256":"②"}`, `{"filename":"\"①\"","sha256":"②"}`, `{"filename":"${filename}","sha256":"②"}`}},
	{"v3.meta.key_names", []string{`{"filename":"①","sha_256":"②"}`, `{"filename":"①","SHA256":"②"}`, `{"filename":"①","md5":"②"}`, `{"name":"①","digest":"②"}`}},
	{"v3.meta.member_added", []string{`{"filename":"①","sha256":"②","size":⑤}`, `{"filename":"①","sha256":"②","type":"image/jpeg"}`, `{"filename":"①","sha256":"②","mchid":"1900009191"}`}},
}

// sentHeaders are Authorization headers that strangers sent. Ⓜ stands for the mchid, Ⓝ for
// nonce_str, Ⓣ for the timestamp, Ⓢ for serial_no and Ⓖ for the signature, all of them right.
var sentHeaders = []struct{ want, header string }{
	{"v3.authorization.no_pairs", `WECHATPAY2-SHA256-RSA2048 undefined`},
	{"v3.authorization.no_pairs", `WECHATPAY2-SHA256-RSA2048 Ⓖ`},
	{"v3.authorization.closing_quote", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ,nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="Ⓢ",signature="Ⓖ"`},
	{"v3.authorization.closing_quote", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",nonce_str="Ⓝ",timestamp="Ⓣ",signature="Ⓖ",serial_no="Ⓢ`},
	{"v3.authorization.escaped", `WECHATPAY2-SHA256-RSA2048 mchid=&quot;Ⓜ&quot;,nonce_str=&quot;Ⓝ&quot;,timestamp=&quot;Ⓣ&quot;,signature=&quot;Ⓖ&quot;,serial_no=&quot;Ⓢ&quot;`},
	{"v3.authorization.equals", `WECHATPAY2-SHA256-RSA2048 mchid=>"Ⓜ",nonce_str=>"Ⓝ",timestamp=>"Ⓣ",serial_no=>"Ⓢ",signature=>"Ⓖ"`},
	{"v3.authorization.pair_name", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="Ⓢ",signatrue="Ⓖ"`},
	{"v3.authorization.pair_name", `WECHATPAY2-SHA256-RSA2048 sp_mchid="Ⓜ",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="Ⓢ",signature="Ⓖ"`},
	{"v3.authorization.commas", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",\nnonce_str="Ⓝ",\ntimestamp="Ⓣ",\nserial_no="Ⓢ",\nsignature="Ⓖ"`},
	{"v3.authorization.swapped", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓝ",nonce_str="Ⓜ",timestamp="Ⓣ",serial_no="Ⓢ",signature="Ⓖ"`},
	{"v3.authorization.swapped", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",nonce_str="Ⓢ",timestamp="Ⓣ",serial_no="Ⓝ",signature="Ⓖ"`},
	{"v3.authorization.swapped", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",nonce_str="Ⓣ",timestamp="Ⓝ",serial_no="Ⓢ",signature="Ⓖ"`},
	{"v3.authorization.placeholder", `WECHATPAY2-SHA256-RSA2048 mchid="undefined",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="Ⓢ",signature="Ⓖ"`},
	{"v3.authorization.placeholder", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="null",signature="Ⓖ"`},
	{"v3.authorization.placeholder", `WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="Ⓢ",signature="Ⓖ"`},
	{"v3.authorization.placeholder", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="1FB89742D19F2BD30B69948D16DECA0FCB4481EB",signature="Ⓖ"`},
	{"v3.mchid.not_number", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ.0",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="Ⓢ",signature="Ⓖ"`},
	{"v3.serial.decorated", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="{serial_no=Ⓢ}",signature="Ⓖ"`},
	{"v3.signature.prefix", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="Ⓢ",signature="v1=Ⓖ"`},
	{"v3.signature.quoted", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="Ⓢ",signature="{Ⓖ}"`},
	{"v3.signature.ends", `WECHATPAY2-SHA256-RSA2048 mchid="Ⓜ",nonce_str="Ⓝ",timestamp="Ⓣ",serial_no="Ⓢ",signature="Ⓖ;"`},
}

// v3Rows are the mistakes of these tables.
func v3Rows() (list []mistake) {
	add := func(name, want string, make func(c *client)) { list = append(list, mistake{name, want, make}) }
	for _, x := range signedForms {
		for _, form := range x.signed {
			if form == `%7B%22` {
				form = base64.RawURLEncoding.EncodeToString([]byte(newClient().meta))
			}
			add(fmt.Sprintf("line %d: %s", x.line, form), x.want, setLine(x.line, func(_ *client, s string) string { return strings.ReplaceAll(form, "□", s) }))
		}
	}
	for _, x := range sentHeaders {
		add(x.header, x.want, func(c *client) {
			c.header = func(c *client, signature string) string {
				return strings.NewReplacer("Ⓜ", c.mchid, "Ⓝ", c.nonce, "Ⓣ", c.timestamp, "Ⓢ", c.serial, "Ⓖ", signature).Replace(x.header)
			}
		})
	}
	meta := func(form string) func(c *client) {
		return signBody(func(c *client) string {
			return strings.NewReplacer("①", c.filename, "②", c.digest(), "③", fmt.Sprintf("%x", md5sum(string(c.file), "")), "④", hexOf(c.digest()), "⑤", fmt.Sprint(len(c.file))).Replace(form)
		})
	}
	for _, form := range printedMetas {
		add("printed: "+form, "v3.meta.not_json", meta(form))
	}
	for _, x := range changedMetas {
		for _, form := range x.metas {
			add("meta: "+form, x.want, meta(form))
		}
	}
	return list
}
