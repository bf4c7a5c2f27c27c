package wxup

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/wxup/wxup/form"
)

func (c *Client) uploadAccount(ctx context.Context, up *upload) (*Result, error) {
	target, err := up.target()
	if err != nil {
		return nil, err
	}
	u, err := c.address(up.ep.Host, target)
	if err != nil {
		return nil, err
	}
	tokens, parameter, err := c.tokens()
	if err != nil {
		return nil, err
	}
	fields, err := up.extra()
	if err != nil {
		return nil, err
	}
	body, err := form.New(up.filePart(), formFields(fields)...)
	if err != nil {
		return nil, err
	}
	dead := ""
	for {
		token, err := tokens.Token(ctx, dead)
		if err != nil {
			return nil, err
		}
		if err := c.pace(ctx, up); err != nil {
			return nil, err
		}
		a, err := c.post(ctx, c.transport(), withQuery(u, parameter, token), http.Header{}, up, body, token)
		if err != nil {
			return nil, err
		}
		res, refusal := c.readAccount(up, a)
		if refusal == nil {
			return res, nil
		}
		if deadToken[refusal.Problem] && token != "" && dead == "" { // once more, with another
			dead = token
			c.observe(up, Event{Kind: EventToken, Err: refusal})
			continue
		}
		return nil, refusal
	}
}

// deadToken holds what WeChat says of an access_token that is to be renewed: 40001, 40014, 42001.
var deadToken = map[Problem]bool{BadToken: true, MalformedToken: true, TokenExpired: true}

// withQuery is an address with one more query parameter, unless that has no value.
func withQuery(u *url.URL, name, value string) *url.URL {
	with := *u
	if value != "" {
		with.RawQuery = strings.TrimPrefix(with.RawQuery+"&"+name+"="+url.QueryEscape(value), "&")
	}
	return &with
}

func (c *Client) readAccount(up *upload, a *answer) (*Result, *Error) {
	if err := c.refusedAccount(a); err != nil {
		return nil, err
	}
	value, err := jsonMember(a.body, up.ep.Answer)
	if err != nil {
		return nil, a.bad(err)
	}
	return c.result(up, value, a.header.Get(sideCarID)), nil
}

// sideCarID is the header in which answers that came through the side-car carry an id.
const sideCarID = "X-Openapi-Seqid"

// refusedAccount is the refusal that an answer of api.weixin.qq.com holds, if any.
func (c *Client) refusedAccount(a *answer) *Error {
	r, err := UnmarshalAccount(a.body)
	switch {
	case err == nil && r.ErrCode != 0:
		message, rid := splitRid(r.ErrMsg)
		e := a.refused(Account, strconv.Itoa(r.ErrCode), message, cmp.Or(rid, a.header.Get(sideCarID)))
		e.Message = hide(r.ErrMsg, a.secrets)
		return e
	case !a.ok():
		e := a.foreign(Account, a.header.Get(sideCarID))
		if e.Problem == BadOpenAPIPath && !c.SideCar { // only there is a bare 502 known to mean that
			e.Problem = Unavailable
		}
		return e
	case err != nil:
		return a.bad(err)
	}
	return nil
}

// splitRid takes the ids off an errmsg:
//
//	invalid file type hint: [OOr9Ra0781d418] rid: 5f5b3894-6f7cfd2e-24149285
func splitRid(message string) (text, rid string) {
	text, rid, _ = strings.Cut(message, " rid: ")
	text, _, _ = strings.Cut(text, " hint: [")
	return strings.TrimRight(text, ","), strings.TrimSpace(rid)
}
