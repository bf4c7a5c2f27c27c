package capture

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"
)

const uploadURL = "https://api.mch.weixin.qq.com/v3/merchant/media/upload"

// The quoting of browsers, written anew from its rules.

// chromeSh is a word as Chrome's "Copy as cURL (bash)" writes it.
func chromeSh(s string) string {
	if !regexp.MustCompile("[\x00-\x1f\x7f-\u009f!]|'").MatchString(s) {
		return "'" + s + "'"
	}
	s = strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`, "\r", `\r`).Replace(s)
	return "$'" + regexp.MustCompile("[\x00-\x1f\x7f-\u009f!]").ReplaceAllStringFunc(s, func(c string) string {
		return fmt.Sprintf(`\u%04x`, []rune(c)[0])
	}) + "'"
}

// chromeCmd is a word as its "Copy as cURL (cmd)" does.
func chromeCmd(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
	s = regexp.MustCompile("[^a-zA-Z0-9\\s_\\-:=+~'/.',?;()*`]").ReplaceAllString(s, "^$0")
	s = regexp.MustCompile(`%([a-zA-Z0-9_])`).ReplaceAllString(s, "%^$1")
	return `^"` + regexp.MustCompile("\r?\n|\r").ReplaceAllString(s, "^\n\n") + `^"`
}

// oldCmd is a word as browsers wrote it before: quotes doubled, line ends outside of the quotes.
func oldCmd(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `""`, "%", `"%"`).Replace(s)
	return `"` + strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\"^\r\n\r\n\"") + `"`
}

