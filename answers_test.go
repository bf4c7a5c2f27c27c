package wxup

import (
	"testing"

	"github.com/wxup/wxup/wire"
)

// TestUnmarshalV3: the answer's member is found where the row says, under either name that
// documents give it, and inside objects.
func TestUnmarshalV3(t *testing.T) {
	for body, want := range map[string]struct {
		ep    *Endpoint
		value string
	}{
		`{"media_url":"https://a"}`:                             {MarketingImage, "https://a"},
		`{"image_url":"https://a"}`:                             {CouponImage, "https://a"},
		`{"media_url":"https://b"}`:                             {CouponImage, "https://b"},
		`{"x":1,"media_id":"6uqy"}`:                             {MerchantImage, "6uqy"},
		`{"receipt":{"receipt_id":"r1","state":"WAIT_REVIEW"}}`: {ReceiptImage, "r1"},
		`{"receipt":{}}`:                                        {ReceiptImage, ""},
		`{"receipt":"r1"}`:                                      {ReceiptImage, ""},
		`{"media_id":7}`:                                        {MerchantImage, ""},
		`{"media_id":""}`:                                       {MerchantImage, ""},
		`[]`:                                                    {MerchantImage, ""},
		``:                                                      {MerchantImage, ""},
		`null`:                                                  {MerchantImage, ""},
	} {
		got, err := wire.UnmarshalV3(want.ep.Answer(), []byte(body))
		if got != want.value || (err == nil) != (want.value != "") {
			t.Errorf("%s of %s: %q, %v; want %q", want.ep.Name, body, got, err, want.value)
		}
	}
	for _, ep := range Endpoints() {
		if ep.Family != PayV3 {
			continue
		}
		body, err := wire.MarshalV3(wire.Member{Name: ep.Answer(), Value: "https://a/b?c&d"})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := wire.UnmarshalV3(ep.Answer(), body); err != nil || got != "https://a/b?c&d" {
			t.Errorf("%s: %s reads back as %q, %v", ep.Name, body, got, err)
		}
	}
}
