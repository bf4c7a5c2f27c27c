package inspector

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// snippet is how one SDK signs the request that was recorded.
type snippet struct {
	Language string `json:"language"` // go, java, php, node or python
	Name     string `json:"name"`
	SDK      string `json:"sdk"`
	Code     string `json:"code"`
}

// snippets writes the signing of a request in five languages, with its own values.
func snippets(e *server.Exchange, ep *wxup.Endpoint, s *signText) []snippet {
	switch {
	case s == nil || ep == nil:
		return nil
	case e.Family == wxup.PayV3:
		return v3Snippets(s)
	}
	return v2Snippets(s)
}

func v3Snippets(s *signText) []snippet {
	method, target, meta := s.Method, s.Target, string(s.Body)
	return []snippet{
		{"go", "Go", "wechatpay-go", fmt.Sprintf(`meta := %s // send these very bytes as the meta part
message := fmt.Sprintf("%%s\n%%s\n%%s\n%%s\n%%s\n", %s, %s, timestamp, nonceStr, meta)
signature, err := utils.SignSHA256WithRSA(message, privateKey) // wechatpay-go/utils`,
			quoteGo(meta), strconv.Quote(method), strconv.Quote(target))},
		{"java", "Java", "wechatpay-java", fmt.Sprintf(`String meta = %s; // send these very bytes as the meta part
String message = %s + "\n" + %s + "\n" + timestamp + "\n" + nonceStr + "\n" + meta + "\n";
String signature = new RSASigner(serialNo, privateKey).sign(message).getSign(); // com.wechat.pay.java.core.cipher`,
			quoteJSON(meta), quoteJSON(method), quoteJSON(target))},
		{"php", "PHP", "wechatpay-php", fmt.Sprintf(`$meta = %s; // send these very bytes as the meta part
$message = \WeChatPay\Formatter::request(%s, %s, $timestamp, $nonceStr, $meta);
$signature = \WeChatPay\Crypto\Rsa::sign($message, $privateKey);`,
			quotePHP(meta), quotePHP(method), quotePHP(target))},
		{"node", "Node.js", "wechatpay-axios-plugin", fmt.Sprintf(`const { Formatter, Rsa } = require('wechatpay-axios-plugin')
const meta = %s // send these very bytes as the meta part
const message = Formatter.request(%s, %s, timestamp, nonceStr, meta)
const signature = Rsa.sign(message, privateKey)`,
			quoteSingle(meta), quoteSingle(method), quoteSingle(target))},
		{"python", "Python", "cryptography", fmt.Sprintf(`meta = %s  # send these very bytes as the meta part
message = "\n".join([%s, %s, timestamp, nonce_str, meta, ""])
signature = base64.b64encode(private_key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()`,
			quoteSingle(meta), quoteSingle(method), quoteSingle(target))},
	}
}

func v2Snippets(s *signText) []snippet {
	text := strings.TrimSuffix(string(s.Text), "&key="+keyMask)
	hmac := s.SignType == sign.HMACSHA256
	either := func(ifHMAC, ifMD5 string) string {
		if hmac {
			return ifHMAC
		}
		return ifMD5
	}
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
		fields = append(fields, quoteSingle(name)+": "+quoteSingle(s.Fields[name]))
	}
	return []snippet{
		{"go", "Go", "crypto", fmt.Sprintf("text := %s + \"&key=\" + apiV2Key\n%s", quoteGo(text), either(
			"mac := hmac.New(sha256.New, []byte(apiV2Key))\nmac.Write([]byte(text))\nsign := strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))",
			"sum := md5.Sum([]byte(text))\nsign := strings.ToUpper(hex.EncodeToString(sum[:]))"))},
		{"java", "Java", "commons-codec", fmt.Sprintf("String text = %s + \"&key=\" + apiV2Key;\n%s", quoteJSON(text), either(
			"String sign = new HmacUtils(HmacAlgorithms.HMAC_SHA_256, apiV2Key).hmacHex(text).toUpperCase();",
			"String sign = DigestUtils.md5Hex(text).toUpperCase();"))},
		{"php", "PHP", "wechatpay-php", fmt.Sprintf("$text = %s;\n$sign = \\WeChatPay\\Crypto\\Hash::sign('%s', $text, $apiV2Key); // adds &key=", quotePHP(text), s.SignType)},
		{"node", "Node.js", "wechatpay-axios-plugin", fmt.Sprintf("const { Hash } = require('wechatpay-axios-plugin')\nconst fields = { %s }\nconst sign = Hash.sign('%s', fields, apiV2Key)", strings.Join(fields, ", "), s.SignType)},
		{"python", "Python", "hashlib", fmt.Sprintf("text = %s + '&key=' + api_v2_key\n%s", quoteSingle(text), either(
			"sign = hmac.new(api_v2_key.encode(), text.encode(), hashlib.sha256).hexdigest().upper()",
			"sign = hashlib.md5(text.encode()).hexdigest().upper()"))},
	}
}

// quoteJSON writes a string as JSON does, which Java, JavaScript and Python read as a literal too.
// What is not seen is escaped in all of these: a line must not look like another one.
func quoteJSON(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.Encode(s) // a string always encodes
	return escapeUnseen(strings.TrimSuffix(b.String(), "\n"), func(b *strings.Builder, r rune) {
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(b, `\u%04x`, unit)
		}
	})
}

// quoteGo, quoteSingle and quotePHP prefer a form in which the quotes of JSON need no escapes.
func quoteGo(s string) string {
	if strconv.CanBackquote(s) && !strings.ContainsFunc(s, unseen) {
		return "`" + s + "`"
	}
	return escapeUnseen(strconv.Quote(s), func(b *strings.Builder, r rune) { fmt.Fprintf(b, `\U%08x`, r) })
}

func quoteSingle(s string) string {
	if strings.ContainsAny(s, `'\`) || strings.ContainsFunc(s, unseen) {
		return quoteJSON(s)
	}
	return "'" + s + "'"
}

func quotePHP(s string) string {
	if strings.ContainsFunc(s, unseen) {
		s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(s)
		return `"` + escapeUnseen(s, func(b *strings.Builder, r rune) { fmt.Fprintf(b, `\u{%x}`, r) }) + `"`
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func escapeUnseen(s string, escape func(*strings.Builder, rune)) string {
	var b strings.Builder
	for _, r := range s {
		if unseen(r) {
			escape(&b, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
