package wxup

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// familyV3 is APIv3: a signed meta part, a signed answer.
type familyV3 struct {
	payer
	meta   string    // the text of the meta part
	serial string    // of the key that the answer is to be signed with
	began  time.Time // of the try
}

func (f *familyV3) fields(up *facts) ([]form.Field, error) {
	var members []wire.Field
	if up.ep.NameField != "" {
		members = append(members, wire.Field{Name: up.ep.NameField, Value: up.name})
	}
	if up.ep.DigestField != "" {
		members = append(members, wire.Field{Name: up.ep.DigestField, Value: up.digest})
	}
	f.meta = wire.MarshalMeta(append(members, up.extra...))
	return []form.Field{{Name: up.ep.MetaPart, Value: f.meta, ContentType: "application/json"}}, nil
}

func (f *familyV3) prepare(ctx context.Context, up *facts) (err error) {
	f.serial, err = f.answerSerial(ctx, up.ep)
	return err
}

func (f *familyV3) prove(up *facts, r *carry.Request) error {
	f.began = f.caller.now()
	if f.serial != "" {
		r.Header.Set(wire.SerialHeader, f.serial)
	}
	return f.authorize(r.Header, http.MethodPost, up.target, f.meta, up.ep.Brand)
}

func (f *familyV3) read(ctx context.Context, up *facts, a *carry.Answer) (*Result, bool, error) {
	id := a.Header.Get(wire.RequestIDHeader)
	if !a.OK() {
		refused := refusedV3(a)
		if found := f.merchant.selfCheck(a, f.began); found.en != "" {
			refused.Reason, refused.chinese = found.en, found.zh
		}
		return nil, false, refused
	}
	res, unread := up.accepted(id, f.caller.now(), func(name string) (string, error) { return wire.UnmarshalV3(name, a.Body) })
	if !f.skipVerify {
		if err := f.verify(ctx, up.ep, a); err != nil {
			return nil, false, &VerifyError{Err: err, RequestID: id, Result: res}
		}
	}
	if unread != nil {
		return nil, false, bad(a, unread)
	}
	return res, false, nil
}

// verify checks that the answer is WeChat's. If it names a certificate that is not at hand, the
// list is fetched, unless that was done since the try began.
func (f *familyV3) verify(ctx context.Context, ep *Endpoint, a *carry.Answer) error {
	return verifyAnswer(a, f.caller.now(), func(serial string) (*rsa.PublicKey, error) {
		now := f.caller.now
		key, err := f.merchant.knownKey(serial, now())
		if key != nil || err != nil || sign.IsPublicKeyID(serial) || !f.canFetch(ep) {
			return key, err
		}
		list, fresh := f.listFor(ep).since(f.began)
		if key, err = keyIn(list, serial, now()); key != nil || fresh {
			return key, err
		}
		fetch := func(ctx context.Context) ([]*x509.Certificate, error) { return f.listCertificates(ctx, ep) }
		if list, err = f.listFor(ep).refresh(ctx, now, fetch); err != nil {
			return nil, err
		}
		return keyIn(list, serial, now())
	})
}
