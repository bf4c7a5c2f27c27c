package datadir

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/wxup/wxup/server"
)

// handedOut returns the variables that a server in d would write.
func handedOut(t *testing.T, d *Dir) (first, second map[string]string) {
	t.Helper()
	ctx := t.Context()
	memory := server.NewMemory()
	srv, err := server.New(server.Config{Index: d.Index, Keeper: memory})
	if err != nil {
		t.Fatal(err)
	}
	vars, err := d.Variables(ctx, srv, Addresses{}, DefaultMerchant)
	if err != nil {
		t.Fatal(err)
	}
	others, err := d.SecondVariables(ctx, srv, Addresses{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WriteEnv(vars, others); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.RemoveEnv)
	read := func(mode Mode) map[string]string {
		vars, err := ReadEnvOf(d.Path, mode)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
		return vars
	}
	first = read("")
	mode := PublicKey
	if first[platformKeyID] != "" {
		mode = Certificate
	}
	return first, read(mode)
}

// TestBothModes: the first start makes a merchant of each mode. Each is handed out with the
// platform's variables of its mode only.
func TestBothModes(t *testing.T) {
	d := provisioned(t)
	first, second := handedOut(t, d)
	if first[platformKeyID] == "" || first["WXUP_PLATFORM_PUBKEY_FILE"] == "" || first[platformSerial] != "" || first["WXUP_PLATFORM_CERT_FILE"] != "" {
		t.Errorf("the default merchant: %v", first)
	}
	if second[platformSerial] == "" || second["WXUP_PLATFORM_CERT_FILE"] == "" || second[platformKeyID] != "" || second["WXUP_PLATFORM_PUBKEY_FILE"] != "" {
		t.Errorf("the second merchant: %v", second)
	}
	if first["WXUP_MCHID"] == second["WXUP_MCHID"] || first["WXUP_APIV3_KEY"] == second["WXUP_APIV3_KEY"] || first["WXUP_MCH_SERIAL"] == second["WXUP_MCH_SERIAL"] {
		t.Error("the merchants share something")
	}
	if same, err := ReadEnvOf(d.Path, PublicKey); err != nil || same["WXUP_MCHID"] != first["WXUP_MCHID"] {
		t.Errorf("the default merchant, asked for by its mode: %v, %v", same["WXUP_MCHID"], err)
	}
	// Another start, here or elsewhere, makes nothing new.
	elsewhere := &Dir{Path: t.TempDir(), Index: d.Index}
	if err := elsewhere.Provision(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	again, others := handedOut(t, elsewhere)
	if again["WXUP_MCH_SERIAL"] != first["WXUP_MCH_SERIAL"] || others["WXUP_MCH_SERIAL"] != second["WXUP_MCH_SERIAL"] {
		t.Error("another server hands out other merchants")
	}
}

// TestOneMerchant: an installation with one merchant keeps it as the default and gets the other
// one.
func TestOneMerchant(t *testing.T) {
	d := provisioned(t)
	ctx := context.Background()
	old, _ := d.Setting(ctx, SecondMerchant) // the one with platform certificates, as older versions made
	key, _ := d.Setting(ctx, secondMerchantKey)
	for name, value := range map[Setting]string{DefaultMerchant: old, merchantKey: key, SecondMerchant: "", secondMerchantKey: ""} {
		if err := d.put(ctx, name, value); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := d.Provision(ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	first, second := handedOut(t, d)
	if first["WXUP_MCHID"] != old || first[platformSerial] == "" || second["WXUP_MCHID"] == "" || second[platformKeyID] == "" {
		t.Errorf("handed out: %v and %v", first, second)
	}
	if list, err := d.Index.ListMerchants(ctx); err != nil || len(list) != 3 {
		t.Errorf("%d merchants, %v; want 3", len(list), err)
	}
}
