package wxup

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/sign"
)

func (c *Client) uploadV2(ctx context.Context, up *upload) (*Result, error) {
	m := c.Merchant
	if m == nil || m.MchID == "" || m.APIv2Key == "" {
		return nil, errors.New("set Client.Merchant with MchID and APIv2Key")
	}
	target, err := up.target()
	if err != nil {
		return nil, err
	}
	u, err := c.address(up.ep.Host, target)
	if err != nil {
		return nil, err
	}
	if c.Transport == nil && u.Scheme == "https" && len(m.Certificate.Certificate) == 0 {
		return nil, refuse(NoClientCertificate, "set Merchant.Certificate")
	}
	fields, err := up.signedFields(m)
	if err != nil {
		return nil, err
	}
	body, err := form.New(up.filePart(), fields...)
	if err != nil {
		return nil, err
	}
	if err := c.pace(ctx, up); err != nil {
		return nil, err
	}
	a, err := c.post(ctx, c.certTransport(), u, http.Header{}, up, body)
	if err != nil {
		return nil, err
	}
	return c.readV2(up, a)
}

// signedFields are the form's fields: who, which file, in which way signed, and the sign over these.
func (up *upload) signedFields(m *Merchant) ([]form.Field, error) {
	list := []field{
		{"mch_id", m.MchID},
		{up.ep.DigestField, up.digest},
		{"sign_type", cmp.Or(m.SignType, sign.HMACSHA256)},
	}
	extra, err := up.extra()
	if err != nil {
		return nil, err
	}
	list = append(list, extra...)
	values := map[string]string{}
	for _, f := range list {
		values[f.name] = f.value
	}
	list = append(list, field{"sign", sign.V2(values, m.APIv2Key)})
	return formFields(list), nil
}

func formFields(list []field) []form.Field {
	fields := make([]form.Field, len(list))
	for i, f := range list {
		fields[i] = form.Field{Name: f.name, Value: f.value}
	}
	return fields
}

func (c *Client) readV2(up *upload, a *answer) (*Result, error) {
	id := a.header.Get("Request-ID")
	fields, err := UnmarshalV2(a.body)
	switch {
	case err != nil && a.ok():
		return nil, a.bad(err)
	case err != nil: // the front of the real service speaks of client certificates in HTML
		return nil, a.foreign(PayV2, id)
	case fields["return_code"] == "":
		return nil, a.bad(errors.New("it has no return_code"))
	case fields["return_code"] != "SUCCESS":
		return nil, a.refused(PayV2, fields["err_code"], fields["return_msg"], id)
	case fields["result_code"] != "SUCCESS":
		return nil, a.refused(PayV2, fields["err_code"], fields["err_code_des"], id)
	}
	value := fields[up.ep.Answer]
	var res *Result
	if value != "" {
		res = c.result(up, value, id)
	}
	if !c.SkipVerify {
		switch {
		case fields["sign"] == "":
			return nil, &VerifyError{Err: errors.New("it has no sign"), RequestID: id, Result: res}
		case !sign.VerifyV2Answer(fields, c.Merchant.APIv2Key):
			return nil, &VerifyError{Err: errors.New("its sign does not belong to it and Merchant.APIv2Key"), RequestID: id, Result: res}
		}
	}
	if res == nil {
		return nil, a.bad(errors.New("it has no " + up.ep.Answer))
	}
	return res, nil
}
