package settings

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"read the configuration: %w":                         "读取配置文件：%w",
	"%s is larger than %d bytes; is it a configuration?": "%s 超过 %d 字节，它是配置文件吗？",
	"%s holds the secret %s, and others than its owner can read it (mode %04o): run chmod 600 %s, or move the secret out of it ({file: …}, {env: …}, {command: …})": "%s 中写有密钥 %s，而其他用户可以读取该文件（权限 %04o）：请执行 chmod 600 %s，或把密钥移到文件之外（{file: …}、{env: …}、{command: …}）",
	" not YAML: %s": " 不是有效的 YAML：%s",
	" a second document begins (---); a configuration has one":                                                     " 出现了第二个文档（---）；配置文件只能有一个文档",
	"there is no key %s%s (keys are names of flags: see wxup serve --help, wxup put --help)":                       "没有名为 %s 的键%s（键是参数名，见 wxup serve --help、wxup put --help）",
	"a list in a list cannot be the value of a flag":                                                               "参数的值不能是嵌套的列表",
	"rules is a list: - match: …":                                                                                  "rules 是一个列表：- match: …",
	"%q is not a pattern: * stands for a part of a name, ** for directories, [a-z] for a character":                "%q 不是有效的通配符：* 代表名称的一部分，** 代表目录，[a-z] 代表一个字符",
	"a rule has match, to, meta and path, not %s%s":                                                                "规则的键为 match、to、meta 和 path，没有 %s%s",
	"the rule lacks match: which files it is for":                                                                  "规则缺少 match：适用于哪些文件",
	"%s takes a plain value":                                                                                       "%s 的值必须是普通文本",
	"this must be a mapping: key: value":                                                                           "此处必须是映射：键: 值",
	"%s is already set in line %d":                                                                                 "%s 已在第 %d 行设置",
	"%[1]s is a file: write %[1]s: {file: PATH}, or {env: NAME} or {command: …} for its content":                   "%[1]s 是文件：请写 %[1]s: {file: 路径}，或用 {env: 变量名}、{command: …} 给出其内容",
	"%s comes from {file: PATH}, {env: NAME} or {command: …}, not from %s":                                         "%s 只能来自 {file: 路径}、{env: 变量名} 或 {command: …}，不能来自 %s",
	"%s comes from one of file, env and command":                                                                   "%s 只能来自 file、env、command 之一",
	"mch_p12 is a file: write mch_p12: {file: PATH}":                                                               "mch_p12 是文件：请写 mch_p12: {file: 路径}",
	"%s: %q is not a value for --%s: %w":                                                                           "%s：%q 不能作为 --%s 的值：%w",
	"%s: there is no profile %q, and no configuration that could have one: write %s, or name a file with --config": "%s：没有名为 %q 的 profile，也没有配置文件：请编写 %s，或用 --config 指定文件",
	"%s: there is no profile %q; %s has none":                                                                      "%s：没有名为 %q 的 profile；%s 中一个也没有",
	"%s: there is no profile %q; %s has: %s":                                                                       "%s：没有名为 %q 的 profile；%s 中有：%s",
}
