package capture

import (
	"strings"
	"testing"
)

func TestReadPostman(t *testing.T) {
	const head = `{"info":{"_postman_id":"1","name":"WeChat","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":[`
	request := func(auth, formdata string) string {
		return `{"method":"POST","header":[{"key":"Authorization","value":` + js(auth) + `,"type":"text"},{"key":"X-Off","value":"1","disabled":true}],
			"body":{"mode":"formdata","formdata":[` + formdata + `]},"url":{"raw":"` + uploadURL + `","protocol":"https","host":["api","mch","weixin","qq","com"],"path":["v3","merchant","media","upload"]}}`
	}
	metaRow := `{"key":"meta","value":` + js(meta) + `,"type":"text","contentType":"application/json"}`
	fileRow := `{"key":"file","type":"file","src":"/C:/pics/a.jpg"}`
	answer := `{"originalRequest":` + request(auth, metaRow+","+fileRow) + `,"status":"Unauthorized","code":401,"header":[{"key":"Date","value":"Tue, 02 Apr 2019 12:34:21 GMT"},{"key":"Request-ID","value":"08ABC"}],"body":` + js(refused) + `}`
	full := []string{"POST https://api.mch.weixin.qq.com/v3/merchant/media/upload", "endpoint merchant", "Authorization: " + auth, "Accept: */*", "!X-Off: 1",
		"part meta application/json: " + meta, "part file (a.jpg) image/jpeg: the jpeg", "note a Postman collection does not hold"}
	answered := append([]string{"answer 401 " + refused, "answer Request-Id: 08ABC", "received 2019-04-02T12:34:21Z"}, full...)
	for _, c := range []readCase{
		{name: "a request", text: head + `{"name":"up","request":` + request(auth, metaRow+","+fileRow) + `,"response":[]}]}`, want: [][]string{full}},
		{name: "in folders, with answers", text: head + `{"name":"a","item":[{"name":"b","item":[{"request":` + request("x", metaRow) + `,"response":[` + answer + "," + answer + `]}]}]}]}`, want: [][]string{answered, answered}},
		{name: "variables", text: head + `{"request":` + request("{{scheme}} signature=\\\"{{$guid}}\\\"", metaRow) + `}]}`,
			want: [][]string{{"endpoint merchant", "part meta application/json: " + meta, "note a Postman collection", "note Postman puts in the values"}}},
		{name: "the file is not here", text: head + `{"request":` + request(auth, metaRow+`,{"key":"file","type":"file","src":["gone.png"]}`) + `}]}`,
			want: [][]string{{"part file (gone.png) image/png: lost, -1 bytes", `note the file "gone.png"`, "note a Postman collection"}}},
		{name: "no file was chosen", text: head + `{"request":` + request(auth, metaRow+`,{"key":"file","type":"file","src":[]}`) + `}]}`,
			want: [][]string{{"part meta application/json: " + meta, `note the file ""`, "note a Postman collection"}}},
		{name: "strings for objects", text: head + `{"request":"https://api.mch.weixin.qq.com/v3/certificates"},{"request":{"method":"GET","url":"` + uploadURL + `"}}]}`,
			want: [][]string{{"GET https://api.mch.weixin.qq.com/v3/merchant/media/upload", "note a Postman collection"}}},
		{name: "nothing in it", text: head + `]}`, err: "this Postman collection has no request"},
		{name: "cut", text: head + `{"request":`, err: "this Postman collection is cut off"},
	} {
		t.Run(c.name, c.run)
	}
}

func TestReadPowerShell(t *testing.T) {
	doubled := strings.ReplaceAll(auth, `"`, "`\"")
	escaped := strings.ReplaceAll(meta, `"`, `\"`)
	full := []string{"POST " + uploadURL, "endpoint merchant", "Authorization: " + auth, "part meta application/json: " + meta, "part file (a.jpg) image/jpeg: the jpeg", "note the line was read as one for PowerShell"}
	lost := append([]string{"note up to 7.2, PowerShell takes the quotes"}, full...)
	for _, c := range []readCase{
		{name: "single quotes", text: "PS C:\\pics> curl.exe -X POST `\r\n  '" + uploadURL + "' `\r\n  -H 'Authorization: " + auth + "' `\r\n  -F 'meta=" + meta + ";type=application/json' `\r\n  -F 'file=@a.jpg'\r\n", want: [][]string{lost}},
		{name: "backslashes for 5.1", text: "curl.exe `\n  " + uploadURL + " `\n  -H 'Authorization: " + strings.ReplaceAll(auth, `"`, `\"`) + "' `\n  -F 'meta=" + escaped + ";type=application/json' `\n  -F 'file=@a.jpg'\n", want: [][]string{full}},
		{name: "double quotes", text: "curl.exe `\n  " + uploadURL + " `\n  -H \"Authorization: " + doubled + "\" `\n  -F \"meta=" + strings.ReplaceAll(meta, `"`, `""`) + ";type=application/json\" `\n  -F \"file=@a.jpg\"; echo done\n", want: [][]string{lost}},
		{name: "variables", text: "curl.exe `\n  " + uploadURL + " `\n  -H \"Authorization: $auth\" -H \"X: $(Get-Date)\" -H \"Y: ${env:KEY}\" `\n  -F file=@a.jpg\n",
			want: [][]string{{"Authorization: $auth", "X: $(Get-Date)", "Y: ${env:KEY}", "part file (a.jpg) image/jpeg: the jpeg", "note the line was read as one for PowerShell",
				"note only the shell knows what $auth ", "note only the shell knows what $(…)", "note only the shell knows what ${env:KEY}"}}},
		{name: "a quote that never ends", text: "curl.exe `\n 'x " + uploadURL, err: "a quote is opened"},
	} {
		t.Run(c.name, c.run)
	}
}
