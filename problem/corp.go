package problem

import (
	"maps"
	"slices"
)

// Corp is the table of companies (企业微信): that of [Account], with the words that differ. Source:
// developer.work.weixin.qq.com/document/path/90313.
var Corp = corp()

func corp() *Table {
	t := &Table{slices.Clone(accountRefusals), maps.Clone(Account.codes), nil}
	t.codes["40001"] = BadSecret
	for _, row := range []Row{
		{UnknownApp, unproven, errcode(40013, "invalid corpid"), Refusal{}, "90313"},
		{BadSecret, proven, errcode(40001, "invalid credential"), Refusal{}, "90313"},
		{NoSecret, proven, errcode(41004, "corpsecret missing"), Refusal{}, "90313"},
		{BadToken, unproven, errcode(40014, "invalid access_token"), Refusal{}, "90313"},
		{AddressNotAllowed, proven, errcode(60020, "not allow to access from your ip"), Refusal{}, "90313; live, easychen/wecomchan #62"},
	} {
		*t.Row(row.Problem) = row
	}
	return t
}
