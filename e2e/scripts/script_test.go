package scripts_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/testservers"
)

// TestMain builds the program as it is now, and fetch, and puts both first in PATH.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "wxup-s")
		if err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(dir)
		flags := []string{"build", "-o", dir + string(filepath.Separator)}
		if raceEnabled {
			flags = append(flags, "-race")
		}
		for where, name := range map[string]string{checkout: "./app/cmd/wxup", ".": "./fetch"} {
			cmd := exec.Command("go", append(slices.Clone(flags), name)...)
			cmd.Dir = where
			if where == checkout {
				cmd.Env = append(os.Environ(), "GOWORK=") // that of the checkout
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n%s", cmd, err, out)
				return 1
			}
		}
		os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		return m.Run()
	}())
}

// TestScripts runs the program as people do. Beside testscript's commands there are:
//
//	serve [flags]        start a server in ./wxup-data on free ports and wait until it is up
//	picture FILE W H     paint a picture, in the format that the name says
//	pad FILE N           make a JPEG N bytes long, with a comment in it
//	exec fetch URL…      print what the URLs answer, see package fetch
//	same FILE            fetch the URL (or media_id) in the last command's stdout; it must give
//	                     FILE's bytes
func TestScripts(t *testing.T) { runScripts(t, "testdata", nil) }

// TestServers runs the scripts that need PostgreSQL and S3: $INDEX and $BLOBS name an empty
// database and an empty bucket.
func TestServers(t *testing.T) {
	s3 := testservers.S3(t)
	index, blobs := testservers.Postgres(t), s3.URL(t)
	runScripts(t, "testdata/servers", append(s3.Env(), "INDEX="+index, "BLOBS="+blobs))
}

func runScripts(t *testing.T, dir string, more []string) { scripts(t, dir, more, nil) }

// scripts runs the scripts in dir with more variables and commands.
func scripts(t *testing.T, dir string, more []string, commands map[string]func(*testscript.TestScript, bool, []string)) {
	cmds := map[string]func(*testscript.TestScript, bool, []string){
		"serve": serveCmd, "picture": pictureCmd, "pad": padCmd, "same": sameCmd, "ready": readyCmd,
	}
	maps.Copy(cmds, commands)
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, more...)
			e.Setenv("WXUP_LANG", "en")
			e.Setenv("WXUP_LEDGER", "off") // these scripts want every upload made; ledger.txtar is about the others
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, ".config"))
			e.Setenv("WXUP_PROXY", "127.0.0.1:0") // many servers run at once
			e.Setenv("WXUP_ADMIN", "127.0.0.1:0")
			e.Setenv("PORT", freePort(t))
			e.Setenv("ADMIN_PORT", freePort(t))
			for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
				e.Setenv(name, "")
			}
			return nil
		},
		Cmds: cmds,
	})
}

// freePort is a port that nobody listens on, and that the system gives to nobody who asks for any.
func freePort(t *testing.T) string {
	for range 1000 {
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

func serveCmd(ts *testscript.TestScript, neg bool, args []string) {
	args = append([]string{"wxup", "serve", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--log", "text"}, args...)
	os.Remove(ts.MkAbs("wxup-data/wxup.env"))
	ts.Check(execBackground(ts, args))
	readyCmd(ts, neg, nil)
}

// execBackground starts the program beside the script; testscript stops what is left at the end.
func execBackground(ts *testscript.TestScript, args []string) error {
	background := `"$@" >>serve.out 2>>serve.log & echo $! >serve.pid`
	return ts.Exec("sh", append([]string{"-c", background, "sh"}, args...)...)
}

func readyCmd(ts *testscript.TestScript, neg bool, args []string) {
	file := ts.MkAbs("wxup-data/wxup.env")
	for range 12_000 { // five minutes
		if _, err := os.Stat(file); err == nil {
			if pid, err := strconv.Atoi(strings.TrimSpace(ts.ReadFile("serve.pid"))); err == nil {
				ts.Defer(func() { killPID(pid) })
			}
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	ts.Fatalf("the server did not come up: %s", ts.ReadFile("serve.log"))
}

func killPID(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		p.Kill()
	}
}

func pictureCmd(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: picture FILE W H")
	}
	w, _ := strconv.Atoi(args[1])
	h, _ := strconv.Atoi(args[2])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), paint(filepath.Ext(args[0]), w, h), 0o644))
}

func paint(suffix string, w, h int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), uint8(x*y + w), 255})
		}
	}
	var b bytes.Buffer
	var err error
	if suffix == ".png" {
		err = png.Encode(&b, m)
	} else {
		err = jpeg.Encode(&b, m, nil)
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

func padCmd(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: pad FILE N")
	}
	n, _ := strconv.Atoi(args[1])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), padded(n), 0o644))
}

// padded is a JPEG of n bytes.
func padded(n int) []byte {
	p := paint(".jpg", 64, 48)
	b := append([]byte(nil), p[:2]...)
	for missing := n - len(p); missing > 0; {
		c := min(missing, 65537)
		if rest := missing - c; rest > 0 && rest < 4 {
			c -= 4
		}
		b = append(b, 0xff, 0xfe, byte((c-2)>>8), byte(c-2))
		b = append(b, bytes.Repeat([]byte{'x'}, c-4)...)
		missing -= c
	}
	return append(b, p[2:]...)
}

func sameCmd(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: same FILE")
	}
	want := sha256.Sum256([]byte(ts.ReadFile(args[0])))
	address := strings.TrimSpace(ts.ReadFile("stdout"))
	vars, err := datadir.ReadEnv(ts.MkAbs("wxup-data/wxup.env"))
	ts.Check(err)
	if !strings.HasPrefix(address, "http") {
		address = vars["WXUP_ADMIN_URL"] + "/api/v1/media/" + address
	}
	got, status, err := fetch(address, vars["WXUP_ADMIN_TOKEN"])
	ts.Check(err)
	if sum := sha256.Sum256(got); status != 200 || (sum == want) == neg {
		ts.Fatalf("%s: %d, %d bytes with digest %s", address, status, len(got), hex.EncodeToString(sum[:]))
	}
}

func fetch(address, token string) ([]byte, int, error) {
	r, err := http.NewRequest("GET", address, nil)
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, 0, fmt.Errorf("fetch %s: %w", address, err)
	}
	return b, resp.StatusCode, nil
}
