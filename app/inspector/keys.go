package inspector

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// keySet is what a developer pastes into an SDK. A secret is in it as the key under which it can be
// revealed.
type keySet struct {
	Variables    []variable    `json:"variables"`
	Merchants    []merchant    `json:"merchants"`
	Apps         []app         `json:"apps"`
	Components   []app         `json:"components"`
	PlatformKeys []platformKey `json:"platform_keys"`
}

// variable is a line of wxup.env.
type variable struct {
	Name   string `json:"name"`
	Value  string `json:"value,omitempty"`
	Secret string `json:"secret,omitempty"` // the key to reveal it by, in the place of Value
}

type platformKey struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // certificate or public_key
}

func (in *Inspector) keys(ctx context.Context) (*keySet, error) {
	set := &keySet{Variables: []variable{}, PlatformKeys: []platformKey{}}
	var err error
	if set.Merchants, err = in.merchants(ctx); err != nil {
		return nil, err
	}
	if set.Apps, err = in.apps(ctx); err != nil {
		return nil, err
	}
	components, err := in.Index.ListComponents(ctx)
	if err != nil {
		return nil, err
	}
	set.Components = []app{}
	for _, c := range components {
		set.Components = append(set.Components, app{c.AppID, c.Name, "active", texts(c.AllowIPs), "component/" + c.AppID + "/secret"})
	}
	platform, err := in.Index.PlatformKeys(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range platform {
		kind := "certificate"
		if k.Certificate == nil {
			kind = "public_key"
		}
		set.PlatformKeys = append(set.PlatformKeys, platformKey{k.ID, kind})
	}
	if in.Variables == nil {
		return set, nil
	}
	variables, err := in.Variables(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the variables: %w", err)
	}
	for _, v := range variables {
		switch {
		case v.Name == adminVariable || v.Value == "":
		case secretVariable(v.Name):
			set.Variables = append(set.Variables, variable{Name: v.Name, Secret: "variable/" + v.Name})
		default:
			set.Variables = append(set.Variables, variable{Name: v.Name, Value: v.Value})
		}
	}
	return set, nil
}

const adminVariable = "WXUP_ADMIN_TOKEN"

// openNames end the names of variables that anyone may know.
var openNames = []string{"_URL", "_FILE", "_ID", "_MCHID", "_SERIAL", "_APPID"}

// secretVariable reports whether a variable's value is hidden: all are but those that are known not
// to be secret.
func secretVariable(name string) bool {
	for _, end := range openNames {
		if strings.HasSuffix(name, end) {
			return false
		}
	}
	return true
}

// reveal finds a secret by its key, and notes in the log that it was shown.
func (in *Inspector) reveal(r *http.Request, key string) (string, error) {
	value, err := in.secret(r.Context(), key)
	if err == nil && value == "" {
		err = fault{http.StatusNotFound, "not_found", "there is no such secret", "GET /api/v1/keys lists the keys to reveal secrets by"}
	}
	if err == nil {
		in.Note(r, "a secret was shown", "key", plain(key))
	}
	return value, err
}

func (in *Inspector) secret(ctx context.Context, key string) (string, error) {
	kind, rest, _ := strings.Cut(key, "/")
	id, field, _ := strings.Cut(rest, "/")
	switch kind {
	case "merchant":
		list, err := in.Index.ListMerchants(ctx)
		for _, m := range list {
			if m.MchID == id {
				return map[string]string{"apiv2_key": m.APIv2Key, "apiv3_key": m.APIv3Key}[field], nil
			}
		}
		return "", err
	case "app":
		list, err := in.Index.ListApps(ctx)
		for _, a := range list {
			if a.AppID == id && field == "secret" {
				return a.Secret, nil
			}
		}
		return "", err
	case "component":
		list, err := in.Index.ListComponents(ctx)
		for _, c := range list {
			if c.AppID == id && field == "secret" {
				return c.Secret, nil
			}
		}
		return "", err
	case "variable":
		if in.Variables == nil || rest == adminVariable {
			return "", nil
		}
		list, err := in.Variables(ctx)
		for _, v := range list {
			if v.Name == rest {
				return v.Value, nil
			}
		}
		return "", err
	}
	return "", nil
}

// revealKey is POST /api/v1/keys/reveal with key=merchant/1900009191/apiv3_key in a form.
func (in *Inspector) revealKey(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badParameter("the form cannot be read", "send key=… as application/x-www-form-urlencoded")
	}
	key := r.PostFormValue("key")
	value, err := in.reveal(r, key)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]string{"key": key, "value": value})
}

func (in *Inspector) listKeys(w http.ResponseWriter, r *http.Request) error {
	set, err := in.keys(r.Context())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, set)
}

// keysView is the page of keys.
type keysView struct {
	*frame
	*keySet
	Endpoints []endpointForm
	Revealed  string // the key of the secret that was asked for
	Value     string
}

// Hidden is a secret as the page shows it: a button, or the value if it was just asked for.
type hidden struct{ Key, Value string }

// Secret gives the form of one secret.
func (v *keysView) Secret(key string) hidden {
	if key != "" && key == v.Revealed {
		return hidden{key, v.Value}
	}
	return hidden{Key: key}
}

// keysPage is GET /keys, and POST /keys with the key of a secret to show, for browsers without
// JavaScript.
func (in *Inspector) keysPage(w http.ResponseWriter, r *http.Request) error {
	set, err := in.keys(r.Context())
	if err != nil {
		return err
	}
	fr := in.frame(r, "keys")
	v := &keysView{frame: fr.title(fr.Lang.t("Keys")), keySet: set, Endpoints: in.endpoints(fr.Lang)}
	if r.Method == http.MethodPost {
		v.Revealed = r.PostFormValue("key")
		if v.Value, err = in.reveal(r, v.Revealed); err != nil {
			return err
		}
	}
	in.render(w, r, http.StatusOK, "keys", v)
	return nil
}
