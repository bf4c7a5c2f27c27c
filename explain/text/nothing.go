package text

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Nothings are the texts that programs write where a value is missing or not a text: printed
// nothings, printed objects, placeholders that were not filled in. They stand in place of any
// value, so every value is compared with all of them.
var Nothings = []string{
	"null", "undefined", "None", "nil", "<nil>", "<null>", "(null)", "(nil)", "{null}", "nullptr", "undef", "Nothing", "Null", "NIL", "#nil", "N/A", "<no value>", "TODO",
	"Optional(nil)", "Optional.empty", "%!s(<nil>)", "%!s(MISSING)", "%!d(MISSING)", "%!v(MISSING)", "%!d(string=)", "NaN", "true", "false", "True", "False", "0",
	"''", `""`, "[]", "{}", "()", "map[]", "[{}]", "Array", "Object", "object", "Object(...)", "dict", "HASH", "Map(0) {}", "FormData {}", "Blob {}", "File {}",
	"[object Object]", "[object Promise]", "[object FormData]", "[object Blob]", "[object File]", "[object Undefined]", "[object Null]", "[object Array]",
	"[object ArrayBuffer]", "[object Uint8Array]", "[object Map]", "[object Date]", "[object Function]", "[object AsyncFunction]", "[object Response]", "[object Request]", "[object URL]", "[object URLSearchParams]", "[object global]",
	"[object Window]", "[object HTMLInputElement]", "[object FileList]", "[object ReadableStream]", "[object Module]",
	"Promise { <pending> }", "Promise {<pending>}", "[Function (anonymous)]", "[Function]", "[AsyncFunction]", "[native code]", "Symbol()",
	"System.Byte[]", "System.Object", "System.String[]", "System.IO.MemoryStream", "System.IO.FileStream", "System.IO.Stream", "System.Char[]", "System.Uri", "System.Guid", "System.DateTime",
	"System.Net.Http.MultipartFormDataContent", "System.Net.Http.StringContent", "System.Net.Http.ByteArrayContent", "System.Net.Http.StreamContent", "System.Net.Http.HttpRequestMessage",
	"System.Text.StringBuilder", "System.Threading.Tasks.Task`1[System.String]", "System.Threading.Tasks.Task`1[System.Byte[]]", "System.Func`1[System.String]",
	"System.Collections.Generic.Dictionary`2[System.String,System.String]", "System.Collections.Generic.Dictionary`2[System.String,System.Object]",
	"System.Collections.Hashtable", "System.Text.Json.JsonDocument", "System.Text.Json.JsonElement", "System.Text.Json.Nodes.JsonObject", "Newtonsoft.Json.Linq.JObject",
	"Microsoft.AspNetCore.Http.FormFile", "Microsoft.AspNetCore.Http.IFormFile", "<class 'dict'>", "<class 'str'>", "<class 'NoneType'>", "<class 'bytes'>",
	"Resource id #1", "Resource id #2", "Resource id #3", "resource(1) of type (stream)", "stdClass", "Closure", "SplFileInfo",
	"%s", "%d", "%v", "%@", "%i", "%ld", "%lld", "%S", "{0}", "{}", "{:?}", "{:#?}", "?", "$1", "#N/A",
}

// unfilled are the texts that stand for a value in templates and samples, and values that mean that
// there is none. They are too short or too common to be nothings wherever they are sent.
var unfilled = []string{
	"1", "-1", "00", "0.0", "xxx", "xxxx", "xxxxxx", "XXX", "XXXX", "***", "******", "...", "…", "test", "string", "String", "str", "text", "value", "VALUE", "TODO", "todo", "abc", "123", "123456", "example", "default", "empty",
	"{1}", "{2}", "{3}", "{4}", "$0", "$2", "$3", "$4", "$5", "@p0", "?0", " ", "-", "--", "/", "%1", "%2", "%3", "%4", "%5", "%1$s", "%2$s", "%3$s", "%4$s", "%5$s", "~s", "~p", "~w", "\n", "\r\n", `\n`,
	"time()", "time.time()", "int(time.time())", "Date.now()", "new Date()", "new Date().getTime()", "Math.floor(Date.now() / 1000)", "System.currentTimeMillis()", "System.currentTimeMillis() / 1000", "time.Now().Unix()",
	"function now() { [native code] }", "<built-in function time>", "SystemTime", "Math.random()", "uuid.uuid4()", "uuid()", "uuidv4()", "UUID.randomUUID().toString()", "Guid.NewGuid()", "uniqid()", "rand()", "random()",
	"json.dumps(meta)", "JSON.stringify(meta)", "json_encode($meta)", "meta.toString()", "req.url", "url.pathname", "request.path", "$_SERVER['REQUEST_URI']", "HttpMethod.POST", "Method.POST", "RequestMethod.POST", "Method: POST",
	"http.MethodPost", "requests.post", "POST|GET", "UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "multipart/form-data",
}

