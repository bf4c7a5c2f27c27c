package words

import "github.com/wxup/wxup/app/internal/phrase"

const CaLong = `The local CA issues the certificates with which wxup acts as WeChat's hosts. It was made at the first
start, in this data directory, and can issue certificates for those hosts and this machine only. Ways to
make a program trust it:

  wxup exec -- CMD               one program, while it runs (variables for curl, Go, Python, Ruby, PHP, Node, Java, …)
  eval "$(wxup env)"             one shell
  sudo wxup ca install           this system; wxup ca uninstall undoes it
  wxup ca export --format jks    Java's -Djavax.net.ssl.trustStore, for Java that calls nothing else; ca bundle for all`

const CaExportLong = `Writes the CA's certificate. p12 and jks are trust stores for Java: p12 for Java 8u301, 11.0.12 and
later, jks for any version.

  wxup ca export --format jks -o wxup.jks
  java -Djavax.net.ssl.trustStore=wxup.jks -Djavax.net.ssl.trustStorePassword=changeit …`

const CaBundleLong = `Writes the CA together with the roots that this system trusts, for settings that replace the system's
roots: SSL_CERT_FILE, CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE, and with --format jks Java's
javax.net.ssl.trustStore.`

const CaInstallLong = `Adds the CA to the system's trust store (Debian, Ubuntu, Fedora, RHEL, Arch, Alpine, openSUSE, macOS,
Windows). It needs root, and prints what it does first. Firefox, Node.js and a Java that is not the
distribution's have trust stores of their own.`

const CaRenewLong = `Issues the CA's next certificate: the same key and name, valid for 10 years from now. Programs that trust
the old one continue to work until it expires. If others may know the key, do not renew: start over in a
new data directory.`

// caChinese is the Chinese of ca.
var caChinese = phrase.Catalogue{
	"there is no CA in %s; start wxup serve once, or name the directory with --data": "%s 中没有 CA；请先启动一次 wxup serve，或用 --data 指定目录",
	"%s: %w; start wxup serve once to write it again":                                "%s：%w；请启动一次 wxup serve 以重新写出",
	"a %s file cannot be printed on a terminal; name a file with -o":                 "%s 文件无法显示在终端上；请用 -o 指定文件",
	"%w; or remove all: wxup ca uninstall --all":                                     "%w；或全部移除：wxup ca uninstall --all",
	"the system's trust store belongs to root; run: sudo %s %s --data %s":            "系统信任库属于 root；请执行 sudo %s %s --data %s",
	"the local CA: show it, export it, make this system trust it":                    "本地 CA：查看、导出、让本机系统信任",
	CaLong: `本地 CA 为微信各域名签发证书，使你的程序把 wxup 当作微信。它在首次启动时生成于数据目录，只能为这些域名和本机签发证书。
让程序信任它的办法：

  wxup exec -- CMD               仅一个程序，运行期间有效（curl、Go、Python、Ruby、PHP、Node、Java 等的环境变量）
  eval "$(wxup env)"             一个 shell
  sudo wxup ca install           本机系统；wxup ca uninstall 可还原
  wxup ca export --format jks    Java 的 -Djavax.net.ssl.trustStore（只含本 CA）；含系统根证书的用 ca bundle`,
	"show subject, fingerprints, validity, and the names it may issue for": "主体、指纹、有效期及可签发的名称",
	"file":                                "文件",
	"subject":                             "主体",
	"serial":                              "序列号",
	"valid":                               "有效期",
	"issues for":                          "仅可签发",
	", and names below them":              "，及其下级域名",
	"key":                                 "密钥",
	"ECDSA P-256, kept in the index only": "ECDSA P-256，仅保存在索引中",
	"trusted here":                        "系统信任",
	"yes":                                 "是",
	"not by the system (wxup ca install)": "否（wxup ca install）",
	"it expires soon; renew it with: wxup ca renew": "即将到期；请运行：wxup ca renew",
	"one JSON object": "输出 JSON",
	"one of ":         "格式：",
	"password of a p12 or jks; it protects nothing secret": "p12 或 jks 的口令，其中没有机密",
	"the file to write; - is standard output":              "输出文件；- 为标准输出",
	"write the CA's certificate, never its key":            "导出 CA 证书（绝不含私钥）",
	CaExportLong: `导出 CA 证书。p12 与 jks 为 Java 信任库：p12 适用于 Java 8u301、11.0.12 及更新版本，jks 适用于所有版本。

  wxup ca export --format jks -o wxup.jks
  java -Djavax.net.ssl.trustStore=wxup.jks -Djavax.net.ssl.trustStorePassword=changeit …`,
	"write the CA together with the system's roots": "导出 CA 与系统根证书的合集",
	CaBundleLong: `导出 CA 与系统根证书的合集，用于会替换系统根证书的设置：SSL_CERT_FILE、CURL_CA_BUNDLE、REQUESTS_CA_BUNDLE，
以及 Java 的 javax.net.ssl.trustStore（--format jks）。`,
	"the system's roots were not found; the bundle holds the CA alone": "未找到系统根证书文件；合集中只有本 CA",
	"make this system trust the CA":                                    "让本机系统信任 CA",
	CaInstallLong: `把 CA 加入系统信任库（Debian、Ubuntu、Fedora、RHEL、Arch、Alpine、openSUSE、macOS、Windows），需要 root 权限。
执行前会先打印步骤。Firefox、Node.js 以及非发行版自带的 Java 使用各自的信任库。`,
	"print the steps only": "只打印步骤，不执行",
	"undo ca install":      "撤销 ca install",
	"remove the CAs of all wxup installations, even those whose data directory is gone": "移除所有 wxup 的 CA，包括数据目录已删除的",
	"nothing to do: the system does not trust it":                                       "无需操作：系统并不信任它",
	"done; running programs may have to be restarted":                                   "完成；已在运行的程序可能需要重新启动",
	"renew the CA for 10 years, with the same key":                                      "为 CA 续期 10 年，密钥不变",
	CaRenewLong: `签发 CA 的下一张证书：密钥与名称不变，自现在起 10 年有效。信任旧证书者在其到期之前仍可继续使用。
若密钥可能已泄露，请勿续期，而应改用新的数据目录。`,
	"valid until %s; restart wxup serve, and repeat wxup ca install and wxup ca export where you used them\n": "有效期至 %s；请重启 wxup serve，并重新分发（wxup ca install、wxup ca export）\n",
}
