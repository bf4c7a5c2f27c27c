package wxup_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// families are the three, each with an endpoint.
var families = map[wxup.Family]*wxup.Endpoint{wxup.PayV3: wxup.MarketingImage, wxup.PayV2: wxup.SecapiMedia, wxup.FamilyAccount: wxup.ArticleImage}

// say writes a refusal as the family's server does.
func say(w http.ResponseWriter, f wxup.Family, r problem.Refusal) {
	var body []byte
	switch {
	case f == wxup.PayV2 && r.Status != 200:
		w.Header().Set("Content-Type", "text/html")
		body = fmt.Appendf(nil, "<html>\r\n<head><title>%s</title></head>\r\n<body bgcolor=\"white\">\r\n</body>\r\n</html>\r\n", r.Message)
	case r.Code == "" && f != wxup.PayV2:
	case f == wxup.PayV3:
		answer := wire.V3Refusal{Code: r.Code, Message: r.Message}
		if r.Field != "" {
			answer.Detail, _ = json.Marshal(wire.V3Detail{Field: r.Field, Location: r.Where})
		}
		body, _ = json.Marshal(answer)
		w.Header().Set("Request-ID", "08F5-"+strconv.Itoa(r.Number))
	case f == wxup.PayV2 && r.Protocol:
		fields := []wire.Field{{Name: "return_code", Value: "FAIL"}, {Name: "return_msg", Value: r.Message}}
		if r.Code != "" {
			fields = append(fields, wire.Field{Name: "err_code", Value: r.Code})
		}
		body = wire.MarshalV2(fields)
	case f == wxup.PayV2:
		body = wire.MarshalV2([]wire.Field{
			{Name: "return_code", Value: "SUCCESS"}, {Name: "return_msg", Value: "OK"}, {Name: "result_code", Value: "FAIL"},
			{Name: "err_code", Value: r.Code}, {Name: "err_code_des", Value: r.Message},
		})
	default:
		code, _ := strconv.Atoi(r.Code)
		body, _ = wire.MarshalAccount(code, wire.JoinRID(r.Message, "5f5b3894-6f7cfd2e-24149285"))
	}
	w.WriteHeader(r.Status)
	w.Write(body)
}

// Every row of every family's table, as documented and as observed: written as an answer, the
// client reads the same problem, or, where several share code and message, one that is said in the
// same words.
func TestRefusalsAreReadBack(t *testing.T) {
	for family, ep := range families {
		for _, row := range problem.Of(family).Rows {
			for profile, r := range map[problem.Profile]problem.Refusal{problem.Documented: row.Documented, problem.Observed: row.In(problem.Observed)} {
				t.Run(fmt.Sprintf("%s/%s/%s", family, row.Problem, profile), func(t *testing.T) {
					s := serve(t, func(w http.ResponseWriter, _ *http.Request) { say(w, family, r) })
					c := payClient(s)
					c.Auth = wxup.SideCar{} // only there does a bare 502 say more than that a gateway failed
					_, err := c.Upload(t.Context(), ep, wxup.Bytes("a.png", pngFile))
					e, ok := errors.AsType[*wxup.Error](err)
					if !ok || !errors.Is(err, e.Problem) || wxup.ProblemOf(err) != e.Problem {
						t.Fatalf("got %v", err)
					}
					var sameWords []wxup.Problem
					for _, other := range problem.Of(family).Rows {
						for _, o := range []problem.Refusal{other.In(problem.Documented), other.In(problem.Observed)} {
							if o.Status == r.Status && o.Code == r.Code && o.Message == r.Message {
								sameWords = append(sameWords, other.Problem)
								break
							}
						}
					}
					if e.Problem != row.Problem && (len(sameWords) == 1 || !slices.Contains(sameWords, e.Problem)) {
						t.Errorf("got %s, want %s or another of %s", e.Problem, row.Problem, sameWords)
					}
					wantMessage := r.Message
					if family == wxup.FamilyAccount && r.Code != "" {
						wantMessage += " rid: 5f5b3894-6f7cfd2e-24149285"
						mustBe(t, "id", e.RequestID, "5f5b3894-6f7cfd2e-24149285")
					}
					mustBe(t, "verbatim", fmt.Sprint(e.Status, e.Code, e.Message), fmt.Sprint(r.Status, r.Code, wantMessage))
					if row.Source == "" {
						t.Error("the row has no source")
					}
				})
			}
		}
	}
}