// SampleDigests are what the documentation prints where a digest belongs.
var SampleDigests = []string{
	"hjkahkjsjkfsjk78687dhjahdajhk", "example_sha256", "6aa6c99ce1d04afc2668154126c607af5a680734fa119e2a096529f6d6f2c0a2",
	"your_file_sha256", "YOUR_SHA256",
}

// Samples are the metas that the documentation prints.
var Samples = samples()

func samples() (list []string) {
	for _, name := range []string{"filea.jpg", "file_test.mp4", "example_filename"} {
		for _, digest := range SampleDigests[:3] {
			for _, form := range []string{
				`{"filename":"%s","sha256":"%s"}`, `{"filename": "%s", "sha256": "%s"}`, `{ "filename": "%s", "sha256": "%s" }`,
				`{ "filename": " %s ", "sha256": " %s " }`, `{"filename": " %s ", "sha256": " %s "}`, `{ "filename": "%s ", "sha256": " %s" }`,
			} {
				list = append(list, fmt.Sprintf(form, name, digest))
			}
		}
	}
	return list
}

// nothingPrefixes begin texts of that kind that vary at their end, such as an address in memory.
var nothingPrefixes = []string{
	"[object ", "${", "{{", "<%", "Resource id #", "System.", "java.", "<_io.", "<Buffer ", "Promise", "function ", "System.Threading.", "ACCESS_TOKEN",
	"<coroutine ", "<bound method ", "&{", "0xc000", "YOUR_", "your_", "your-", "<your", "[B@", "[Ljava.",
	"<md5 ", "<sha256 ", "<sha1 ", "<hmac.", "<_hashlib.", "<function ", "<built-in ", "<generator ", "<Future ", "<Task ", "<Response ",
	"#<", "() =>", "() => ", "(()", "async ", "class ", "CompletableFuture@", "Mono.", "Flux.", "io.reactivex.", "reactor.", "kotlinx.", "kotlin.",
	"org.apache.", "org.springframework.", "okhttp3.", "sun.", "javax.", "scala.", "Microsoft.", "%!", "MD5 Message Digest", "SHA-256 Message Digest",
	"SHA256 Message Digest", "Digest::", "Closure Object", "stdClass Object", "CURLFile Object", "HMAC_",
}

// variable matches the name of a variable that was not replaced by its value: $TOKEN, ${token},
// {token}, {{token}}, %TOKEN%.
var variable = regexp.MustCompile(`^(\$\{?\w+\}?|\$?\{\{? ?[\w.]+ ?\}?\}|%[A-Za-z_]{3,}%|#\{\w+\}|<[A-Za-z_]{3,30}>|(?:x{4,}|X{4,}|\*{3,}|(?:Mono|Flux)[A-Z][A-Za-z]{2,24}))$`)

// joinedVariable matches the name of a variable with the operators that were to join it to a text,
// which stand within its quotes: ..nonce.., " + nonce + ".
var joinedVariable = regexp.MustCompile(`^["']? ?(\.\. ?[A-Za-z_]\w* ?\.\.|\. ?\$[A-Za-z_]\w* ?\.|\+ ?[A-Za-z_]\w* ?\+|& ?[A-Za-z_]\w* ?&) ?["']?$`)

// IsNothing reports whether text stands for a value that is missing: one of [Nothings], in any case
// and with quotes or blanks around it, or one that begins like them.
func IsNothing(text string) bool {
	bare := strings.Trim(text, ` "'`)
	if variable.MatchString(bare) || joinedVariable.MatchString(text) {
		return true
	}
	if bare == "" {
		return false
	}
	return slices.ContainsFunc(Nothings, func(n string) bool { return strings.EqualFold(n, bare) }) ||
		slices.ContainsFunc(nothingPrefixes, func(p string) bool { return strings.HasPrefix(bare, p) })
}
