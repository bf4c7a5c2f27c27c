package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/chanxuehong/wechat/mp/base"
	mp "github.com/chanxuehong/wechat/mp/core"
	"github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/util"
)

// account uploads to /cgi-bin/media/uploadimg with an access_token that is at hand.
var account = []contender{
	{"net/http", bareAccount},
	{"wxup", func(s *setup) (func(context.Context) error, error) { return uploadWith(s.client(), s), nil }},
	{"chanxuehong/wechat 2023-02-22", chanxuehong},
	{"silenceper/wechat v2.1.12", silenceper},
}

// bareAccount is a POST of a body that lies ready. There is nothing to sign, and no digest.
func bareAccount(s *setup) (func(context.Context) error, error) {
	content, err := os.ReadFile(s.path)
	if err != nil {
		return nil, err
	}
	body, contentType, err := s.form(content, "")
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: s.transport}
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token="+s.token, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", contentType)
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(answer, []byte(`"url"`)) {
			return fmt.Errorf("net/http: %s %s %v", resp.Status, answer, err)
		}
		return nil
	}, nil
}

func chanxuehong(s *setup) (func(context.Context) error, error) {
	client := mp.NewClient(tokenServer(s.token), &http.Client{Transport: s.transport})
	return func(context.Context) error {
		url, err := base.UploadImage(client, s.path)
		if err == nil && url == "" {
			err = errors.New("chanxuehong: no URL")
		}
		return err
	}, nil
}

// tokenServer is chanxuehong's AccessTokenServer; the third method is how that interface marks
// itself.
type tokenServer string

func (t tokenServer) Token() (string, error)               { return string(t), nil }
func (t tokenServer) RefreshToken(string) (string, error)  { return string(t), nil }
func (t tokenServer) IID01332E16DF5011E5A9D5A4DB30FED8E1() {}

func silenceper(s *setup) (func(context.Context) error, error) {
	account := wechat.NewWechat().GetOfficialAccount(&config.Config{AppID: "wx1234567890abcdef", Cache: cache.NewMemory()})
	account.SetAccessTokenHandle(tokenHandle(s.token))
	material := account.GetMaterial()
	client := &http.Client{Transport: s.transport}
	return func(context.Context) error {
		util.DefaultHTTPClient = client // the SDK has one for everybody
		url, err := material.ImageUpload(s.path)
		if err == nil && url == "" {
			err = errors.New("silenceper: no URL")
		}
		return err
	}, nil
}

type tokenHandle string

func (t tokenHandle) GetAccessToken() (string, error) { return string(t), nil }
