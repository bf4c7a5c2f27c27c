package s3blob

import "github.com/wxup/wxup/app/internal/phrase"

// whereKeys ends each error about keys.
const whereKeys = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write ~/.aws/credentials, or give the machine a role"

const whereKeysChinese = "请设置 AWS_ACCESS_KEY_ID 与 AWS_SECRET_ACCESS_KEY，或编写 ~/.aws/credentials，或为本机授予角色"

// texts has the Chinese of the errors at the start.
var texts = phrase.Catalogue{
	"open images in %s: %w":                            "打开 %s 中的图片：%w",
	"no keys were found; " + whereKeys:                 "没有找到密钥；" + whereKeysChinese,
	"blobs: this is not the URL of a bucket; write %s": "blobs：不是存储桶的 URL；请写 %s",
	"blobs: keys do not belong into the URL, where logs and process lists show them; " + whereKeys:        "blobs：密钥不应写在 URL 中，日志与进程列表会显示它；" + whereKeysChinese,
	"blobs: the URL names no bucket; write %s":                                                            "blobs：URL 中没有存储桶；请写 %s",
	"blobs: s3://%s names a bucket, not a host; write %s":                                                 "blobs：s3://%s 处应为存储桶，而不是主机；请写 %s",
	"blobs: %.80q cannot be a bucket's name, which has 3 to 63 letters a-z, digits, hyphens and dots":     "blobs：%.80q 不能作为存储桶名：须为 3 至 63 个小写字母、数字、连字符或点",
	"blobs: what follows the ? cannot be read; write %s":                                                  "blobs：无法解析 ? 之后的内容；请写 %s",
	"blobs: %.40q: keys do not belong into the URL, where logs and process lists show them; " + whereKeys: "blobs：%.40q：密钥不应写在 URL 中，日志与进程列表会显示它；" + whereKeysChinese,
	"blobs: %.40q is unknown; there are endpoint, region, style, create and answer_within":                "blobs：不支持 %.40q；可用 endpoint、region、style、create、answer_within",
	"blobs: %s is given twice":                         "blobs：%s 重复",
	"blobs: create is true or false":                   "blobs：create 须为 true 或 false",
	"blobs: answer_within is a time from %s to %s":     "blobs：answer_within 是 %s 到 %s 之间的时间",
	"blobs: the prefix has %d bytes; 512 are the most": "blobs：前缀有 %d 字节，上限为 512",
	"blobs: %.100q cannot be a prefix":                 "blobs：%.100q 不能作为前缀",
	"blobs: endpoint is the store's address, such as https://s3.example.com or http://10.0.0.5:9000":    "blobs：endpoint 是对象存储的地址，例如 https://s3.example.com 或 http://10.0.0.5:9000",
	"blobs: keys do not belong into the endpoint, where logs and process lists show them; " + whereKeys: "blobs：密钥不应写在 endpoint 中，日志与进程列表会显示它；" + whereKeysChinese,
	"blobs: endpoint is an address alone, %s://%s; the bucket and the prefix stand after s3://":         "blobs：endpoint 只写地址 %s://%s；存储桶与前缀写在 s3:// 之后",
	"blobs: style is path (https://host/bucket/…), virtual (https://bucket.host/…) or auto":             "blobs：style 须为 path（https://host/bucket/…）、virtual（https://bucket.host/…）或 auto",
	"%w; %s": "%w；%s",
	"is endpoint=%s right? With style=virtual the host is %s.%s; style=path may be needed":                                         "endpoint=%s 正确吗？style=virtual 时主机为 %s.%s；可能需要 style=path",
	"nothing listens at %s; is the store running, and is the port right?":                                                          "%s 上没有服务在监听；请确认对象存储已运行、端口正确",
	"name the CA of the store's certificate in SSL_CERT_FILE, or use the name in the certificate as the endpoint":                  "请用 SSL_CERT_FILE 指定对象存储证书的 CA，或让 endpoint 使用证书中的名称",
	"%s does not use TLS; write endpoint=http://…":                                                                                 "%s 不使用 TLS；请写 endpoint=http://…",
	"%s uses TLS; write endpoint=https://…":                                                                                        "%s 使用 TLS；请写 endpoint=https://…",
	"if %s uses TLS, write endpoint=https://…":                                                                                     "如果 %s 使用 TLS，请写 endpoint=https://…",
	"%s does not answer; is a firewall or a proxy (HTTPS_PROXY) in the way?":                                                       "%s 没有响应；是否被防火墙或代理（HTTPS_PROXY）拦截？",
	"create the bucket %s, or add create=true to the URL":                                                                          "请创建存储桶 %s，或在 URL 中加上 create=true",
	"the bucket %s belongs to someone else; choose another name":                                                                   "存储桶 %s 属于他人；请换一个名称",
	"the keys are wrong or no longer valid; check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or the machine's role": "密钥错误或已失效；请检查 AWS_ACCESS_KEY_ID 与 AWS_SECRET_ACCESS_KEY、AWS_PROFILE 或本机的角色",
	"set this machine's clock (timedatectl set-ntp true)":                                                                          "请校准本机时钟（timedatectl set-ntp true）",
	"write region=%s":                      "请写 region=%s",
	"write region=… as the store names it": "请按对象存储的名称填写 region=…",
	"add style=virtual to the URL":         "请在 URL 中加上 style=virtual",
	"the keys need s3:GetObject, s3:PutObject and s3:DeleteObject on %s/%s* and s3:ListBucket on %s; see docs/s3.md": "密钥需要对 %s/%s* 的 s3:GetObject、s3:PutObject、s3:DeleteObject 权限，以及对 %s 的 s3:ListBucket 权限；见 docs/s3.zh-CN.md",
	"the bucket does not exist": "存储桶不存在",
	"the store is full":         "对象存储已满",
	"the store refuses the keys or what they are used for; see docs/s3.md":    "对象存储拒绝了密钥或其权限；见 docs/s3.zh-CN.md",
	"endpoint or region is wrong; write both as the bucket's page shows them": "endpoint 或 region 有误；请按存储桶页面填写",
	"is %s the address of the S3 API, not of a console?":                      "%s 是 S3 API 的地址，而不是控制台的地址吗？",
	"look for an object: %w": "查找对象：%w",
	"create the bucket: %w":  "创建存储桶：%w",
	"write an object: %w":    "写入对象：%w",
	"the store accepts no object in any of the forms that were tried": "已尝试各种写入方式，对象存储均不接受",
	"images in %s: %w":                          "%s 中的图片：%w",
	"the store did not answer within %s":        "对象存储在 %s 内没有响应",
	"given up after %s: %s":                     "%s 后放弃：%s",
	"the store's answer cannot be read: %.100s": "无法解析对象存储的响应：%.100s",
	"the store says %s":                         "对象存储返回 %s",
	"the connection to the store was cut: %w":   "与对象存储的连接中断：%w",
	"the connection to the store failed: %w":    "无法连接对象存储：%w",
}
