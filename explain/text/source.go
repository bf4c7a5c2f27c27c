package text

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
)

// Source is what the texts are made of: the lines that should have been signed, and what else is in
// the request.
type Source struct {
	Right  Lines
	NoMeta bool // no meta was found in the form; Right[BodyLine] is empty

	Host        string
	Path        string   // of the endpoint, with its {name} segments; "" if unknown
	Siblings    []string // paths of other endpoints, the likeliest first
	Bases       []string // URLs by which the receiver is reached, without a path
	Hosts       []string // WeChat's hosts, the likeliest first
	ContentType string
	Agent       string  // User-Agent
	MchID       string  // of the Authorization header
	Serial      string  // serial_no of the Authorization header
	Headers     []Field // names and first values
	Fields      []Field // the form's text parts

	Form        Form
	MetaPart    string
	NameField   string // members of meta; "" if there is none
	DigestField string
	Digest      string // its algorithm
	FileDigest  []byte // the file's own digest; nil if unknown

	Secrets []Field // the sender's API keys, which other protocols sign; the names are shown

	digests []Field // otherDigests, once

	Apps []string // ids of apps that may be meant

	GBK     func(string) ([]byte, bool) // encodes in GBK; nil if unknown
	FromGBK func([]byte) string         // reads GBK, with U+FFFD for what is not; nil if unknown
	Budget  *Budget
}

// Field is a name and a value.
type Field struct{ Name, Value string }

// named adds the values of headers and fields whose name contains name.
func (s *Source) named(d *Dimension, name, cause string) {
	for _, list := range [][]Field{s.Headers, s.Fields} {
		for _, f := range list {
			if containsFold(f.Name, name) && len(f.Value) <= 64 {
				d.add(f.Value, cause, f.Name)
			}
		}
	}
}

// meta reads the members of meta, if it is not too long to be rewritten. There may be more around
// the object.
func (s *Source) meta() []Member {
	if len(s.Right[BodyLine]) > maxRewritten {
		return nil
	}
	if s.Right[MethodLine] == "GET" { // what it has for a body is not looked into
		return ParseMembers([]byte(s.Right[BodyLine]))
	}
	_, object, _ := objectIn(s.Right[BodyLine])
	return ParseMembers([]byte(object))
}

// others lists the values of the request that may stand in place of a line.
func (s *Source) others(line int) (list []Field) {
	for i, name := range lineNames[:BodyLine] {
		if i != line {
			list = append(list, Field{name, s.Right[i]})
		}
	}
	meta := s.meta()
	list = append(list, Field{"mchid", s.MchID}, Field{"serial_no", s.Serial}, Field{"Host", s.Host}, Field{"User-Agent", s.Agent}, Field{"Content-Type", s.ContentType},
		Field{"boundary", s.Form.Boundary}, Field{s.NameField, MemberText(meta, s.NameField)}, Field{s.DigestField, MemberText(meta, s.DigestField)},
		Field{"meta", s.Right[BodyLine]}, Field{"WECHATPAY2-SHA256-RSA2048", "WECHATPAY2-SHA256-RSA2048"})
	for _, secret := range s.Secrets {
		list = append(list, Field{secret.Name + " key", secret.Value})
	}
	return slices.DeleteFunc(list, func(f Field) bool { return len(f.Value) > maxRewritten })
}

// Absurd reports whether a line other than the body is longer than any client writes it.
func (s *Source) Absurd() bool {
	return slices.ContainsFunc(s.Right[:BodyLine], func(line string) bool { return len(line) > maxLine })
}

// maxLine is the size in bytes of the longest line before the body that is looked for mistakes.
// Real ones have less than a hundred bytes.
const maxLine = 32 << 10

func (s *Source) fileSize() int {
	if p := s.Form.file(); p != nil {
		return len(p.Content)
	}
	return 0
}

// fileType is the Content-Type of the file's part.
func (s *Source) fileType() string {
	if p := s.Form.file(); p != nil {
		for line := range strings.SplitSeq(string(p.Header), "\n") {
			if name, value, _ := strings.Cut(line, ":"); strings.EqualFold(name, "Content-Type") {
				return strings.TrimSpace(value)
			}
		}
	}
	return ""
}

