package form

import (
	"strconv"
	"strings"
	"testing"
)

// clients are bodies as real clients lay them out. Where it says captured, the client was run and
// looked at on the wire (boundaries, names and contents are replaced); the others follow the
// client's source or a published sample.
var clients = []struct {
	name        string
	contentType string
	body        string // see wire
	parts       []string
	warnings    string
}{
	{
		"the documents' own sample, literally: no blank before boundary, semicolons at the end, image/jpg",
		"multipart/form-data;boundary=boundary",
		`--boundary
Content-Disposition: form-data; name="meta";
Content-Type: application/json

{ "filename": "filea.jpg", "sha256": " hjkahkjsjkfsjk78687dhjahdajhk " }
--boundary
Content-Disposition: form-data; name="file"; filename="filea.jpg";
Content-Type: image/jpg

<PNG>
--boundary--
`,
		[]string{
			`"meta" type "application/json" content "{ \"filename\": \"filea.jpg\", \"sha256\": \" hjkahkjsjkfsjk78687dhjahdajhk \" }"`,
			`"file" file "filea.jpg" type "image/jpg" content PNG`,
		}, "",
	},
	{
		"the documents' curl sample: file first, meta over several lines",
		"multipart/form-data; boundary=------------------------17dbf421bb774b85",
		`--------------------------17dbf421bb774b85
Content-Disposition: form-data; name="file"; filename="filea.jpg"
Content-Type: image/jpeg

<PNG>
--------------------------17dbf421bb774b85
Content-Disposition: form-data; name="meta"
Content-Type: application/json

{<LF>  "filename": "filea.jpg",<LF>  "sha256": "00"<LF>}
--------------------------17dbf421bb774b85--
`,
		[]string{
			`"file" file "filea.jpg" type "image/jpeg" content PNG`,
			`"meta" type "application/json" content "{\n  \"filename\": \"filea.jpg\",\n  \"sha256\": \"00\"\n}"`,
		}, "",
	},
	{
		"wechatpay-go 0.2.21 (captured)",
		"multipart/form-data; boundary=2f1c6c0a55d1a1a86a1a5c8e0a6a1b2c3d4e5f60718293a4b5c6d7e8f901",
		`--2f1c6c0a55d1a1a86a1a5c8e0a6a1b2c3d4e5f60718293a4b5c6d7e8f901
Content-Disposition: form-data; name="meta";
Content-Type: application/json

{"filename":"demo.png","sha256":"00"}
--2f1c6c0a55d1a1a86a1a5c8e0a6a1b2c3d4e5f60718293a4b5c6d7e8f901
Content-Disposition: form-data; name="file"; filename="demo.png"
Content-Type: image/png

<PNG>
--2f1c6c0a55d1a1a86a1a5c8e0a6a1b2c3d4e5f60718293a4b5c6d7e8f901--
`,
		[]string{
			`"meta" type "application/json" content "{\"filename\":\"demo.png\",\"sha256\":\"00\"}"`,
			`"file" file "demo.png" type "image/png" content PNG`,
		}, "",
	},
	{
		"wechatpay-php 1.4.12 with Guzzle 7.8 (captured): type before disposition, a length in the file's part",
		"multipart/form-data; boundary=8d3c2f0b6c1a4e5f9a7b8c6d5e4f3a2b1c0d9e8f",
		`--8d3c2f0b6c1a4e5f9a7b8c6d5e4f3a2b1c0d9e8f
Content-Type: application/json
Content-Disposition: form-data; name="meta"

{"filename":"\u56fe.png","sha256":"00"}
--8d3c2f0b6c1a4e5f9a7b8c6d5e4f3a2b1c0d9e8f
Content-Disposition: form-data; name="file"; filename="demo.png"
Content-Length: 17
Content-Type: image/png

<PNG>
--8d3c2f0b6c1a4e5f9a7b8c6d5e4f3a2b1c0d9e8f--
`,
		[]string{
			`"meta" type "application/json" content "{\"filename\":\"\\u56fe.png\",\"sha256\":\"00\"}"`,
			`"file" file "demo.png" type "image/png" content PNG`,
		}, "2:part-content-length",
	},
	{
		"plain Guzzle (captured): a length in every part",
		"multipart/form-data; boundary=8d3c2f0b6c1a4e5f9a7b8c6d5e4f3a2b1c0d9e8f",
		`--8d3c2f0b6c1a4e5f9a7b8c6d5e4f3a2b1c0d9e8f
Content-Disposition: form-data; name="mch_id"
Content-Length: 10

1900009191
--8d3c2f0b6c1a4e5f9a7b8c6d5e4f3a2b1c0d9e8f
Content-Disposition: form-data; name="media"; filename="demo.png"
Content-Length: 17
Content-Type: image/png

<PNG>
--8d3c2f0b6c1a4e5f9a7b8c6d5e4f3a2b1c0d9e8f--
`,
		[]string{
			`"mch_id" type "" content "1900009191"`,
			`"media" file "demo.png" type "image/png" content PNG`,
		}, "1:part-content-length 2:part-content-length",
	},
	{
		"wechatpay-axios-plugin 0.9.6, getBuffer (captured): meta without a type",
		"multipart/form-data; boundary=--------------------------836210942173625438810354",
		`----------------------------836210942173625438810354
Content-Disposition: form-data; name="meta"

{"filename":"demo.png","sha256":"00"}
----------------------------836210942173625438810354
Content-Disposition: form-data; name="file"; filename="demo.png"
Content-Type: image/png

<PNG>
----------------------------836210942173625438810354--
`,
		[]string{
			`"meta" type "" content "{\"filename\":\"demo.png\",\"sha256\":\"00\"}"`,
			`"file" file "demo.png" type "image/png" content PNG`,
		}, "",
	},
	{
		"the same, its Multipart object given to axios 1 (captured): the file has no file name",
		"multipart/form-data; boundary=axios-1.21.1-boundary-PfQ3w8Zr0aTnXv5sKd7uHj2Lm",
		`--axios-1.21.1-boundary-PfQ3w8Zr0aTnXv5sKd7uHj2Lm
Content-Disposition: form-data; name="meta"
Content-Type: application/octet-stream

{"filename":"demo.png","sha256":"00"}
--axios-1.21.1-boundary-PfQ3w8Zr0aTnXv5sKd7uHj2Lm
Content-Disposition: form-data; name="file"
Content-Type: application/octet-stream

<PNG>
--axios-1.21.1-boundary-PfQ3w8Zr0aTnXv5sKd7uHj2Lm--
`,
		[]string{
			`"meta" type "application/octet-stream" content "{\"filename\":\"demo.png\",\"sha256\":\"00\"}"`,
			`"file" type "application/octet-stream" content PNG`,
		}, "",
	},
	{
		"wechatpay-java, OkHttp 3 addFormDataPart (captured): UUID boundary, lengths, meta without a type",
		"multipart/form-data; boundary=6f4c7d2e-0c1b-4f5a-9e3d-8a7b6c5d4e3f",
		`--6f4c7d2e-0c1b-4f5a-9e3d-8a7b6c5d4e3f
Content-Disposition: form-data; name="meta"
Content-Length: 37

{"filename":"demo.png","sha256":"00"}
--6f4c7d2e-0c1b-4f5a-9e3d-8a7b6c5d4e3f
Content-Disposition: form-data; name="file"; filename="demo.png"
Content-Type: image/png
Content-Length: 17

<PNG>
--6f4c7d2e-0c1b-4f5a-9e3d-8a7b6c5d4e3f--
`,
		[]string{
			`"meta" type "" content "{\"filename\":\"demo.png\",\"sha256\":\"00\"}"`,
			`"file" file "demo.png" type "image/png" content PNG`,
		}, "1:part-content-length 2:part-content-length",
	},
	{
		"the official Java sample, OkHttp (captured): a charset on meta, the sample's own file name",
		"multipart/form-data; boundary=6f4c7d2e-0c1b-4f5a-9e3d-8a7b6c5d4e3f",
		`--6f4c7d2e-0c1b-4f5a-9e3d-8a7b6c5d4e3f
Content-Disposition: form-data; name="meta"
Content-Type: application/json; charset=utf-8
Content-Length: 2

{}
--6f4c7d2e-0c1b-4f5a-9e3d-8a7b6c5d4e3f
Content-Disposition: form-data; name="file"; filename="your_file_name"
Content-Type: application/octet-stream
Content-Length: 17

<PNG>
--6f4c7d2e-0c1b-4f5a-9e3d-8a7b6c5d4e3f--
`,
		[]string{
			`"meta" type "application/json; charset=utf-8" content "{}"`,
			`"file" file "your_file_name" type "application/octet-stream" content PNG`,
		}, "1:part-content-length 2:part-content-length",
	},
	{
		"the official Go sample: file first, CreateFormField",
		"multipart/form-data; boundary=2f1c6c0a55d1a1a86a1a5c8e0a6a1b2c3d4e5f60718293a4b5c6d7e8f901",
		`--2f1c6c0a55d1a1a86a1a5c8e0a6a1b2c3d4e5f60718293a4b5c6d7e8f901
Content-Disposition: form-data; name="file"; filename="a\"b\\c.png"
Content-Type: image/png

<PNG>
--2f1c6c0a55d1a1a86a1a5c8e0a6a1b2c3d4e5f60718293a4b5c6d7e8f901
Content-Disposition: form-data; name="meta"

{}
--2f1c6c0a55d1a1a86a1a5c8e0a6a1b2c3d4e5f60718293a4b5c6d7e8f901--
`,
		[]string{
			`"file" file "a\"b\\c.png" type "image/png" content PNG`,
			`"meta" type "" content "{}"`,
		}, "",
	},
	{
		"httpmime 4.5 with RFC6532, as WxJava and wechatpay-apache-httpclient use it (captured): file first, transfer encodings",
		"multipart/form-data; boundary=Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA",
		`--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA
Content-Disposition: form-data; name="file"; filename="图片.png"
Content-Type: image/png
Content-Transfer-Encoding: binary

<PNG>
--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA
Content-Disposition: form-data; name="meta"
Content-Type: application/json; charset=UTF-8
Content-Transfer-Encoding: 8bit

{"filename":"图片.png","sha256":"00"}
--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA--
`,
		[]string{
			`"file" file "图片.png" type "image/png" content PNG`,
			`"meta" type "application/json; charset=UTF-8" content "{\"filename\":\"图片.png\",\"sha256\":\"00\"}"`,
		}, "",
	},
	{
		"httpmime STRICT (captured): a Chinese name is destroyed",
		"multipart/form-data; boundary=Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA",
		`--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA
Content-Disposition: form-data; name="file"; filename="??.png"
Content-Type: application/octet-stream
Content-Transfer-Encoding: binary

<PNG>
--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA
Content-Disposition: form-data; name="meta"
Content-Type: text/plain; charset=ISO-8859-1
Content-Transfer-Encoding: 8bit

{}
--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA--
`,
		[]string{
			`"file" file "??.png" type "application/octet-stream" content PNG`,
			`"meta" type "text/plain; charset=ISO-8859-1" content "{}"`,
		}, "",
	},
	{
		"httpmime with setCharset (captured): a charset after the boundary",
		"multipart/form-data; boundary=Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA; charset=UTF-8",
		`--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA
Content-Disposition: form-data; name="media"; filename="图片.png"
Content-Type: application/octet-stream

<PNG>
--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA--
`,
		[]string{`"media" file "图片.png" type "application/octet-stream" content PNG`}, "",
	},
	{
		"wechatpay-java over its Apache adapter: no boundary in the header",
		"multipart/form-data",
		`--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA
Content-Disposition: form-data; name="meta"
Content-Type: application/json; charset=UTF-8
Content-Transfer-Encoding: 8bit

{}
--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA
Content-Disposition: form-data; name="file"; filename="demo.png"
Content-Type: image/png
Content-Transfer-Encoding: binary

<PNG>
--Xn4_w-9QkZpV7mT2bLr0cYdE5gHsJ8uA--
`,
		[]string{
			`"meta" type "application/json; charset=UTF-8" content "{}"`,
			`"file" file "demo.png" type "image/png" content PNG`,
		}, "0:no-boundary",
	},
	{
		"wechatpayv3 for Python over requests (captured): no boundary in the header",
		"multipart/form-data",
		`--61f84c956cb4d7ee4cb3ff9f263b2966
Content-Disposition: form-data; name="meta"

{"filename":"a%22b\\c.png","sha256":"00"}
--61f84c956cb4d7ee4cb3ff9f263b2966
Content-Disposition: form-data; name="file"; filename="a%22b\c.png"
Content-Type: image/png

<PNG>
--61f84c956cb4d7ee4cb3ff9f263b2966--
`,
		[]string{
			`"meta" type "" content "{\"filename\":\"a%22b\\\\c.png\",\"sha256\":\"00\"}"`,
			`"file" file "a\"b\\c.png" type "image/png" content PNG`,
		}, "0:no-boundary",
	},
	{
		"requests 2.34 (captured): a UTF-8 name as it is, no type",
		"multipart/form-data; boundary=445e383748c158a07a88ae3e6152fe13",
		`--445e383748c158a07a88ae3e6152fe13
Content-Disposition: form-data; name="media"; filename="图片.png"

<PNG>
--445e383748c158a07a88ae3e6152fe13--
`,
		[]string{`"media" file "图片.png" type "" content PNG`}, "",
	},
	{
		"easywechat 6, Symfony Mime: file first, type before disposition",
		"multipart/form-data; boundary=_cGqoJ6Q",
		`--_cGqoJ6Q
Content-Type: image/png
Content-Transfer-Encoding: 8bit
Content-Disposition: form-data; name="file"; filename="demo.png"

<PNG>
--_cGqoJ6Q
Content-Type: application/json
Content-Transfer-Encoding: 8bit
Content-Disposition: form-data; name="meta"

{}
--_cGqoJ6Q--
`,
		[]string{
			`"file" file "demo.png" type "image/png" content PNG`,
			`"meta" type "application/json" content "{}"`,
		}, "",
	},
	{
		"Node 20 fetch, FormData with a Blob for meta (captured): a filename on meta",
		"multipart/form-data; boundary=----formdata-undici-038556451928",
		`------formdata-undici-038556451928
Content-Disposition: form-data; name="meta"; filename="blob"
Content-Type: application/json

{"x":1}
------formdata-undici-038556451928
Content-Disposition: form-data; name="file"; filename="图片.png"
Content-Type: image/png

<PNG>
------formdata-undici-038556451928--
`,
		[]string{
			`"meta" file "blob" type "application/json" content "{\"x\":1}"`,
			`"file" file "图片.png" type "image/png" content PNG`,
		}, "",
	},
	{
		"Node 20 fetch, a string for meta (captured): browser escapes; here without the last CR LF",
		"multipart/form-data; boundary=----formdata-undici-068776066169",
		`------formdata-undici-068776066169
Content-Disposition: form-data; name="meta"

{"x":1}
------formdata-undici-068776066169
Content-Disposition: form-data; name="file"; filename="a%22b\c%0D%0A.png"
Content-Type: image/png

<PNG>
------formdata-undici-068776066169--`,
		[]string{
			`"meta" type "" content "{\"x\":1}"`,
			`"file" file "a\"b\\c%0D%0A.png" type "image/png" content PNG`,
		}, "",
	},
	{
		"curl 7.88 -F (captured)",
		"multipart/form-data; boundary=------------------------a05312b61e7cdb5c",
		`--------------------------a05312b61e7cdb5c
Content-Disposition: form-data; name="mch_id"

1900009191
--------------------------a05312b61e7cdb5c
Content-Disposition: form-data; name="media_hash"

3eacd0132310ea44cad756b378a3bc07
--------------------------a05312b61e7cdb5c
Content-Disposition: form-data; name="sign"

AFB00D7D1E9E1E53B35C3B9FF9AFB571
--------------------------a05312b61e7cdb5c
Content-Disposition: form-data; name="media"; filename="a%22b\c.png"
Content-Type: image/png

<PNG>
--------------------------a05312b61e7cdb5c--
`,
		[]string{
			`"mch_id" type "" content "1900009191"`,
			`"media_hash" type "" content "3eacd0132310ea44cad756b378a3bc07"`,
			`"sign" type "" content "AFB00D7D1E9E1E53B35C3B9FF9AFB571"`,
			`"media" file "a\"b\\c.png" type "image/png" content PNG`,
		}, "",
	},
	{
		".NET MultipartFormDataContent: quoted boundary, unquoted names, both file names",
		`multipart/form-data; boundary="0f8fad5b-d9cb-469f-a165-70867728950e"`,
		`--0f8fad5b-d9cb-469f-a165-70867728950e
Content-Type: application/json; charset=utf-8
Content-Disposition: form-data; name=meta

{}
--0f8fad5b-d9cb-469f-a165-70867728950e
Content-Type: image/png
Content-Disposition: form-data; name=file; filename=demo.png; filename*=utf-8''demo.png

<PNG>
--0f8fad5b-d9cb-469f-a165-70867728950e--
`,
		[]string{
			`"meta" type "application/json; charset=utf-8" content "{}"`,
			`"file" file "demo.png" type "image/png" content PNG`,
		}, "0:quoted-boundary 1:unquoted 2:unquoted 2:unquoted",
	},
	{
		".NET with a Chinese name: a mail header's encoded word, and filename*",
		`multipart/form-data; boundary="0f8fad5b-d9cb-469f-a165-70867728950e"`,
		`--0f8fad5b-d9cb-469f-a165-70867728950e
Content-Disposition: form-data; name="media"; filename="=?utf-8?B?5Zu+54mHLnBuZw==?="; filename*=utf-8''%E5%9B%BE%E7%89%87.png

<PNG>
--0f8fad5b-d9cb-469f-a165-70867728950e--
`,
		[]string{`"media" file "图片.png" type "" content PNG`}, "0:quoted-boundary",
	},
	{
		"hand-written PHP (published, reported to work): no blanks at all, an image type on meta, semicolons after types",
		"multipart/form-data;boundary=7derenufded",
		`--7derenufded
Content-Disposition:form-data;name="meta"
Content-Type:image/jpeg; charset=UTF-8

{"filename":"demo.png","sha256":"00"}
--7derenufded
Content-Disposition:form-data;name="file";filename="demo.png";
Content-Type: image/png;

<PNG>
--7derenufded--
`,
		[]string{
			`"meta" type "image/jpeg; charset=UTF-8" content "{\"filename\":\"demo.png\",\"sha256\":\"00\"}"`,
			`"file" file "demo.png" type "image/png;" content PNG`,
		}, "",
	},
	{
		"PHP CURLFile (captured): the whole path for a name, octet-stream",
		"multipart/form-data; boundary=------------------------d74496d66958873e",
		`--------------------------d74496d66958873e
Content-Disposition: form-data; name="media"; filename="/var/www/upload/demo.png"
Content-Type: application/octet-stream

<PNG>
--------------------------d74496d66958873e--
`,
		[]string{`"media" file "/var/www/upload/demo.png" type "application/octet-stream" content PNG`}, "",
	},
	{
		"PHP '@path' on PHP 5.6 and later (captured): a text part with a path in it",
		"multipart/form-data; boundary=------------------------d74496d66958873e",
		`--------------------------d74496d66958873e
Content-Disposition: form-data; name="media"

@/var/www/upload/demo.png
--------------------------d74496d66958873e--
`,
		[]string{`"media" type "" content "@/var/www/upload/demo.png"`}, "",
	},
	{
		"Ruby Net::HTTP set_form (captured)",
		"multipart/form-data; boundary=q7uK2nVx-_0ZtRbW9mPcYdEfGhJkLsAaQwErTyUiOpXx",
		`--q7uK2nVx-_0ZtRbW9mPcYdEfGhJkLsAaQwErTyUiOpXx
Content-Disposition: form-data; name="media"; filename="demo.png"
Content-Type: application/octet-stream

<PNG>
--q7uK2nVx-_0ZtRbW9mPcYdEfGhJkLsAaQwErTyUiOpXx--
`,
		[]string{`"media" file "demo.png" type "application/octet-stream" content PNG`}, "",
	},
	{
		"silenceper/wechat and WxJava on the account API: a whole path, octet-stream; extra fields beside it",
		"multipart/form-data; boundary=1234567890",
		`--1234567890
Content-Disposition: form-data; name="media"; filename="C:\Users\me\图片.png"
Content-Type: application/octet-stream

<PNG>
--1234567890
Content-Disposition: form-data; name="type"

news_image
--1234567890
Content-Disposition: form-data; name=""

--1234567890
Content-Disposition: form-data; name="hack"


--1234567890--
`,
		[]string{
			`"media" file "C:\\Users\\me\\图片.png" type "application/octet-stream" content PNG`,
			`"type" type "" content "news_image"`,
			`"" type "" content ""`,
			`"hack" type "" content ""`,
		}, "3:no-name 3:no-line-break",
	},
	{
		"a mail library: filename* alone, folded headers, a type that is not form-data",
		`multipart/form-data; charset=utf-8; BOUNDARY="=_Part 1/2:(x)?"`,
		`This is a multi-part message in MIME format.
--=_Part 1/2:(x)?
Content-Disposition: attachment;
	name="file";
  filename*=UTF-8'zh-CN'%e5%9b%be%20%27.png
Content-Type: image/png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--=_Part 1/2:(x)?--
Goodbye.
--=_Part 1/2:(x)?
`,
		[]string{`"file" file "图 '.png" type "image/png" content "iVBORw0KGgo="`},
		"0:quoted-boundary 0:preamble 1:folded-header 1:transfer-encoding 1:not-form-data 1:filename-star",
	},
	{
		"other oddities at once",
		" Multipart/Form-Data ;; boundary = " + strings.Repeat("7", 70) + " ; ",
		`
--` + strings.Repeat("7", 70) + `  	 
CONTENT-DISPOSITION : Form-Data; name='meta'
Content-Disposition: form-data; name="other"
content-type:text/plain
Content-Type: application/json
X-Anything:


--` + strings.Repeat("7", 70) + `
Content-Disposition:	form-data	;	FileName	=	"a;b=c, 图.png"	;	Name	=	"file" ; size = 5 ;

--` + strings.Repeat("7", 69) + `
--` + strings.Repeat("7", 70) + `7
--` + strings.Repeat("7", 70) + `-
--` + strings.Repeat("7", 70) + `
Content-Disposition: form-data; name="gbk"; filename="` + "\xd6\xd0\xce\xc4" + `.png"

--` + strings.Repeat("7", 70) + `-- 
`,
		[]string{
			`"meta" type "text/plain" content ""`,
			`"file" file "a;b=c, 图.png" type "" content ` + strconv.Quote(wire("--"+strings.Repeat("7", 69)+"\n--"+strings.Repeat("7", 70)+"7\n--"+strings.Repeat("7", 70)+"-")),
			`"gbk" file "\xd6\xd0\xce\xc4.png" type "" content ""`,
		},
		"0:padding 1:blank-before-colon 1:duplicate-header 1:duplicate-header 1:single-quotes 2:parameter-case 2:parameter-case 3:not-utf8 3:no-line-break 3:padding",
	},
}

func TestClients(t *testing.T) {
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			got := readAll(strings.NewReader(wire(c.body)), c.contentType, Limits{})
			if got.err != nil {
				t.Fatalf("%v", got.err)
			}
			if len(got.parts) != len(c.parts) {
				t.Fatalf("%d parts, want %d: %v", len(got.parts), len(c.parts), got.parts)
			}
			for i, p := range got.parts {
				if want := strings.Replace(c.parts[i], "content PNG", "content "+strconv.Quote(png), 1); p.String() != want {
					t.Errorf("part %d: got  %s\n                  want %s", i+1, p, want)
				}
				if !strings.Contains(wire(c.body), "\r\n"+p.header+"\r\n") {
					t.Errorf("part %d: Header %q is not what was sent", i+1, p.header)
				}
			}
			if got := ids(got.warnings); got != c.warnings {
				t.Errorf("warnings %q, want %q", got, c.warnings)
			}
		})
	}
}
