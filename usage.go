package wxup

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/wxup/wxup/wire"
)

// askUsage calls POST /cgi-bin/openapi/quota/get.
func askUsage(ctx context.Context, c *caller, tokens *tokenSource, ep *Endpoint) (limit, used int, err error) {
	if ep.Family != FamilyAccount || ep.Corp {
		return 0, 0, errors.New("only Official Accounts can ask for their quotas")
	}
	token, err := tokens.get(ctx, "")
	if err != nil {
		return 0, 0, err
	}
	path, _ := ep.Route()
	body, err := wire.Marshal(map[string]string{"cgi_path": path})
	if err != nil {
		return 0, 0, err
	}
	a, err := c.call(ctx, http.MethodPost, ep.host(), wire.QuotaPath+"?"+withQuery("", tokens.parameter, token), http.Header{}, body, token)
	if err != nil {
		return 0, 0, err
	}
	if _, err := readAccount(a, tokens.sideCar); err != nil {
		return 0, 0, err
	}
	var answer wire.QuotaAnswer
	if json.Unmarshal(a.Body, &answer) != nil {
		return 0, 0, bad(a, errors.New("it has no quota"))
	}
	return answer.Quota.DailyLimit, answer.Quota.Used, nil
}