// maxDigested is the size in bytes of the largest file whose other digests are computed.
const maxDigested = 256 << 10

// otherDigests lists the digests of the file that are not the right one, and those of other things
// at hand. The name is shown.
func (s *Source) otherDigests() (list []Field) {
	p := s.Form.file()
	if s.digests != nil {
		return s.digests
	}
	if p == nil || !p.Whole || len(p.Content) > maxDigested || !s.Budget.Affords(12*len(p.Content)) {
		return nil
	}
	s.Budget.Spend(12 * len(p.Content))
	content := string(p.Content)
	add := func(name string, sum []byte) {
		list = append(list, Field{name, hex.EncodeToString(sum)}, Field{name, UpperHex(sum)}, Field{name, base64.StdEncoding.EncodeToString(sum)})
	}
	add("MD5", md5Of(content))
	add("SHA-1", sha1Of(content))
	sum512 := sha512.Sum512(p.Content)
	add("SHA-512", sum512[:])
	sum384 := sha512.Sum384(p.Content)
	add("SHA-384", sum384[:])
	list = append(list, Field{"CRC-32", fmt.Sprintf("%08x", crc32.ChecksumIEEE(p.Content))})
	encoded := base64.StdEncoding.EncodeToString(p.Content)
	name := p.Filename
	digest := sha256Of(content)
	for _, x := range []Field{
		{"base64", encoded}, {"data:", "data:" + s.fileType() + ";base64," + encoded}, {"hex", hex.EncodeToString(p.Content)}, {"HEX", UpperHex(p.Content)},
		{"UTF-8 (U+FFFD)", string(ReplaceInvalid(p.Content))}, {"Latin-1 → UTF-8", UTF8Twice(content)}, {"⏎", content + "\n"}, {"␍⏎", content + "\r\n"}, {"CR LF → LF", strings.ReplaceAll(content, "\r\n", "\n")}, {"LF → CR LF", strings.ReplaceAll(content, "\n", "\r\n")},
		{s.NameField, name}, {"/tmp/…", "/tmp/" + name}, {s.DigestField, hex.EncodeToString(digest)}, {s.DigestField, string(digest)}, {s.DigestField, UpperHex(digest)}, {"size", strconv.Itoa(len(content))},
		{"meta", s.Right[BodyLine]}, {"null", "null"}, {"undefined", "undefined"}, {"[object Object]", "[object Object]"}, {"None", "None"}, {"Array", "Array"}, {"file", "file"},
	} {
		add(s.Digest+"("+x.Name+")", sha256Of(x.Value))
	}
	for _, secret := range s.Secrets {
		mac := hmac.New(sha256.New, []byte(secret.Value))
		mac.Write(p.Content)
		add("HMAC-SHA256, "+secret.Name, mac.Sum(nil))
	}
	s.digests = append(list, Field{"size", strconv.Itoa(len(content))})
	return s.digests
}

// addedMembers are what programs put into meta that is not sent: other digests, the file, and the
// type that serializers note.
func (s *Source) addedMembers() (list []Member) {
	p := s.Form.file()
	if p == nil {
		return nil
	}
	list = []Member{{Name: "file", Value: p.Filename, IsText: true}}
	if p.Whole && len(p.Content) <= FieldMax {
		list = append(list, Member{Name: "file", Value: base64.StdEncoding.EncodeToString(p.Content), IsText: true})
	}
	for _, other := range s.otherDigests() {
		if other.Name == "MD5" || other.Name == "SHA-1" {
			list = append(list, Member{Name: strings.ToLower(strings.ReplaceAll(other.Name, "-", "")), Value: other.Value, IsText: true})
		}
	}
	for _, name := range []string{"@type", "class", "@class"} {
		for _, kind := range []string{"java.util.HashMap", "java.util.LinkedHashMap", "java.util.TreeMap", "com.alibaba.fastjson.JSONObject", "com.alibaba.fastjson2.JSONObject", "class java.util.HashMap", "class java.util.LinkedHashMap", "Meta"} {
			list = append(list, Member{Name: name, Value: kind, IsText: true})
		}
	}
	return list
}
