package words

import "github.com/wxup/wxup/app/internal/phrase"

const ConfigLong = `The configuration is a YAML file: the one of --config or WXUP_CONFIG, or else %s, if it exists.
A flag that is typed wins over its variable in the environment, that over the profile, and that over the rest of the file.

%s

Secrets come from {file: …}, {env: …} or {command: …}. A file that holds a secret itself must have mode 0600.`

const ConfigShowLong = `Prints the flags of a command (by default put) with their values from the configuration and the environment, the
credentials, and the rules. Secrets are masked, files that hold them are not opened, and commands that print them are not run.`

const ConfigSample = `  to: article                            # any flag, by its name
  rate: article=500/d
  profile: shop                          # the profile if --profile does not say
  profiles:
    shop:
      mchid: "1900009191"
      mch_serial: 1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C
      mch_key: {file: apiclient_key.pem} # relative to this file
      apiv3_key: {command: pass show wechat/apiv3}
      apiv2_key: {env: SHOP_APIV2_KEY}
      parallel: 4                        # a flag, while this profile is chosen
    news:
      appid: wx8397f8696b538317
      appsecret: {file: ~/.secrets/news}
  rules:                                 # the first that matches says what a file is for
    - match: "licences/*"
      to: merchant
    - match: "receipt-*.jpg"
      to: receipt
      meta: {transaction_id: "4200000001", openid: oUpF8uMuAJO_M2pxb1Q9zNjWeS6o}`

// configChinese is the Chinese of config.
var configChinese = phrase.Catalogue{
	"the configuration: flags, profiles of merchants and apps, rules": "配置文件：参数、商户与公众号的 profile、规则",
	ConfigLong: `配置文件为 YAML：--config 或 WXUP_CONFIG 指定的文件，否则 %s（若存在）。
优先级：命令行参数、环境变量、profile、文件的其余部分。

%s

密钥来自 {file: …}、{env: …} 或 {command: …}；若直接写在文件中，文件权限须为 0600。`,
	ConfigSample: `  to: article                            # 任何参数，键为参数名
  rate: article=500/d
  profile: shop                          # 未给出 --profile 时使用的 profile
  profiles:
    shop:
      mchid: "1900009191"
      mch_serial: 1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C
      mch_key: {file: apiclient_key.pem} # 相对于本文件
      apiv3_key: {command: pass show wechat/apiv3}
      apiv2_key: {env: SHOP_APIV2_KEY}
      parallel: 4                        # 参数，选用此 profile 时生效
    news:
      appid: wx8397f8696b538317
      appsecret: {file: ~/.secrets/news}
  rules:                                 # 第一条匹配的规则决定文件的用途
    - match: "licences/*"
      to: merchant
    - match: "receipt-*.jpg"
      to: receipt
      meta: {transaction_id: "4200000001", openid: oUpF8uMuAJO_M2pxb1Q9zNjWeS6o}`,
	"print the values that a command would use; secrets are masked": "打印某个命令实际使用的值；密钥会被遮盖",
	ConfigShowLong: `打印某个命令（默认 put）在当前配置与环境变量下的参数、凭据与规则。密钥会被遮盖；存放密钥的文件不会打开，
输出密钥的命令不会执行。`,
	"print where each value comes from": "说明每个值的来源",
	"none (%s does not exist)":          "无（%s 不存在）",
	"configuration: %s":                 "配置文件：%s",
	"rule %d: %s":                       "规则 %d：%s",
	"default":                           "默认",
}