// Problems have texts in both languages, and are named once in each table.
func TestProblemTexts(t *testing.T) {
	for family := range families {
		seen := map[wxup.Problem]bool{}
		for _, row := range problem.Of(family).Rows {
			if seen[row.Problem] {
				t.Errorf("%s: %s is there twice", family, row.Problem)
			}
			seen[row.Problem] = true
			if row.Problem.Text("en") == "" || row.Problem.Text("zh-CN") == "" || row.Problem.Text("en") != row.Problem.Error() {
				t.Errorf("%s: %s has no texts", family, row.Problem)
			}
			if (row.Problem.Hint("en") == "") != (row.Problem.Hint("zh") == "") {
				t.Errorf("%s has a hint in one language", row.Problem)
			}
		}
		mustBe(t, "without words", problem.Of(family).Refusal("no such problem", problem.Documented), problem.Of(family).Refusal(wxup.Internal, problem.Documented))
	}
	mustBe(t, "unknown", wxup.Problem("some_thing").Error(), "some thing")
	for p, want := range map[wxup.Problem]bool{wxup.TooFrequent: true, wxup.Internal: true, wxup.Unavailable: true, problem.BadDigest: false, wxup.Refused: false} {
		mustBe(t, string(p), p.Temporary(), want)
	}
	mustBe(t, "no problem", wxup.ProblemOf(io.EOF), wxup.Problem(""))
}

// What the tables elsewhere say for the same problems, and texts that are not in any.
func TestOtherCodes(t *testing.T) {
	for _, test := range []struct {
		family        wxup.Family
		status        int
		code, message string
		want          wxup.Problem
	}{
		{wxup.PayV3, 429, "RATE_LIMITED", "", wxup.TooFrequent},
		{wxup.PayV3, 429, "FREQUENCY_LIMIT_EXCEED", "x", wxup.TooFrequent},
		{wxup.PayV3, 401, "SIGN_ERROR", "签名错误，请检查后再试", wxup.BadSignature},
		{wxup.PayV3, 400, "PARAM_ERROR", "x", problem.BadParameter},
		{wxup.PayV3, 500, "SYSTEMERROR", "", wxup.Internal},
		{wxup.PayV3, 500, "", "", wxup.Internal},
		{wxup.PayV3, 400, "NEVER_SEEN", "", wxup.Refused},
		{wxup.PayV3, 503, "NEVER_SEEN", "", wxup.Unavailable},
		{wxup.PayV3, 502, "SERVICE_UNAVAILABLE", "", wxup.Unavailable},
		{wxup.PayV3, 404, "ORDER_NOT_EXIST", "", problem.NotFound},
		{wxup.PayV2, 200, "SIGN_ERROR", "", wxup.BadSignature},
		{wxup.PayV2, 200, "INVALID_REQUEST", "暂无图片上传权限,请检查后重试", wxup.NotPermitted},
		{wxup.PayV2, 200, "", "频率限制", wxup.TooFrequent},
		{wxup.PayV2, 200, "NVALID_REQUEST", "", problem.MethodNotAllowed},
		{wxup.PayV2, 400, "", "400 No required SSL certificate was sent", problem.NoClientCertificate},
		{wxup.FamilyAccount, 200, "40006", "invalid meida size", wxup.TooLarge},
		{wxup.FamilyAccount, 200, "45001", "media size out of limit", wxup.TooLarge},
		{wxup.FamilyAccount, 200, "40137", "x", wxup.NotImage},
		{wxup.FamilyAccount, 200, "99999", "x", wxup.Refused},
	} {
		if got := problem.Of(test.family).Problem(test.status, test.code, test.message); got != test.want {
			t.Errorf("%s %d %s: got %s, want %s", test.family, test.status, test.code, got, test.want)
		}
	}
}

// What an error looks like to a person.
func TestErrorText(t *testing.T) {
	for want, e := range map[string]wxup.Error{
		"marketing: the file is too large: it has 3 bytes; at most 2 bytes are taken": {Problem: wxup.TooLarge, Endpoint: "marketing", Reason: "it has 3 bytes; at most 2 bytes are taken"},
		"marketing: the file is empty": {Problem: wxup.EmptyFile, Endpoint: "marketing"},
		"article: the access_token has expired (WeChat said: 42001 access_token expired rid: 1-2-3)": {
			Problem: problem.TokenExpired, Endpoint: "article", Status: 200, Code: "42001", Message: "access_token expired rid: 1-2-3", RequestID: "1-2-3"},
		"merchant: the service is not available (HTTP 502) [08F5-0]": {Problem: wxup.Unavailable, Endpoint: "merchant", Status: 502, RequestID: "08F5-0"},
	} {
		mustBe(t, "text", e.Error(), want)
	}
}
