package explain_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/internal/need"
)

// saved are the mistakes that wxup why sees otherwise: what it says of them.
var saved = map[string]string{
	// By the path it knows no endpoint.
	"trailing slash sent": "call.path.trailing",
	"behind a gateway":    "call.path.prefix",
	// A note says that whoever saved the file may have done this.
	"as text":                "",
	"as text, after hashing": "",
	// That host has an API of this path, for other tokens.
	"to the API of WeCom": "",
}

// TestSaved saves mistakes to files and has wxup why explain them: it must say what is explained of
// the request itself with the same knowledge, one merchant and no clock. With WXUP_LONG=1 these are
// all mistakes, else a quarter.
func TestSaved(t *testing.T) {
	need.Time(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "wxup.exe")
	build := exec.Command("go", "build", "-o", program, "../app/cmd/wxup")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	step := 4
	if os.Getenv("WXUP_LONG") == "1" {
		step = 1
	}
	world, _, _ := explain.World()
	known := &explain.Known{
		Merchant: &explain.Merchant{
			ID: world.Merchant.ID, APIv2Key: world.Merchant.APIv2Key, APIv3Key: world.Merchant.APIv3Key, Keys: world.Merchant.Keys[:1],
		},
		GBK: explain.GBK,
	}
	cert := filepath.Join(dir, "apiclient_cert.pem")
	if err := os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: known.Merchant.Keys[0].Certificate.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	why := func(name string, request []byte) (causes []string, text string) {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, request, 0o600); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(file)
		cmd := exec.Command(program, "why", file, "--cert", cert, "--config", "off", "--json")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "XDG_CACHE_HOME="+dir, "WXUP_APIV2_KEY="+known.Merchant.APIv2Key, "WXUP_APIV3_KEY="+known.Merchant.APIv3Key)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		cmd.Run() // fails also if it finds nothing
		var line struct{ Report *explain.Report }
		if err := json.Unmarshal(stdout.Bytes(), &line); err != nil || line.Report == nil {
			return nil, stderr.String()
		}
		return causesOf(line.Report), stdout.String()
	}
	account, _ := explain.AccountMistakes()
	for _, family := range []struct {
		name     string
		explain  func(*explain.Request, *explain.Known) explain.Report
		mistakes []explain.Mistake
	}{{"payv3", explain.V3, explain.V3Mistakes()}, {"payv2", explain.V2, explain.V2Mistakes()}, {"account", explain.Account, account}} {
		t.Run(family.name, func(t *testing.T) {
			var wait sync.WaitGroup
			workers := runtime.GOMAXPROCS(0)
			for first := range workers {
				wait.Go(func() {
					for i := first; i < len(family.mistakes); i += workers {
						m := family.mistakes[i]
						if i%step > 0 || !sendable(m.Request) {
							continue
						}
						req := *m.Request
						req.Received, req.Scheme, req.ClientCertificates = time.Time{}, "", nil
						report := family.explain(&req, known)
						got, text := why(family.name+strings.Repeat("x", first)+".http", raw(m.Request))
						want := causesOf(&report)
						if other, ok := saved[m.Name]; ok {
							want = strings.Fields(other)
						}
						if !slices.Equal(got, want) {
							t.Errorf("%s: %v, want %v\n%.300s", m.Name, got, want, text)
						}
					}
				})
			}
			wait.Wait()
		})
	}
}

func causesOf(report *explain.Report) (causes []string) {
	for _, f := range report.Findings {
		causes = append(causes, f.Cause)
	}
	slices.Sort(causes)
	return causes
}
