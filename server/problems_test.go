package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// A cause is one natural way to come by a problem: what a caller, or the world, does wrong.
// docs/errors.md is made from this list, and TestProblems brings each one about, in both profiles.
type cause struct {
	family  wxup.Family
	problem problem.Problem
	how     string // for docs/errors.md
	conf    func(*Config)
	do      func(g *rig) answer
	only    problem.Profile // the one profile in which the problem exists; "" is both
}

// The causes of PayV3 are brought about on the row that is given.
func causes(market *wxup.Endpoint) []cause {
	v3, v2, oa := wxup.PayV3, wxup.PayV2, wxup.FamilyAccount
	secapi, article := wxup.SecapiMedia, wxup.ArticleImage
	good, goodName := sample(market)
	with := func(ep *wxup.Endpoint, change func(a *attempt)) func(*rig) answer {
		return func(g *rig) answer {
			a := try(ep)
			change(a)
			return g.send(a)
		}
	}
	auth := func(change func(*sign.Authorization)) func(*rig) answer {
		return with(market, func(a *attempt) { a.auth = change })
	}
	cert := func(state CertificateState, change func(*x509.Certificate)) func(*rig) answer {
		return func(g *rig) answer {
			leaf := *keys().mine.pair.Leaf
			if change != nil {
				change(&leaf)
			}
			g.mem.PutMerchant(Merchant{MchID: mchid, APIv2Key: apiV2Key, APIv3Key: apiV3Key, Certificates: []MerchantCertificate{{&leaf, state}}})
			return g.send(try(market))
		}
	}
	merchant := func(ep *wxup.Endpoint, change func(*Merchant)) func(*rig) answer {
		return func(g *rig) answer {
			m, _ := g.mem.Merchant(context.Background(), mchid)
			change(m)
			g.mem.PutMerchant(*m)
			return g.send(try(ep))
		}
	}
	app := func(change func(*App)) func(*rig) answer {
		return func(g *rig) answer {
			token := g.token()
			x := App{AppID: appid, Secret: appSecret}
			change(&x)
			g.mem.PutApp(x)
			a := try(article)
			a.query = "access_token=" + token
			return g.send(a)
		}
	}
	token := func(query string) func(*rig) answer {
		return func(g *rig) answer { return g.get("/cgi-bin/token?" + query) }
	}
	goodToken := "grant_type=client_credential&appid=" + appid + "&secret=" + appSecret
	comp := func(path string, ask map[string]string) func(*rig) answer {
		return func(g *rig) answer { return g.post(path+"?component_access_token="+g.componentToken(), ask) }
	}
	twice := func(ep *wxup.Endpoint, change func(g *rig, a *attempt)) func(*rig) answer {
		return func(g *rig) answer {
			a := try(ep)
			if first := g.send(a); first.status != 200 {
				g.t.Fatalf("the first upload: %s", first.body)
			}
			change(g, a)
			return g.send(a)
		}
	}
	broken := func(ep *wxup.Endpoint) func(*rig) answer {
		return func(g *rig) answer {
			g.srv.Keeper = brokenKeeper{}
			return g.send(try(ep))
		}
	}
	crowded := func(ep *wxup.Endpoint) func(*rig) answer {
		return func(g *rig) answer {
			a := try(ep)
			if ep.Family == oa {
				a.query = "access_token=" + g.token()
			}
			a.data = append(bytes.Clone(a.data), make([]byte, 2*freeStep)...) // less needs no room
			g.srv.budget.open.held, g.srv.budget.proved.held = g.srv.Budget, g.srv.Budget
			g.srv.BudgetWait = time.Millisecond
			return g.send(a)
		}
	}
	bomb := pngBomb()
	limited := func(c *Config) { c.Limit.PerMinute = 1 }
	documentedQuota := func(c *Config) { c.Limit.Documented = true }

	return []cause{
		// PayV3
		{v3, problem.NotFound, "a path that no API has", nil, with(market, func(a *attempt) { a.path += "s" }), ""},
		{v3, problem.MethodNotAllowed, "PUT instead of POST", nil, with(market, func(a *attempt) { a.method = "PUT" }), ""},
		{v3, problem.MissingHeader, "no User-Agent header (PHP's bare curl)", nil, with(market, func(a *attempt) { a.header["User-Agent"] = "" }), ""},
		{v3, problem.MissingHeader, "no Accept header", nil, with(market, func(a *attempt) { a.header["Accept"] = "" }), ""},
		{v3, problem.BadAuthorization, "no Authorization header", nil, with(market, func(a *attempt) { a.header["Authorization"] = "" }), ""},
		{v3, problem.BadAuthorization, "an Authorization header without quotes", nil, with(market, func(a *attempt) {
			a.header["Authorization"] = "WECHATPAY2-SHA256-RSA2048 mchid=1900009191,nonce_str=a,timestamp=1,serial_no=1,signature=x"
		}), ""},
		{v3, problem.BadScheme, "Authorization: Bearer …", nil, with(market, func(a *attempt) { a.header["Authorization"] = "Bearer abc" }), ""},
		{v3, problem.Expired, "a timestamp 301 seconds old", nil, auth(func(x *sign.Authorization) { x.Timestamp = shift(x.Timestamp, -301) }), ""},
		{v3, problem.Expired, "a timestamp in milliseconds", nil, auth(func(x *sign.Authorization) { x.Timestamp += "000" }), ""},
		{v3, problem.UnknownMerchant, "an mchid that does not exist", nil, auth(func(x *sign.Authorization) { x.MchID = "1999999999" }), ""},
		{v3, problem.UnknownSerial, "the serial number of the platform's certificate", nil, auth(func(x *sign.Authorization) { x.SerialNo = keys().platform.ID }), ""},
		{v3, problem.NoCertificate, "a merchant that never applied for an API certificate", nil, merchant(market, func(m *Merchant) { m.Certificates = nil }), ""},
		{v3, problem.CertificateExpired, "an expired API certificate", nil, cert(Valid, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) }), ""},
		{v3, problem.CertificateRevoked, "a revoked API certificate (wxup merchant revoke --serial)", nil, cert(Revoked, nil), ""},
		{v3, problem.CertificateReplaced, "an API certificate that was replaced (wxup merchant rotate --end-old)", nil, cert(Replaced, nil), ""},
		{v3, problem.NoAPIv3Key, "GET /v3/certificates for a merchant that has set no APIv3 key", nil, func(g *rig) answer {
			g.mem.PutMerchant(Merchant{MchID: mchid, Certificates: []MerchantCertificate{{keys().mine.pair.Leaf, Valid}}})
			return g.certificates()
		}, ""},
		{v3, problem.NoPlatformCertificate, "GET /v3/certificates for a merchant in public-key mode", nil, func(g *rig) answer {
			g.mem.PutMerchant(Merchant{MchID: mchid, APIv3Key: apiV3Key, PublicKeyOnly: true, Certificates: []MerchantCertificate{{keys().mine.pair.Leaf, Valid}}})
			return g.certificates()
		}, ""},
		{v3, problem.BadSignature, "the private key of another merchant", nil, with(market, func(a *attempt) { a.key = keys().theirs.key }), ""},
		{v3, problem.BadSignature, "an empty body signed instead of meta", nil, with(market, func(a *attempt) { a.signed = new(string) }), ""},
		{v3, problem.BadSignature, "bare LF line ends: the form cannot be read, so meta is empty", nil, with(market, func(a *attempt) {
			a.meta = a.metaWith("00")
			lf := strings.ReplaceAll(string(a.form()), "\r\n", "\n")
			a.body = &lf
		}), ""},
		{v3, problem.BadSignText, "a sixth line with the mchid in the signed text", nil, func(g *rig) answer {
			a := try(market)
			a.auth = func(x *sign.Authorization) {
				text := append(sign.V3Request("POST", a.path, x.Timestamp, x.NonceStr, []byte(a.meta)), "mchid="+mchid+"\n"...)
				x.Signature, _ = sign.RSA(keys().mine.key, text)
			}
			return g.send(a)
		}, ""},
		{v3, problem.Replayed, "a nonce_str used again for another file", nil, twice(market, func(_ *rig, a *attempt) {
			a.data, a.meta = append(bytes.Clone(good), '!'), ""
			nonce := a.last.NonceStr
			a.auth = func(x *sign.Authorization) { x.NonceStr = nonce }
		}), ""},
		{v3, problem.NoMeta, "no part named meta, and an empty body signed", nil, with(market, func(a *attempt) { a.order = []string{"file"}; a.signed = new(string) }), ""},
		{v3, problem.BadMeta, "meta is not JSON", nil, with(market, func(a *attempt) { a.meta = "filename=photo.jpg" }), ""},
		{v3, problem.BadMeta, "meta without sha256", nil, with(market, func(a *attempt) { a.meta = a.metaWith("") }), ""},
		{v3, problem.BadMeta, "a member of meta given twice", nil, with(market, func(a *attempt) {
			a.meta = strings.TrimSuffix(a.metaWith(a.digest()), "}") + `,"` + market.DigestField + `":"00"}`
		}), ""},
		{v3, problem.BadMeta, "two meta parts", nil, func(g *rig) answer {
			a := try(market)
			a.meta = a.metaWith(a.digest())
			a.order = []string{"meta", "meta", "file"}
			return g.send(a)
		}, ""},
		{v3, problem.NoFile, "the file part named image", nil, with(market, func(a *attempt) { a.partName = "image" }), ""},
		{v3, problem.EmptyFile, "an empty file (its stream was already read to hash it)", nil, with(market, func(a *attempt) { a.data = nil }), ""},
		{v3, problem.NameMismatch, "meta and file part name different files, with --names enforce", func(c *Config) { c.EnforceNames = true },
			with(market, func(a *attempt) { a.partHead = `form-data; name="` + market.FilePart + `"; filename="other.jpg"` }), ""},
		{v3, problem.BadDigest, "the digest of other bytes", nil, with(market, func(a *attempt) {
			a.meta = a.metaWith(strings.Repeat("0", 64))
		}), ""},
		{v3, problem.BadDigest, "one bit of the file changed in transit", nil, with(market, func(a *attempt) {
			a.meta = a.metaWith(a.digest())
			a.data = bytes.Clone(a.data)
			a.data[len(a.data)/2] ^= 1
		}), ""},
		{v3, problem.NotImage, "a GIF renamed to .jpg", nil, with(market, func(a *attempt) { a.data = []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;") }), ""},
		{v3, problem.NotImage, "a JPEG cut short", nil, with(market, func(a *attempt) { a.name, a.data = "photo.jpg", photo()[:len(photo())-100] }), ""},
		{v3, problem.NotImage, "a PNG named .jpg, with --strict", func(c *Config) { c.Strict = true }, with(market, func(a *attempt) { a.name, a.data = "photo.jpg", drawing() }), ""},
		{v3, problem.UnknownFormat, "a file name that ends in .gif", nil, with(market, func(a *attempt) { a.name = "photo.gif" }), ""},
		{v3, problem.UnknownFormat, "a file name without a suffix", nil, with(market, func(a *attempt) { a.name = "photo" }), ""},
		{v3, problem.UnknownFormat, "a file name that ends in .jpeg, with --strict", func(c *Config) { c.Strict = true }, with(market, func(a *attempt) { a.name = "photo.jpeg" }), ""},
		{v3, problem.BadPartType, "Content-Type: application/octet-stream on the file part of cancel-applications", nil, with(wxup.CancelImage, func(a *attempt) {
			a.partHead = "form-data; name=\"file\"; filename=\"photo.jpg\"\r\nContent-Type: application/octet-stream"
		}), ""},
		{v3, problem.TooLarge, "one byte more than the endpoint accepts", nil, with(market, func(a *attempt) {
			a.data = append(bytes.Clone(good), make([]byte, int(market.MaxSize())+1-len(good))...)
			a.name = goodName
		}), ""},
		{v3, problem.TooManyPixels, "a PNG of 40,000 by 40,000", nil, with(market, func(a *attempt) { a.name, a.data = "big.png", bomb }), ""},
		{v3, problem.NotPermitted, "a merchant that may use other endpoints only", nil, merchant(market, func(m *Merchant) { m.Endpoints = []string{"none"} }), ""},
		{v3, problem.NotPermitted, "a disabled merchant (wxup merchant revoke)", nil, merchant(market, func(m *Merchant) { m.Disabled = true }), ""},
		{v3, problem.TooFrequent, "more calls in a minute than --quotas allows", limited, func(g *rig) answer {
			g.send(try(market))
			return g.send(try(market))
		}, ""},
		{v3, problem.TooFrequent, "no room in the budget of uploads in memory (--budget)", nil, crowded(market), ""},
		{v3, problem.Internal, "the store cannot be written", nil, broken(market), ""},
		{v3, problem.Unavailable, "the server is stopping", nil, func(g *rig) answer {
			g.srv.Stop()
			return g.send(try(market))
		}, ""},

		// PayV2
		{v2, problem.NotFound, "a path that no API has", nil, with(secapi, func(a *attempt) { a.path += "s" }), ""},
		{v2, problem.MethodNotAllowed, "GET instead of POST", nil, func(g *rig) answer { return g.get(secapi.Path) }, ""},
		{v2, problem.NoClientCertificate, "no client certificate in the TLS handshake", nil, with(secapi, func(a *attempt) { a.noCert = true }), ""},
		{v2, problem.NoCertificateName, "a client certificate whose subject has no common name", nil, with(secapi, func(a *attempt) { a.show = nameless() }), ""},
		{v2, problem.UntrustedCertificate, "a client certificate issued by another CA", nil, with(secapi, func(a *attempt) { a.show = foreign() }), ""},
		{v2, problem.UntrustedCertificate, "an expired client certificate", nil, func(g *rig) answer {
			g.advance(6 * 365 * 24 * time.Hour)
			return g.send(try(secapi))
		}, ""},
		{v2, problem.BadClientCertificate, "the client certificate of another merchant", nil, with(secapi, func(a *attempt) { a.show = &keys().theirs.pair }), ""},
		{v2, problem.BadForm, "an XML body instead of a form", nil, with(secapi, func(a *attempt) {
			xml := "<xml><mch_id>" + mchid + "</mch_id></xml>"
			a.ctype, a.body = "text/xml", &xml
		}), ""},
		{v2, problem.BadParameter, "no media_hash", nil, with(secapi, func(a *attempt) { a.fields = map[string]string{"mch_id": mchid} }), ""},
		{v2, problem.NoFile, "no part named media", nil, with(secapi, func(a *attempt) { a.partName = "file" }), ""},
		{v2, problem.NoFile, "base64 text instead of the file", nil, with(secapi, func(a *attempt) { a.partHead = `form-data; name="media"` }), ""},
		{v2, problem.EmptyFile, "an empty file", nil, with(secapi, func(a *attempt) { a.data = nil }), ""},
		{v2, problem.BadSignature, "signed with another key", nil, with(secapi, func(a *attempt) {
			a.fields = map[string]string{"mch_id": mchid, "media_hash": a.digest()}
			a.fields["sign"] = sign.V2(a.fields["sign_type"], a.fields, apiV3Key)
		}), ""},
		{v2, problem.BadSignature, "the sign in lower case", nil, with(secapi, func(a *attempt) {
			a.fields = map[string]string{"mch_id": mchid, "media_hash": a.digest()}
			a.fields["sign"] = strings.ToLower(sign.V2(a.fields["sign_type"], a.fields, apiV2Key))
		}), ""},
		{v2, problem.NotImage, "a GIF renamed to .jpg", nil, with(secapi, func(a *attempt) { a.data = []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;") }), ""},
		{v2, problem.UnknownFormat, "a file name that ends in .gif", nil, with(secapi, func(a *attempt) { a.name = "photo.gif" }), ""},
		{v2, problem.TooManyPixels, "a PNG of 40,000 by 40,000", nil, with(secapi, func(a *attempt) { a.name, a.data = "big.png", bomb }), ""},
		{v2, problem.TooLarge, "one byte more than 2 MB", nil, with(secapi, func(a *attempt) { a.data = sized(2<<20 + 1) }), ""},
		{v2, problem.BadDigest, "the media_hash of other bytes", nil, with(secapi, func(a *attempt) {
			a.fields = map[string]string{"mch_id": mchid, "media_hash": strings.Repeat("0", 32)}
		}), ""},
		{v2, problem.BadDigest, "the media_hash in upper case", nil, with(secapi, func(a *attempt) {
			a.fields = map[string]string{"mch_id": mchid, "media_hash": strings.ToUpper(a.digest())}
		}), ""},
		{v2, problem.UnknownMerchant, "an mch_id that does not exist", nil, with(secapi, func(a *attempt) {
			a.fields = map[string]string{"mch_id": "1999999999", "media_hash": a.digest()}
		}), ""},
		{v2, problem.NotPermitted, "a merchant that may use other endpoints only", nil, merchant(secapi, func(m *Merchant) { m.Endpoints = []string{"marketing"} }), ""},
		{v2, problem.TooFrequent, "more calls in a minute than --quotas allows", limited, func(g *rig) answer {
			g.send(try(secapi))
			return g.send(try(secapi))
		}, ""},
		{v2, problem.TooFrequent, "no room in the budget of uploads in memory (--budget)", nil, crowded(secapi), ""},
		{v2, problem.Internal, "the store cannot be written", nil, broken(secapi), ""},
		{v2, problem.Unavailable, "the server is stopping", nil, func(g *rig) answer {
			g.srv.Stop()
			return g.send(try(secapi))
		}, ""},

		// Account
		{oa, problem.NotFound, "a path that no API has", nil, func(g *rig) answer { return g.get("/cgi-bin/media/uploadimage") }, ""},
		{oa, problem.MethodNotAllowed, "GET instead of POST", nil, func(g *rig) answer { return g.get(article.Path + "?access_token=" + g.token()) }, ""},
		{oa, problem.NotHTTPS, "plain HTTP, with --require-https", func(c *Config) { c.RequireHTTPS = true }, with(article, func(a *attempt) { a.plain = true }), ""},
		{oa, problem.ChunkedBody, "a chunked body (no Content-Length)", nil, with(article, func(a *attempt) { a.chunked = true }), problem.Observed},
		{oa, problem.NoToken, "no access_token in the query", nil, with(article, func(a *attempt) { a.query = "-" }), ""},
		{oa, problem.MalformedToken, "an access_token that was URL-encoded twice", nil, with(article, func(a *attempt) { a.query = "access_token=abc%252F" }), ""},
		{oa, problem.BadToken, "an access_token that was never issued", nil, with(article, func(a *attempt) { a.query = "access_token=abc" }), ""},
		{oa, problem.BadToken, "an access_token replaced by a newer one more than five minutes ago", nil, func(g *rig) answer {
			old := g.token()
			g.token()
			g.advance(tokenGrace)
			a := try(article)
			a.query = "access_token=" + old
			return g.send(a)
		}, ""},
		{oa, problem.BadToken, "a cloudbase_access_token sent as access_token", nil, func(g *rig) answer {
			a := try(article)
			value, err := g.srv.CloudToken(context.Background(), appid)
			if err != nil {
				g.t.Fatal(err)
			}
			a.query = "access_token=" + value
			return g.send(a)
		}, ""},
		{oa, problem.TokenExpired, "an access_token more than two hours old", nil, func(g *rig) answer {
			a := try(article)
			a.query = "access_token=" + g.token()
			g.advance(tokenLife)
			return g.send(a)
		}, ""},
		{oa, problem.BadGrantType, "grant_type=client_credentials", nil, token("grant_type=client_credentials&appid=" + appid + "&secret=" + appSecret), ""},
		{oa, problem.UnknownApp, "an appid that does not exist", nil, token("grant_type=client_credential&appid=wx0&secret=" + appSecret), ""},
		{oa, problem.NoSecret, "no secret in a token call", nil, token("grant_type=client_credential&appid=" + appid), ""},
		{oa, problem.BadSecret, "a wrong secret in a token call", nil, token("grant_type=client_credential&appid=" + appid + "&secret=x"), ""},
		{oa, problem.AddressNotAllowed, "a token call from an address that is not on the allow-list", nil, func(g *rig) answer {
			g.mem.PutApp(App{AppID: appid, Secret: appSecret, AllowIPs: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
			return token(goodToken)(g)
		}, ""},
		{oa, problem.SecretFrozen, "a token call with a frozen secret (wxup app revoke)", nil, func(g *rig) answer {
			g.mem.PutApp(App{AppID: appid, Secret: appSecret, State: Frozen})
			return token(goodToken)(g)
		}, ""},
		{oa, problem.BadParameter, "a stable_token call whose body is not JSON", nil, func(g *rig) answer { return g.post("/cgi-bin/stable_token", "x") }, ""},
		{oa, problem.AccountLimited, "a restricted account (wxup app set --state limited)", nil, app(func(a *App) { a.State = Limited }), ""},
		{oa, problem.APIForbidden, "an account that was banned from the API (--state forbidden)", nil, app(func(a *App) { a.State = Forbidden }), ""},
		{oa, problem.APIUnauthorized, "an account that never had the API (--state unauthorized)", nil, app(func(a *App) { a.State = Unauthorized }), ""},
		{oa, problem.EmptyBody, "no body at all", nil, with(article, func(a *attempt) { a.body = new(string) }), ""},
		{oa, problem.BadForm, "a JSON body instead of a form", nil, with(article, func(a *attempt) {
			text := `{"media":"photo.jpg"}`
			a.ctype, a.body = "application/json", &text
		}), ""},
		{oa, problem.NoFile, "no part named media", nil, with(article, func(a *attempt) { a.partName = "file" }), ""},
		{oa, problem.NoFile, "a media part without a filename (PHP's @path)", nil, with(article, func(a *attempt) { a.partHead = `form-data; name="media"` }), ""},
		{oa, problem.NoFile, "a media part with filename*= only", nil, with(article, func(a *attempt) { a.partHead = `form-data; name="media"; filename*=UTF-8''photo.jpg` }), ""},
		{oa, problem.EmptyFile, "an empty file", nil, with(article, func(a *attempt) { a.data = nil }), ""},
		{oa, problem.UnknownFormat, "a file name without a suffix", nil, with(article, func(a *attempt) { a.name = "media" }), ""},
		{oa, problem.NotImage, "a BMP", nil, with(article, func(a *attempt) { a.data = bitmap(10, 10) }), ""},
		{oa, problem.TooLarge, "exactly 1 MB", nil, with(article, func(a *attempt) { a.data = sized(1 << 20) }), ""},
		{oa, problem.TooManyPixels, "a PNG of 40,000 by 40,000", nil, with(article, func(a *attempt) { a.name, a.data = "big.png", bomb }), ""},
		{oa, problem.DailyQuotaExceeded, "more token calls in a day than the document allows, with --quotas documented", documentedQuota, func(g *rig) answer {
			for range 2000 {
				g.mem.Take(context.Background(), "/cgi-bin/token/"+appid, g.now().Truncate(24*time.Hour), 24*time.Hour, 2000)
			}
			return token(goodToken)(g)
		}, ""},
		{oa, problem.TooFrequent, "more calls in a minute than --quotas allows", limited, func(g *rig) answer {
			g.send(try(article))
			return g.send(try(article))
		}, ""},
		{oa, problem.TooFrequent, "a stable token force-refreshed again within 30 seconds", nil, func(g *rig) answer {
			ask := map[string]any{"grant_type": "client_credential", "appid": appid, "secret": appSecret, "force_refresh": true}
			g.post("/cgi-bin/stable_token", ask)
			return g.post("/cgi-bin/stable_token", ask)
		}, ""},
		{oa, problem.TooFrequent, "no room in the budget of uploads in memory (--budget)", nil, crowded(article), ""},
		{oa, problem.Internal, "the store cannot be written", nil, broken(article), ""},
		{oa, problem.Unavailable, "the server is stopping", nil, func(g *rig) answer {
			a := try(article)
			a.query = "access_token=" + g.token()
			g.srv.Stop()
			return g.send(a)
		}, ""},
		{oa, problem.BadTicket, "api_component_token without a ticket", nil, func(g *rig) answer {
			return g.post("/cgi-bin/component/api_component_token", map[string]string{"component_appid": platformID, "component_appsecret": appSecret})
		}, ""},
		{oa, problem.ComponentAddress, "api_component_token from an address that is not registered", nil, func(g *rig) answer {
			g.mem.PutComponent(Component{AppID: platformID, Secret: appSecret, AllowIPs: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
			return g.post("/cgi-bin/component/api_component_token", map[string]string{"component_appid": platformID, "component_appsecret": appSecret, "component_verify_ticket": "t"})
		}, ""},
		{oa, problem.BadCode, "api_query_auth with a code that was never issued", nil, comp("/cgi-bin/component/api_query_auth",
			map[string]string{"component_appid": platformID, "authorization_code": "queryauthcode@@@x"}), ""},
		{oa, problem.BadCode, "api_query_auth with a code that was used before", nil, func(g *rig) answer {
			code, _ := g.srv.AuthorizationCode(context.Background(), platformID, authorizer)
			ask := map[string]string{"component_appid": platformID, "authorization_code": code}
			comp("/cgi-bin/component/api_query_auth", ask)(g)
			return comp("/cgi-bin/component/api_query_auth", ask)(g)
		}, ""},
		{oa, problem.CodeExpired, "api_query_auth with a code more than an hour old", nil, func(g *rig) answer {
			code, _ := g.srv.AuthorizationCode(context.Background(), platformID, authorizer)
			g.advance(codeLife)
			return comp("/cgi-bin/component/api_query_auth", map[string]string{"component_appid": platformID, "authorization_code": code})(g)
		}, ""},
		{oa, problem.BadRefreshToken, "api_authorizer_token with another refresh token", nil, comp("/cgi-bin/component/api_authorizer_token",
			map[string]string{"component_appid": platformID, "authorizer_appid": authorizer, "authorizer_refresh_token": "x"}), ""},
		{oa, problem.NotAuthorized, "api_authorizer_token for an account that has not authorized the component", nil, comp("/cgi-bin/component/api_authorizer_token",
			map[string]string{"component_appid": platformID, "authorizer_appid": appid, "authorizer_refresh_token": "x"}), ""},
		{oa, problem.NotPermitted, "an authorizer_access_token without any of the permission sets 1, 8, 9, 11, 18, 37, 100", nil, func(g *rig) answer {
			g.mem.PutAuthorization(Authorization{Component: platformID, Authorizer: authorizer, Permissions: []int{2, 3}})
			a := try(article)
			a.query = "access_token=" + g.authorizerToken()
			return g.send(a)
		}, ""},
		{oa, problem.NotAuthorized, "an authorizer_access_token after the account withdrew its authorization", nil, func(g *rig) answer {
			a := try(article)
			a.query = "access_token=" + g.authorizerToken()
			g.mem.RemoveAuthorization(platformID, authorizer)
			return g.send(a)
		}, ""},
		{oa, problem.UnknownRID, "rid/get with a rid that was never issued", nil, func(g *rig) answer {
			return g.post("/cgi-bin/openapi/rid/get?access_token="+g.token(), map[string]string{"rid": "61725984-6126f6f9-040f19c4"})
		}, ""},
		{oa, problem.BadRID, "rid/get with a Request-ID of WeChat Pay", nil, func(g *rig) answer {
			return g.post("/cgi-bin/openapi/rid/get?access_token="+g.token(), map[string]string{"rid": "08C6AADAAF0120BF1F28E3BE04-0"})
		}, ""},
		{oa, problem.ForeignRID, "rid/get with another account's rid", nil, func(g *rig) answer {
			g.send(try(article))
			return g.post("/cgi-bin/openapi/rid/get?access_token="+g.authorizerToken(), map[string]string{"rid": g.mem.Exchanges()[1].ID})
		}, ""},
		{oa, problem.UnknownType, "an upload without the type= of its API", func(c *Config) { c.Endpoints = append(wxup.Endpoints(), typedRow("image")) }, func(g *rig) answer {
			a := try(typedRow("image"))
			a.path, _ = a.ep.Route()
			return g.send(a)
		}, ""},
		{oa, problem.UnknownCGIPath, "quota/get with a path that does not exist", nil, func(g *rig) answer {
			return g.post("/cgi-bin/openapi/quota/get?access_token="+g.token(), map[string]string{"cgi_path": "/cgi-bin/media/uploadimage"})
		}, ""},
		{oa, problem.CGIPathForbidden, "quota/get with a path of /sns/", nil, func(g *rig) answer {
			return g.post("/cgi-bin/openapi/quota/get?access_token="+g.token(), map[string]string{"cgi_path": "/sns/userinfo"})
		}, ""},
		{oa, problem.BadOpenAPIPath, "an API that the side-car does not serve", nil, func(g *rig) answer {
			return serveOnce(g.srv.SideCar(appid), "POST", "/cgi-bin/message/send")
		}, ""},
	}
}

// TestProblems brings every problem about, each by its natural causes, and compares the answer with
// the family's table: status, code and message to the letter.
func TestProblems(t *testing.T) {
	for _, c := range causes(wxup.MarketingImage) {
		for _, profile := range []problem.Profile{problem.Documented, problem.Observed} {
			if c.only != "" && c.only != profile {
				continue
			}
			t.Run(string(c.family)+"/"+string(c.problem)+"/"+c.how+"/"+string(profile), func(t *testing.T) {
				t.Parallel()
				c.check(t, profile)
			})
		}
	}
}

// TestProblemsOfEveryRow brings the problems of APIv3 about on all of its other rows.
func TestProblemsOfEveryRow(t *testing.T) {
	for _, ep := range wxup.Endpoints() {
		if ep.Family != wxup.PayV3 || ep.Name == "marketing" {
			continue
		}
		for _, c := range causes(ep) {
			if c.family != wxup.PayV3 || !c.fits(ep) {
				continue
			}
			t.Run(ep.Name+"/"+string(c.problem)+"/"+c.how, func(t *testing.T) {
				t.Parallel()
				c.check(t, problem.Documented)
			})
		}
	}
}

// fits reports whether a row can have the problem by this cause.
func (c *cause) fits(ep *wxup.Endpoint) bool {
	_, jpg := ep.Max(media.JPEG)
	_, png := ep.Max(media.PNG)
	switch {
	case ep.SerialNeeded && strings.Contains(c.how, "--strict"):
		return false // refused for the missing Wechatpay-Serial before
	case c.problem == problem.BadPartType, c.problem == problem.NoAPIv3Key, c.problem == problem.NoPlatformCertificate, c.problem == problem.BadScheme:
		return false // of one path, or of the header alone
	case c.problem == problem.NameMismatch, c.problem == problem.UnknownFormat:
		return ep.NameField != "" && (jpg || !strings.Contains(c.how, ".jpeg"))
	case c.problem == problem.TooManyPixels:
		return png
	case strings.Contains(c.how, "JPEG cut short"):
		return jpg
	case strings.Contains(c.how, "a PNG named .jpg"):
		return jpg && png && ep.NameField != ""
	}
	return true
}

// check brings the problem about and looks at the answer, the record and the log.
func (c *cause) check(t *testing.T, profile problem.Profile) {
	g := newRig(t, func(conf *Config) {
		conf.Profile = profile
		if c.conf != nil {
			c.conf(conf)
		}
	})
	got := c.do(g)
	e := g.lastExchange()
	if e.Problem != c.problem {
		t.Fatalf("recorded is %q (%s), want %q; the answer: %d %s", e.Problem, e.Reason, c.problem, got.status, got.body)
	}
	if e.Reason == "" {
		t.Error("no reason was recorded")
	}
	checkRefusal(t, c.family, problem.Of(c.family).Refusal(c.problem, profile), e, got)
	if again, err := g.mem.Exchange(context.Background(), e.ID); err != nil || again.ID != e.ID {
		t.Errorf("the exchange is not found by its id: %v", err)
	}
	for _, secret := range []string{apiV2Key, apiV3Key, appSecret} {
		if strings.Contains(g.log.String(), secret) || strings.Contains(string(encodeJSON(e)), secret) {
			t.Errorf("a secret stands in the log or the record")
		}
	}
}

func checkRefusal(t *testing.T, f wxup.Family, want problem.Refusal, e Exchange, got answer) {
	t.Helper()
	if got.status != want.Status {
		t.Errorf("status %d, want %d", got.status, want.Status)
	}
	switch {
	case f == wxup.PayV3:
		if id := got.header.Get("Request-ID"); id != e.ID {
			t.Errorf("Request-ID %q, recorded is %q", id, e.ID)
		}
		if signed := got.header.Get("Wechatpay-Signature") != ""; signed != e.Proven {
			t.Errorf("signed: %v, proven: %v", signed, e.Proven)
		}
		if want.Code == "" {
			if got.body != "" {
				t.Errorf("body %q, want none", got.body)
			}
			return
		}
		var r wire.V3Refusal
		if err := json.Unmarshal([]byte(got.body), &r); err != nil || r.Code != want.Code || r.Message != want.Message {
			t.Errorf("answer %s, want %s %s", got.body, want.Code, want.Message)
		}
	case f == wxup.PayV2 && want.Status != 200:
		if !strings.Contains(got.body, want.Message) || !strings.Contains(got.body, "nginx") {
			t.Errorf("answer %s, want the page %q", got.body, want.Message)
		}
	case f == wxup.PayV2:
		fields, err := wire.UnmarshalV2([]byte(got.body))
		if err != nil {
			t.Fatalf("%v: %s", err, got.body)
		}
		if fields["err_code"] != want.Code {
			t.Errorf("err_code %q, want %q", fields["err_code"], want.Code)
		}
		text := "err_code_des"
		if want.Protocol {
			text = "return_msg"
			if fields["return_code"] != "FAIL" {
				t.Errorf("return_code %q, want FAIL", fields["return_code"])
			}
		} else if fields["return_code"] != "SUCCESS" || fields["result_code"] != "FAIL" {
			t.Errorf("return_code %q, result_code %q; want SUCCESS, FAIL", fields["return_code"], fields["result_code"])
		}
		if fields[text] != want.Message {
			t.Errorf("%s %q, want %q", text, fields[text], want.Message)
		}
		if e.Proven && !sign.VerifyV2Answer(fields, apiV2Key) {
			t.Errorf("the answer is not signed: %s", got.body)
		}
	case want.Code == "":
		if got.body != "" {
			t.Errorf("body %q, want none", got.body)
		}
	default:
		a, err := wire.UnmarshalAccount([]byte(got.body))
		if err != nil || errcodeText(a.ErrCode) != want.Code || !strings.HasSuffix(a.ErrMsg, " rid: "+e.ID) {
			t.Errorf("answer %s, want %s and rid %s", got.body, want.Code, e.ID)
		}
		if e.Problem != problem.AddressNotAllowed && !strings.HasPrefix(a.ErrMsg, want.Message) {
			t.Errorf("errmsg %q, want %q", a.ErrMsg, want.Message)
		}
	}
}

// TestEveryProblemHasACause holds the list above complete: a line of a family's table that nothing
// brings about is a lie.
func TestEveryProblemHasACause(t *testing.T) {
	for _, f := range []wxup.Family{wxup.PayV3, wxup.PayV2, wxup.FamilyAccount} {
		for _, r := range problem.Of(f).Rows {
			if !slices.ContainsFunc(causes(wxup.MarketingImage), func(c cause) bool { return c.family == f && c.problem == r.Problem }) {
				t.Errorf("%s: nothing brings about %s", f, r.Problem)
			}
		}
	}
}

type brokenKeeper struct{ Keeper }

func (brokenKeeper) Keep(context.Context, *Media, io.ReadSeeker) error {
	return errors.New("no space left on device")
}

// foreign is a client certificate of a CA that issues for nobody here.
func foreign() *tls.Certificate {
	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		panic(err)
	}
	certPEM, keyPEM, err := ca.Merchant(mchid)
	if err != nil {
		panic(err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		panic(err)
	}
	return &pair
}

func serveOnce(h http.Handler, method, path string) answer {
	r, w := newRequest(method, path)
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}