func TestReadCurl(t *testing.T) {
	noFile := string(multipartOf(webKit, meta, nil))
	firefox := strings.Replace(noFile, "\r\n\r\n\r\n--"+webKit+"--", "\r\n\r\n--"+webKit+"--", 1)
	formType := "multipart/form-data; boundary=" + webKit
	post := "POST " + uploadURL
	lostFile := []string{post, "endpoint merchant", "Authorization: " + auth, "Content-Type: " + formType, "part meta application/json: " + meta,
		"part file (a.jpg) image/jpeg: lost, -1 bytes", `note the bytes of the file "a.jpg" were not saved`}
	also := func(base []string, lines ...string) [][]string {
		return [][]string{append(append([]string{}, base...), lines...)}
	}
	// cmd.exe cannot write a CR, so that what is copied has LF for CR LF.
	cmdMeta := []string{post, "endpoint merchant", "Authorization: " + auth, "Content-Type: " + formType, "note the line was read as one for cmd.exe"}
	full := []string{post, "endpoint merchant", "Authorization: " + auth, "part meta application/json: " + meta, "part file (a.jpg) image/jpeg: the jpeg",
		"Content-Type: multipart/form-data; boundary=" + noBoundary, "User-Agent: curl", "Accept: */*"}
	postman := "curl --location '" + uploadURL + "' \\\n--header 'Authorization: " + auth + "' \\\n--header 'Accept: application/json' \\\n" +
		"--form 'meta=\"" + strings.ReplaceAll(meta, `"`, `\"`) + "\";type=application/json' \\\n--form 'file=@\"/C:/pics/a.jpg\"'\n"
	docs := "curl -X POST \\\n  " + uploadURL + " \\\n  -H \"Authorization: " + strings.ReplaceAll(auth, `"`, `\"`) + "\" \\\n  -H \"Accept: application/json\" \\\n" +
		"  -H \"Content-Type: multipart/form-data\" \\\n  -F \"meta=" + strings.ReplaceAll(meta, `"`, `\"`) + ";type=application/json\" \\\n  -F \"file=@a.jpg;type=image/jpeg\"\n"
	docParts := []string{post, "endpoint merchant", "Authorization: " + auth, "Accept: application/json", "part meta application/json: " + meta,
		"part file (a.jpg) image/jpeg: the jpeg", "Content-Type: multipart/form-data; boundary=" + noBoundary}
	account := "https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=ACCESS_TOKEN"
	simple := "curl -F media=@a.jpg '" + account + "'"
	accountUpload := []string{"POST " + account, "endpoint article", "part media (a.jpg) image/jpeg: the jpeg"}
	shown := "* Connected to api.weixin.qq.com\n> POST /cgi-bin/media/uploadimg HTTP/1.1\n> Host: x\n>\n} [5 bytes data]\n< HTTP/1.1 100 Continue\n<\n< HTTP/1.1 200 OK\n< Date: Tue, 02 Apr 2019 12:34:21 GMT\n<\n{ [44 bytes data]\n"

	cases := []readCase{
		{name: "Chrome, bash", text: "curl " + chromeSh(uploadURL) + " \\\n  -H 'accept: */*' \\\n  -H " + chromeSh("authorization: "+auth) + " \\\n  -H " + chromeSh("content-type: "+formType) + " \\\n  --data-raw " + chromeSh(noFile) + " ;\n",
			want: also(lostFile, "Accept: */*")},
		{name: "Chrome, bash, two of them", text: "curl " + chromeSh(uploadURL) + " -H " + chromeSh("authorization: "+auth) + " -H " + chromeSh("content-type: "+formType) + " --data-raw " + chromeSh(noFile) +
			" ;\ncurl 'https://api.mch.weixin.qq.com/v3/certificates' \\\n  -H 'a: b' ;\n", want: also(lostFile)},
		{name: "Chrome, cmd", text: strings.ReplaceAll("curl "+chromeCmd(uploadURL)+" ^\n  -H "+chromeCmd("authorization: "+auth)+" ^\n  -H "+chromeCmd("content-type: "+formType)+" ^\n  --data-raw "+chromeCmd(meta+"%41b\\\r\n\r\nc!"), "\n", "\r\n"),
			want: also(cmdMeta, "body "+meta+"%41b\\\\\n\nc!")},
		{name: "Chrome, cmd, the form", text: "curl " + chromeCmd(uploadURL) + " ^\n  -H " + chromeCmd("authorization: "+auth) + " ^\n  -H " + chromeCmd("content-type: "+formType) + " ^\n  --data-raw " + chromeCmd(noFile) + " &\ncurl ^\"https://example.com/^\"\n",
			want: also(lostFile, "note the line was read as one for cmd.exe", "note copying had made LF of the body's line ends; they are CR LF again where")},
		{name: "Chrome before, cmd", text: "curl " + oldCmd(uploadURL) + " -H " + oldCmd("authorization: "+auth) + " -H " + oldCmd("content-type: "+formType) + " --data-binary " + oldCmd(meta+"50% \\ a\r\nb") + " --compressed",
			want: also(cmdMeta, "body "+meta+"50% \\\\ a\nb", "Accept-Encoding: deflate, gzip, br")},
		{name: "Firefox", text: "curl " + chromeSh(uploadURL) + " --compressed -X POST -H 'User-Agent: Mozilla/5.0' -H " + chromeSh("Authorization: "+auth) + " -H " + chromeSh("Content-Type: "+formType) + " --data-binary " + chromeSh(firefox), want: also(lostFile, "User-Agent: Mozilla/5.0")},
		{name: "Firefox, with the stream's headers", text: "curl '" + uploadURL + "' -H " + chromeSh("Authorization: "+auth) + " -H " + chromeSh("Content-Type: "+formType) + " --data-binary " + chromeSh("Content-Type: "+formType+"\r\n\r\n"+firefox), want: also(lostFile)},
		{name: "Postman", text: postman, want: also(full[:5], "Accept: application/json")},
		{name: "Postman, CR LF", text: strings.ReplaceAll(postman, "\n", "\r\n"), want: also(full[:5])},
		{name: "the documents", text: docs, want: also(docParts)},
		{name: "the documents, backslashes lost", text: strings.ReplaceAll(docs, " \\\n", "\n"), want: also(docParts, "note lines were joined")},
		{name: "the documents, blanks after the backslashes", text: strings.ReplaceAll(docs, "\\\n", "\\  \n"), want: also(docParts, "note lines were joined")},
		{name: "the documents, empty lines between", text: strings.ReplaceAll(docs, " \\\n", "\n\n"), want: also(docParts, "note lines were joined")},
		{name: "the documents, for Windows", text: "curl -X POST ^\r\n  " + uploadURL + " ^\r\n  -H \"Authorization: " + strings.ReplaceAll(auth, `"`, `\"`) + "\" ^\r\n  -H \"Accept: application/json\" ^\r\n  -F \"meta=" +
			strings.ReplaceAll(meta, `"`, `""`) + ";type=application/json\" ^\r\n  -F \"file=@C:\\pics\\a.jpg;type=image/jpeg\"\r\n", want: also(docParts, "note the line was read as one for cmd.exe")},
		{name: "one line for Windows", text: "C:\\Users\\me>curl.exe \"" + uploadURL + "\" -H \"Authorization: " + strings.ReplaceAll(auth, `"`, `""`) + "\" -F \"meta=" + strings.ReplaceAll(meta, `"`, `""`) + ";type=application/json\" -F \"file=@a.jpg\" > out.txt\r\n",
			want: also(full, "note the line was read as one for cmd.exe")},
		{name: "the account's documents", text: simple, want: also(accountUpload)},
		{name: "behind a prompt", text: "me@host:~/pics$ " + simple + "\n", want: also(accountUpload)},
		{name: "in a script", text: "#!/bin/sh\nset -e\ncd /tmp && RESULT=$(" + simple + ")\necho $RESULT\n", want: also(accountUpload)},
		{name: "a path to curl, sudo", text: "sudo /usr/bin/" + simple, want: also(accountUpload)},
		{name: "variables", text: `curl -F media=@a.jpg "https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=$TOKEN" -H "X: ${A:-b}$(cat secret)" -H 'Y: $not'`, want: [][]string{{"endpoint article",
			"POST https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=$TOKEN", "Y: $not", "X: ${A:-b}$(cat secret)", "note only the shell knows what $TOKEN", "note only the shell knows what ${A…}", "note only the shell knows what $(…)",
			"part media (a.jpg) image/jpeg: the jpeg"}}},
		{name: "variables of cmd.exe", text: `curl -F "media=@a.jpg" ^` + "\r\n" + ` "https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=%TOKEN%&x=%E4%BD%A0"`,
			want: [][]string{{"POST https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=%TOKEN%&x=%E4%BD%A0", "note the line was read", "note only the shell knows what %TOKEN%"}}},
		{name: "no scheme", text: "curl -F media=@a.jpg api.weixin.qq.com/cgi-bin/media/uploadimg", want: [][]string{{"POST http://api.weixin.qq.com/cgi-bin/media/uploadimg", "endpoint article"}}},
		{name: "port", text: "curl -F media=@a.jpg https://api.weixin.qq.com:443/a http://h:8080/cgi-bin/media/uploadimg http://h:80/b", want: [][]string{{"POST http://h:8080/cgi-bin/media/uploadimg"}}},
		{name: "passwords are masked", text: "curl -u me:geheim -F media=@a.jpg https://user:geheim@api.weixin.qq.com/cgi-bin/media/uploadimg", want: [][]string{{"POST https://api.weixin.qq.com/cgi-bin/media/uploadimg", "Authorization: Basic ***"}}},
		{name: "a password in the URL is masked", text: "curl -F media=@a.jpg https://user:geheim@api.weixin.qq.com/cgi-bin/media/uploadimg --oauth2-bearer geheim", want: [][]string{{"Authorization: Bearer ***"}}},
		{name: "-H wins over -u", text: "curl -u a:b -H 'authorization: mine' -F media=@a.jpg " + account, want: [][]string{{"Authorization: mine", "!Authorization: Basic ***"}}},
		{name: "-i and what it printed", text: simple + " -i\nHTTP/1.1 200 OK\nDate: Tue, 02 Apr 2019 12:34:21 GMT\n\n{\"errcode\":40001}\n", want: also(accountUpload, `answer 200 {"errcode":40001}`, "received 2019-04-02T12:34:21Z")},
		{name: "-v and what it printed", text: simple + " -v\n" + shown + "{\"errcode\":40001}* Connection #0 left intact\n", want: also(accountUpload, `answer 200 {"errcode":40001}`, "received 2019-04-02T12:34:21Z")},
		{name: "only the answer's body", text: "$ " + simple + "\n{\"errcode\":40001,\"errmsg\":\"x\"}me@host:~$ \n", want: also(accountUpload, `answer 0 {"errcode":40001,"errmsg":"x"}`)},
		{name: "an XML answer", text: "$ curl -F media=@a.jpg " + uploadURL + "\n<xml>\n<return_code>FAIL</return_code>\n</xml>\n$ ", want: [][]string{{"answer 0 <xml>\n<return_code>FAIL</return_code>\n</xml>", "endpoint merchant"}}},
		{name: "body from a file", text: "curl --data-binary @form.bin -H 'Content-Type: multipart/form-data; boundary=B' " + uploadURL, want: [][]string{{post, fmt.Sprintf("form of %d bytes", len(disk["form.bin"])), "part meta application/json: " + meta,
			"part file (a.jpg) image/jpeg: the jpeg", "Content-Length: " + fmt.Sprint(len(disk["form.bin"]))}}},
		{name: "an empty file in a file", text: "curl --data-binary @empty.bin -H 'Content-Type: multipart/form-data; boundary=B' " + uploadURL, want: [][]string{{"part file (a.jpg) image/jpeg: "}}},
		{name: "meta from a file", text: "curl -F 'meta=<meta.json;type=application/json' -F file=@a.jpg " + uploadURL + " -H 'Authorization: " + auth + "'", want: also(full)},
		{name: "meta cut at a semicolon", text: `curl -F 'meta={"filename":"a;b.jpg"}' -F file=@a.jpg ` + uploadURL, want: [][]string{{`part meta: {"filename":"a`, "note curl cuts the value"}}},
		{name: "a header of its own for the form", text: "curl -F file=@a.jpg -H 'Content-Type: application/json' " + uploadURL, want: [][]string{{"Content-Type: application/json; boundary=" + noBoundary, "error form: the request is not multipart/form-data", `warning part 1: not-form-data: "attachment"`, "part file (a.jpg) image/jpeg: the jpeg"}}},
		{name: "a boundary of its own for the form", text: "curl -F file=@a.jpg -H 'Content-Type: multipart/form-data; boundary=x' " + uploadURL, want: [][]string{{"error form: a header parameter is given twice", "part file (a.jpg) image/jpeg: the jpeg"}}},
		{name: "the file is not here", text: "curl -F meta=1 -F file=@b.jpg " + uploadURL, want: [][]string{{"part meta: 1", "part file (b.jpg) image/jpeg: lost, -1 bytes", `note the file "b.jpg" that is to be sent is not here`}}},
		{name: "several files in one", text: "curl -F 'file=@a.jpg,a.jpg' " + uploadURL, want: [][]string{{"part file multipart/mixed; boundary=" + noBoundary + ": lost, -1 bytes", "note curl sends the several files"}}},
		{name: "encoded", text: "curl -F 'file=@a.jpg;encoder=quoted-printable' " + uploadURL, want: [][]string{{"part file (a.jpg) image/jpeg: lost, -1 bytes", "note curl encoded a part", "warning part 1: transfer-encoding: \"quoted-printable\""}}},
		{name: "unknown options", text: "curl --brand-new value --other -F file=@a.jpg -% -F meta=1 " + uploadURL + " --last", want: [][]string{{post, "note the option \"--brand-new\"", "note the option \"--other\"", "note the option \"-%\"", "note the option \"--last\"", "part meta: 1"}}},
		{name: "an equals sign", text: "curl --form=meta=1 --request=PUT --output=x " + uploadURL, want: [][]string{{"PUT " + uploadURL, "part meta: 1", "note --form=", "note --request=", "note --output="}}},
		{name: "-K", text: "curl -K more.conf -F meta=1 " + uploadURL, want: [][]string{{post, "note the file of -K"}}},
		{name: "a path with braces", text: "curl -F meta=1 'https://api.mch.weixin.qq.com/v3/mch-manage/submission-files/sub-mchid/{sub_mchid}/upload'", want: [][]string{{"endpoint submission", "note curl takes {} and []"}}},
		{name: "two requests on one line", text: "curl -F meta=1 " + uploadURL + " --next -F meta=2 " + uploadURL, want: [][]string{{"part meta: 1"}, {"part meta: 2"}}},
		{name: "certificate", text: "curl --cert apiclient.pem:pass --key k.pem -F media=@a.jpg https://api.mch.weixin.qq.com/secapi/mch/uploadmedia", want: [][]string{{"endpoint secapi", "1 certificates, 1900000109", "POST https://api.mch.weixin.qq.com/secapi/mch/uploadmedia"}}},
		{name: "certificate in DER", text: "curl -Eapiclient.der --cert-type der -F media=@a.jpg https://api.mch.weixin.qq.com/secapi/mch/uploadmedia", want: [][]string{{"1 certificates, 1900000109"}}},
		{name: "no certificate", text: "curl -F media=@a.jpg https://api.mch.weixin.qq.com/secapi/mch/uploadmedia", want: [][]string{{"POST https://api.mch.weixin.qq.com/secapi/mch/uploadmedia"}}},
		{name: "certificate not here", text: "curl --cert c.pem -F media=@a.jpg https://api.mch.weixin.qq.com/secapi/mch/uploadmedia", want: [][]string{{"POST ?://api.mch.weixin.qq.com/secapi/mch/uploadmedia", `note the client certificate in "c.pem"`}}},
		{name: "certificate in PKCS#12", text: `curl --cert-type P12 --cert "C:/c\:x.p12:secret" -F media=@a.jpg https://api.mch.weixin.qq.com/secapi/mch/uploadmedia`, want: [][]string{{"POST ?://api.mch.weixin.qq.com/secapi/mch/uploadmedia", `note the client certificate in "C:/c:x.p12"`}}},
		{name: "certificate that is none", text: `curl --cert a.jpg -F media=@a.jpg https://api.mch.weixin.qq.com/secapi/mch/uploadmedia`, want: [][]string{{`note the client certificate in "a.jpg"`}}},
		{name: "PUT of a picture", text: "curl -T a.jpg " + uploadURL + "/", want: [][]string{{"PUT " + uploadURL + "/a.jpg", "body " + string(jpeg)}}},
		{name: "-d of a picture", text: "curl -d @a.jpg " + uploadURL, want: [][]string{{post, "note -d takes line ends and NULs"}}},
		{name: "no upload", text: "curl https://api.mch.weixin.qq.com/v3/certificates", want: [][]string{{"GET https://api.mch.weixin.qq.com/v3/certificates", "endpoint none"}}},

		{name: "no URL", text: "curl -F a=b", err: "no URL"},
		{name: "no argument", text: "curl " + uploadURL + " -F", err: "has no argument"},
		{name: "no argument, long", text: "curl " + uploadURL + " --data", err: "has no argument"},
		{name: "an open quote", text: "curl '" + uploadURL, err: "never closed"},
		{name: "an open double quote", text: `curl "` + uploadURL, err: "never closed"},
		{name: "an open $'", text: `curl $'` + uploadURL, err: "never closed"},
		{name: "an open quote for Windows", text: "curl ^\r\n \"" + uploadURL, err: "never closed"},
		{name: "a form without =", text: "curl -F abc " + uploadURL, err: "name=content"},
		{name: "a form string without =", text: "curl --form-string abc " + uploadURL, err: "name=content"},
		{name: "a form in a form", text: "curl -F 'a=(;type=multipart/mixed' -F '=)' " + uploadURL, err: "a form within a form"},
		{name: "a type that is none", text: "curl -F 'a=b;type=json' " + uploadURL, err: "type/subtype"},
		{name: "-d and -F", text: "curl -d x -F a=b " + uploadURL, err: "mixes -F, -d and -T"},
		{name: "--json and -F", text: "curl -F a=b --json {} " + uploadURL, err: "mixes"},
		{name: "a missing file of text", text: "curl -F 'meta=<none.json' " + uploadURL, err: `the file "none.json": file does not exist`},
		{name: "a missing body", text: "curl --data-binary @none " + uploadURL, err: `the file "none": file does not exist`},
		{name: "a file that may not be read", text: "curl -F file=@secret " + uploadURL, err: `the file "secret": permission denied`},
		{name: "standard input", text: "cat a.jpg | curl -F 'file=@-;filename=a.jpg' " + uploadURL, err: "reads from a pipe"},
		{name: "too many URLs", text: "curl " + strings.Repeat("x ", urlsMost+1), err: "more than 100 URLs"},
		{name: "too many words", text: "curl " + strings.Repeat("-s ", wordsMost+1), err: "too many words"},
		{name: "too many fields", text: "curl " + strings.Repeat("-F a=b ", linesMost+1), err: "more than 1000 -F"},
	}
	disk["empty.bin"] = string(multipartOf("B", meta, nil))
	disk["apiclient.der"] = string(certificate(t))
	disk["apiclient.pem"] = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})) +
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte(disk["apiclient.der"])}))
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

// certificate is a client certificate, in DER.
func certificate(t *testing.T) []byte {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "1900000109"}}
	der, err := x509.CreateCertificate(nil, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestReadCurlWithoutFiles(t *testing.T) {
	for _, line := range []string{"curl -F file=@a.jpg " + uploadURL, "curl -d @a.jpg " + uploadURL, "curl -F 'meta=<a' " + uploadURL, "curl -T a " + uploadURL, "curl -H @a " + uploadURL} {
		if _, err := Read([]byte(line), nil); err == nil || !strings.Contains(err.Error(), "no files are read here") {
			t.Errorf("%s: got %v", line, err)
		}
	}
	saved, err := Read([]byte("curl -F meta=1 "+uploadURL), nil)
	if err != nil || len(saved) != 1 {
		t.Errorf("a line without files: %v", err)
	}
}

// TestOptionTables keeps the tables of options apart from each other.
func TestOptionTables(t *testing.T) {
	seen := map[string]int{}
	for _, name := range options {
		if seen[name]++; seen[name] > 1 {
			t.Errorf("--%s is in two tables", name)
		}
	}
	for c, name := range shorts {
		if seen[name] == 0 && name != "next" {
			t.Errorf("-%c is --%s, which is in no table", c, name)
		}
	}
}
