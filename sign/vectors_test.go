package sign

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type vector struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Input    json.RawMessage `json:"input"`
	Text     string          `json:"string_to_sign"`
	Key      json.RawMessage `json:"key"`
	Expected json.RawMessage `json:"expected"`
}

// TestVectors recomputes what others have signed and encrypted. The files of a directory named in
// WXUP_VECTORS, or of ../../shared/vectors, are read as well.
func TestVectors(t *testing.T) {
	files := []string{"testdata/vectors.json"}
	dir := os.Getenv("WXUP_VECTORS")
	if dir == "" {
		dir = "../../shared/vectors"
	}
	more, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	for _, file := range append(files, more...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var all struct{ Vectors []vector }
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if len(all.Vectors) < 20 {
			t.Errorf("%s holds only %d vectors", file, len(all.Vectors))
		}
		for _, v := range all.Vectors {
			t.Run(v.ID, func(t *testing.T) { v.check(t) })
		}
	}
}

func (v *vector) check(t *testing.T) {
	var in struct {
		Params                                       map[string]string
		SignType                                     string `json:"sign_type"`
		Message, Signature                           string
		Method, Path, Timestamp, Nonce, Body, Target string
		AssociatedData                               string `json:"associated_data"`
		Ciphertext                                   string `json:"ciphertext_base64"`
	}
	var text string // the whole input, where it is one
	if json.Unmarshal(v.Input, &in) != nil {
		unmarshal(t, v.Input, &text)
	}
	var key string
	var pem struct{ PEM string }
	if json.Unmarshal(v.Key, &key) != nil {
		unmarshal(t, v.Key, &pem)
	}
	switch v.Kind {
	case "v2-sign", "v2-illustrative":
		var want string
		unmarshal(t, v.Expected, &want)
		got := V2(in.SignType, in.Params, key)
		if v.Kind == "v2-illustrative" {
			if strings.HasPrefix(got, want) {
				t.Errorf("it does recompute: %s", got)
			}
			return
		}
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if v.Text != "" && string(V2Text(in.Params, key)) != v.Text {
			t.Errorf("text %q, want %q", V2Text(in.Params, key), v.Text)
		}
		in.Params["sign"] = want
		if in.Params["sign_type"] == in.SignType && !VerifyV2(in.Params, key) || !VerifyV2Answer(in.Params, key) {
			t.Error("it does not verify")
		}
	case "v2-md5-raw":
		var want string
		unmarshal(t, v.Expected, &want)
		if got := V2("", nil, key); got != strings.ToUpper(want) {
			t.Errorf("%s, want %s", got, strings.ToUpper(want))
		}
	case "v3-rsa-verify", "v3-answer-verify":
		var want bool
		unmarshal(t, v.Expected, &want)
		pub, err := ParsePublicKey([]byte(pem.PEM))
		if err != nil {
			t.Fatal(err)
		}
		signed := []byte(in.Message)
		if v.Kind == "v3-answer-verify" {
			signed = V3Answer(in.Timestamp, in.Nonce, []byte(in.Body))
		}
		if err := VerifyRSA(pub, signed, in.Signature); (err == nil) != want {
			t.Errorf("verified: %v, want %v", err, want)
		}
	case "v3-signing-string":
		var want string
		unmarshal(t, v.Expected, &want)
		if got := V3Request(in.Method, in.Path, in.Timestamp, in.Nonce, []byte(in.Body)); string(got) != want {
			t.Errorf("%q, want %q", got, want)
		}
	case "v3-authorization-parse":
		var want map[string]string
		unmarshal(t, v.Expected, &want)
		a, err := ParseAuthorization(text)
		if err != nil {
			t.Fatal(err)
		}
		for key, got := range map[string]string{"mchid": a.MchID, "nonce_str": a.NonceStr, "signature": a.Signature, "timestamp": a.Timestamp, "serial_no": a.SerialNo} {
			if got != want[key] {
				t.Errorf("%s %q, want %q", key, got, want[key])
			}
		}
	case "aes-256-gcm", "aes-128-gcm":
		var want *string
		unmarshal(t, v.Expected, &want)
		s := Sealed{Nonce: in.Nonce, AssociatedData: in.AssociatedData, Ciphertext: in.Ciphertext}
		open := s.Open
		if v.Kind == "aes-128-gcm" { // test keys of 16 bytes, which no merchant has
			open = s.open
		}
		got, err := open(key)
		if want == nil {
			if err == nil {
				t.Errorf("opened: %q", got)
			}
			return
		}
		if err != nil || !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace([]byte(*want))) {
			t.Errorf("%q, %v; want %q", got, err, *want)
		}
	default:
		t.Errorf("unknown kind %q", v.Kind)
	}
}

func unmarshal(t *testing.T, raw json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
}
