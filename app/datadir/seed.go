package datadir

import (
	"go.yaml.in/yaml/v3"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// Seed is a file with accounts and keys that a server has from its start, the same on every
// machine:
//
//	merchants:
//	  - mchid: "1900009191"
//	    mode: public-key                # or certificate
//	    cert: keys/apiclient_cert.pem   # files are relative to this one
//	    key: keys/apiclient_key.pem
//	    apiv2_key: 0123456789abcdef0123456789abcdef
//	    apiv3_key: 0123456789abcdef0123456789abcdef
//	    endpoints: [marketing, secapi]  # by default all
//	    ecommerce: true                 # uses 电商收付通: merchant images up to 5 MB
//	    default: true                   # the one in wxup.env
//	apps:
//	  - appid: wx0123456789abcdef
//	    secret: 0123456789abcdef0123456789abcdef
//	    allow_ips: [192.0.2.0/24]
//	    state: active
//	    default: true
//	components:
//	  - appid: wxfedcba9876543210
//	    secret: 0123456789abcdef0123456789abcdef
//	    ticket: ticket@@@1
//	    authorizers: [wx0123456789abcdef]
//	    default: true
//	platform:
//	  public_key_id: PUB_KEY_ID_0119000091912026010100000000000001
//	  public_key: keys/platform_public_key.pem    # the private half, which signs answers
//	  certificate: keys/platform_cert.pem
//	  certificate_key: keys/platform_key.pem
//	admin_token: local-admin-token
//
// Secrets and certificates that it leaves out are made up, and differ between machines.
type Seed struct {
	merchants  []seedMerchant
	apps       []seedApp
	components []seedComponent
	platform   seedPlatform
	adminToken string
}

type seedMerchant struct {
	NewMerchant
	standard bool
}

type seedApp struct {
	server.App
	standard bool
}

type seedComponent struct {
	server.Component
	authorizers []string
	standard    bool
}

type seedPlatform struct {
	id                                     string
	publicKey, certificate, certificateKey []byte
}

// ReadSeed reads a seed file. The error has a line for each line that is wrong.
func ReadSeed(path string) (*Seed, error) {
	f := &seedFile{path: path}
	doc, err := f.open()
	if err != nil {
		return nil, err
	}
	s := &Seed{}
	if doc == nil {
		return s, nil
	}
	ids, standard := map[string]bool{}, map[string]bool{}
	once := func(n *yaml.Node, kind, id string, isStandard bool) {
		if id == "" {
			f.fail(n, texts.Errorf("the %s lacks its id", kind))
		} else if ids[id] {
			f.fail(n, texts.Errorf("%s is there twice", id))
		}
		if isStandard && standard[kind] {
			f.fail(n, texts.Errorf("another %s is the default already", kind))
		}
		ids[id], standard[kind] = true, standard[kind] || isStandard
	}
	f.mapping(doc, texts.Text("a seed"), fields{
		"merchants": func(n *yaml.Node) {
			f.list(n, func(item *yaml.Node) {
				m := f.merchant(item)
				once(item, "merchant", m.MchID, m.standard)
				s.merchants = append(s.merchants, m)
			})
		},
		"apps": func(n *yaml.Node) {
			f.list(n, func(item *yaml.Node) {
				a := f.app(item)
				kind := "app"
				if a.Corp() {
					kind = "company"
				}
				once(item, kind, a.AppID, a.standard)
				s.apps = append(s.apps, a)
			})
		},
		"components": func(n *yaml.Node) {
			f.list(n, func(item *yaml.Node) {
				c := f.component(item)
				once(item, "component", c.AppID, c.standard)
				s.components = append(s.components, c)
			})
		},
		"platform":    func(n *yaml.Node) { s.platform = f.platform(n) },
		"admin_token": f.checked(&s.adminToken, func(v string) error { return checkSecret("admin token", v) }),
	})
	return s, f.err()
}

func (f *seedFile) merchant(n *yaml.Node) (m seedMerchant) {
	mode := PublicKey
	failed := len(f.errs)
	f.mapping(n, texts.Text("a merchant"), fields{
		"mchid":     f.checked(&m.MchID, func(v string) error { return checkID("mchid", v) }),
		"name":      f.text(&m.Name),
		"mode":      func(n *yaml.Node) { f.checked(new(string), mode.Set)(n) },
		"cert":      f.file(&m.Cert),
		"key":       f.file(&m.Key),
		"apiv2_key": f.checked(&m.APIv2Key, func(v string) error { return checkSecret("APIv2 key", v) }),
		"apiv3_key": f.checked(&m.APIv3Key, sign.CheckAPIv3Key),
		"endpoints": func(n *yaml.Node) { f.endpoints(n, &m.Endpoints) },
		"ecommerce": f.yes(&m.ECommerce),
		"default":   f.yes(&m.standard),
	})
	m.PublicKeyOnly = mode == PublicKey
	if len(f.errs) == failed && (m.MchID != "" || len(m.Cert) > 0) {
		if err := m.check(); err != nil {
			f.fail(n, err)
		}
	}
	return m
}

func (f *seedFile) endpoints(n *yaml.Node, into *[]string) {
	f.texts(into)(n)
	for _, item := range n.Content {
		if _, ok := wxup.LookupEndpoint(item.Value); !ok && item.Kind == yaml.ScalarNode {
			f.fail(item, texts.Errorf("there is no endpoint %q; see: wxup endpoints", item.Value))
		}
	}
}

var appStates = map[string]server.AppState{
	"active": server.Active, "frozen": server.Frozen, "limited": server.Limited,
	"forbidden": server.Forbidden, "unauthorized": server.Unauthorized,
}

// ParseAppState reads the state of an app: active, frozen, limited, forbidden or unauthorized.
func ParseAppState(s string) (server.AppState, error) {
	state, ok := appStates[s]
	if !ok {
		return "", texts.Errorf("the state must be active, frozen, limited, forbidden or unauthorized, not %q", s)
	}
	return state, nil
}

func (f *seedFile) app(n *yaml.Node) (a seedApp) {
	f.mapping(n, texts.Text("an app"), fields{
		"appid":  f.checked(&a.AppID, func(v string) error { return checkID("appid", v) }),
		"name":   f.text(&a.Name),
		"secret": f.checked(&a.Secret, func(v string) error { return checkSecret("secret", v) }),
		"state": f.checked(new(string), func(v string) (err error) {
			a.State, err = ParseAppState(v)
			return err
		}),
		"allow_ips": func(n *yaml.Node) { f.networks(n, &a.App) },
		"default":   f.yes(&a.standard),
	})
	return a
}

func (f *seedFile) networks(n *yaml.Node, a *server.App) {
	f.list(n, func(item *yaml.Node) {
		prefix, err := ParseNetwork(item.Value)
		if err != nil {
			f.fail(item, err)
		}
		a.AllowIPs = append(a.AllowIPs, prefix)
	})
}

func (f *seedFile) component(n *yaml.Node) (c seedComponent) {
	f.mapping(n, texts.Text("a component"), fields{
		"appid":       f.checked(&c.AppID, func(v string) error { return checkID("appid", v) }),
		"name":        f.text(&c.Name),
		"secret":      f.checked(&c.Secret, func(v string) error { return checkSecret("secret", v) }),
		"ticket":      f.text(&c.Ticket),
		"authorizers": f.texts(&c.authorizers),
		"default":     f.yes(&c.standard),
	})
	return c
}

func (f *seedFile) platform(n *yaml.Node) (p seedPlatform) {
	f.mapping(n, texts.Text("the platform"), fields{
		"public_key_id": f.checked(&p.id, func(v string) error {
			if !sign.IsPublicKeyID(v) {
				return texts.Errorf("the id of a public key begins with PUB_KEY_ID_, unlike %.40q", v)
			}
			return nil
		}),
		"public_key":      f.file(&p.publicKey),
		"certificate":     f.file(&p.certificate),
		"certificate_key": f.file(&p.certificateKey),
	})
	if (p.id == "") != (len(p.publicKey) == 0) {
		f.fail(n, texts.Errorf("public_key_id and public_key go together"))
	}
	if (len(p.certificate) == 0) != (len(p.certificateKey) == 0) {
		f.fail(n, texts.Errorf("certificate and certificate_key go together"))
	}
	for name, text := range map[string][]byte{"public_key": p.publicKey, "certificate_key": p.certificateKey} {
		if len(text) > 0 {
			if _, err := sign.ParsePrivateKey(text); err != nil {
				f.fail(n, texts.Errorf("%s: %w", name, err))
			}
		}
	}
	return p
}
