package truststore

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"it holds no certificate in PEM":   "其中没有 PEM 格式的证书",
	"there is no certificate to write": "没有可写出的证书",
	"the password of a trust store has 6 or more letters, digits or signs of ASCII: Java takes no other": "信任库的密码须为至少 6 个 ASCII 字母、数字或符号（Java 的要求）",
	"a der file holds one certificate; choose pem, p12 or jks":                                           "der 文件只能存放一张证书；请选择 pem、p12 或 jks",
	"write the key store: %w":                                     "写出信任库：%w",
	"there is no format %q, only %s":                              "没有格式 %q，只有 %s",
	"there is no command %s: install the package ca-certificates": "没有命令 %s：请安装软件包 ca-certificates",
	"%s: %w: %s": "%s：%w：%s",
	`look for "wxup local CA" in the system's keychain or certificate manager, and delete it there`:                                           "请在系统的钥匙串或证书管理器中找到“wxup local CA”并删除",
	"no trust store that wxup knows is on this system: install the package ca-certificates, or give each program the file of: wxup ca bundle": "本系统没有 wxup 支持的信任库：请安装软件包 ca-certificates，或为各程序指定 wxup ca bundle 给出的文件",
}
