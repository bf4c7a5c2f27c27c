package wxup

import (
	"cmp"
	"context"
	"errors"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// familyV2 is APIv2: a client certificate, a signed form, a signed answer. Its caller's transport
// shows the certificate.
type familyV2 struct {
	caller         *caller
	merchant       *Merchant
	skipVerify     bool
	ownCertificate bool // a RoundTripper of the user's own shows it
}

// fields are who, which file, in which way signed, and the sign over these.
func (f *familyV2) fields(up *facts) ([]form.Field, error) {
	m := f.merchant
	if m == nil || m.MchID == "" || m.APIv2Key == "" {
		return nil, errors.New("set Client.Merchant with MchID and APIv2Key")
	}
	signType := cmp.Or(m.SignType, sign.HMACSHA256)
	list := []wire.Field{{Name: "mch_id", Value: m.MchID}}
	if up.ep.DigestField != "" {
		list = append(list, wire.Field{Name: up.ep.DigestField, Value: up.digest})
	}
	list = append(append(list, wire.Field{Name: "sign_type", Value: signType}), up.extra...)
	values := map[string]string{}
	for _, field := range list {
		values[field.Name] = field.Value
	}
	return formFields(append(list, wire.Field{Name: "sign", Value: sign.V2(signType, values, m.APIv2Key)})), nil
}

func (f *familyV2) prepare(context.Context, *facts) error { return nil }

func (f *familyV2) prove(up *facts, r *carry.Request) error {
	if !f.ownCertificate && r.URL.Scheme == "https" && len(f.merchant.Certificate.Certificate) == 0 {
		return refuse(problem.NoClientCertificate, "set Merchant.Certificate")
	}
	return nil
}

func (f *familyV2) read(_ context.Context, up *facts, a *carry.Answer) (*Result, bool, error) {
	id := a.Header.Get(wire.RequestIDHeader)
	fields, err := wire.UnmarshalV2(a.Body)
	switch {
	case err != nil && a.OK():
		return nil, false, bad(a, err)
	case err != nil: // the front of the real service speaks of client certificates in HTML
		return nil, false, foreign(a, PayV2, id)
	case fields["return_code"] == "":
		return nil, false, bad(a, errors.New("it has no return_code"))
	case fields["return_code"] != "SUCCESS":
		return nil, false, refused(a, PayV2, fields["err_code"], fields["return_msg"], id)
	case fields["result_code"] != "SUCCESS":
		return nil, false, refused(a, PayV2, fields["err_code"], fields["err_code_des"], id)
	}
	res, unread := up.accepted(id, f.caller.now(), func(name string) (string, error) {
		if fields[name] == "" {
			return "", errors.New("it has no " + name)
		}
		return fields[name], nil
	})
	if !f.skipVerify {
		switch {
		case fields["sign"] == "":
			return nil, false, &VerifyError{Err: errors.New("it has no sign"), RequestID: id, Result: res}
		case !sign.VerifyV2Answer(fields, f.merchant.APIv2Key):
			return nil, false, &VerifyError{Err: errors.New("its sign does not belong to it and Merchant.APIv2Key"), RequestID: id, Result: res}
		}
	}
	if unread != nil {
		return nil, false, bad(a, unread)
	}
	return res, false, nil
}
