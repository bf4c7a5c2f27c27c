// Command flood shows that nobody stops the uploads of others by opening connections.
//
//	GOWORK=off go run ./flood            10,000 connections, from many addresses and from one
//	GOWORK=off go run ./flood -short     the same in less than a minute
//
// It runs the program as it is built and uploads to it, each time on a new connection: first alone,
// then beside attackers in a process of their own, who hold as many connections as they are let and
// open each again soon after it was closed. They do what is cheap for them: see attack.go. The
// attackers have addresses of 127.1.0.0/16; half of the uploads come from an address that an
// attacker has too. The figures are printed as Markdown; the exit status is 1 if one is not as
// promised.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/wxup/wxup"
)

// What is promised.
const (
	mostSlower = 2         // times the latency without an attack
	mostMemory = 256 << 20 // above what the server had before

	// The attackers take from the same processors as the server and the honest clients. On a
	// machine that is busy with other work too, the short form holds only that uploads go on.
	busySlower = 20
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "attack" {
		var t targets
		var count int
		if json.Unmarshal([]byte(os.Args[2]), &t) == nil {
			fmt.Sscan(os.Args[3], &count)
			niced()
			attack(t, max(count, -count), count < 0, os.Stdin, os.Stdout)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ok, err := run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "flood:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

func run(ctx context.Context) (ok bool, err error) {
	short := flag.Bool("short", false, "fewer uploads: for every change")
	count := flag.Int("connections", 10_000, "how many connections the attackers hold, or try to")
	uploads := flag.Int("uploads", 0, "how many uploads in each part (default 600, in the short form 300)")
	program := flag.String("program", "", "the program to run (default: it is built)")
	flag.Parse()
	slowest := float64(mostSlower)
	if *short {
		slowest = busySlower
	}
	if *uploads == 0 {
		*uploads = map[bool]int{false: 600, true: 300}[*short]
	}
	dir, err := os.MkdirTemp("", "wxup-flood-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	if *program == "" {
		*program = filepath.Join(dir, "wxup")
		build := exec.CommandContext(ctx, "go", "build", "-o", *program, "./cmd/wxup")
		build.Dir = "../app"
		build.Env = append(os.Environ(), "GOWORK=") // as everyone builds it
		if out, err := build.CombinedOutput(); err != nil {
			return false, fmt.Errorf("build wxup (this program runs in the directory cluster): %w\n%s", err, out)
		}
	}
	v, err := serve(ctx, dir, *program)
	if err != nil {
		return false, err
	}
	defer v.stop()
	if err := v.prepare(ctx); err != nil {
		return false, err
	}
	if _, err := v.measure(ctx, 40, "127.1.0.1"); err != nil { // warm
		return false, err
	}

	fmt.Printf("%d uploads in each part, each on a new connection; attackers hold up to %d connections\n\n", *uploads, *count)
	fmt.Println("| attackers | uploads from | failed | p50 | p99 | times p99 alone | open at once | closed by the server | memory above idle |")
	fmt.Println("|---|---|--:|--:|--:|--:|--:|--:|--:|")
	ok = true
	for _, one := range []bool{false, true} {
		alone, err := v.measure(ctx, *uploads, "127.9.9.9")
		if err != nil {
			return false, err
		}
		fmt.Printf("| none | an address of their own | %d | %s | %s | 1 | | | |\n", alone.failed, alone.at(0.5), alone.at(0.99))
		idle := v.memory()
		from := map[bool]string{false: "many addresses", true: "one address"}[one]
		a, err := v.attack(ctx, *count, one)
		if err != nil {
			return false, err
		}
		sleep(ctx, 5*time.Second) // until all have come
		for _, honest := range []string{"127.9.9.9", source(3, one).String()} {
			v.peak()
			got, err := v.measure(ctx, *uploads, honest)
			if err != nil {
				return false, err
			}
			slower := float64(got.at(0.99)) / float64(alone.at(0.99))
			above := v.peak() - idle
			n := *a.figures.Load()
			where := map[bool]string{true: "an address of their own", false: "an attacker's address"}[honest == "127.9.9.9"]
			fmt.Printf("| %s | %s | %d | %s | %s | %.2f | %d | %d | %d MB |\n", from, where, got.failed, got.at(0.5), got.at(0.99), slower, n[0], n[1], above>>20)
			ok = ok && got.failed == 0 && slower <= slowest && above < mostMemory
		}
		a.stop()
	}
	fmt.Printf("\npromised: none fails, p99 at most %d times as long (here: %.0f), memory below %d MB above idle: %s\n",
		mostSlower, slowest, mostMemory>>20, map[bool]string{true: "so it was", false: "NOT SO"}[ok])
	return ok, ctx.Err()
}

// victim is the server.
type victim struct {
	cmd  *exec.Cmd
	vars map[string]string
	at   targets
	mem  *memory
}

// serve starts the server with all its listeners.
func serve(ctx context.Context, dir, program string) (*victim, error) {
	data := filepath.Join(dir, "data")
	ports, err := freePorts(4)
	if err != nil {
		return nil, err
	}
	v := &victim{at: targets{HTTP: ports[0], HTTPS: ports[1], Proxy: ports[2], SideCar: ports[3]}}
	v.cmd = exec.Command(program, "serve", "--config", "off", "--data", data, "--http", ports[0], "--https", ports[1], "--proxy", ports[2], "--sidecar", ports[3], "--log", "off")
	v.cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "WXUP_LANG=en"}
	v.cmd.Stderr = os.Stderr
	if err := v.cmd.Start(); err != nil {
		return nil, err
	}
	for until := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if v.vars = readEnv(filepath.Join(data, "wxup.env")); v.vars != nil {
			break
		}
		if time.Now().After(until) || ctx.Err() != nil {
			v.cmd.Process.Kill()
			v.cmd.Wait()
			return nil, errors.New("the server did not come up")
		}
	}
	v.at.Admin = hostPort(v.vars["WXUP_ADMIN_URL"])
	if v.at.Admin == "" {
		v.at.Admin = v.at.HTTP
	}
	v.mem = watch(v.cmd.Process.Pid)
	return v, nil
}

func (v *victim) stop() {
	v.cmd.Process.Signal(os.Interrupt)
	v.cmd.Wait()
}

// prepare uploads the image that the attackers ask for.
func (v *victim) prepare(ctx context.Context) error {
	c, err := v.client("http://"+v.at.HTTP, "127.0.0.1")
	if err != nil {
		return err
	}
	res, err := c.Upload(ctx, wxup.MarketingImage, wxup.Bytes("a.jpg", picture(1900<<10)))
	if err == nil {
		v.at.Image = res.URL[len("http://"+v.at.HTTP):]
	}
	return err
}

func (v *victim) memory() int64 { return resident(v.cmd.Process.Pid) }
func (v *victim) peak() int64   { return v.mem.take() }

// latencies are those of a part's uploads, sorted.
type latencies struct {
	list   []time.Duration
	failed int
}

func (l latencies) at(q float64) time.Duration {
	if len(l.list) == 0 {
		return 0
	}
	return l.list[int(q*float64(len(l.list)-1))].Round(100 * time.Microsecond)
}

// measure uploads one picture after another, by turns in clear and over TLS.
func (v *victim) measure(ctx context.Context, count int, from string) (l latencies, err error) {
	var clients []*wxup.Client
	for _, base := range []string{"http://" + v.at.HTTP, "https://" + v.at.HTTPS} {
		c, err := v.client(base, from)
		if err != nil {
			return l, err
		}
		clients = append(clients, c)
	}
	for i := range count {
		data := picture(200 << 10)
		began := time.Now()
		_, err := clients[i%2].Upload(ctx, wxup.MarketingImage, wxup.Bytes("a.jpg", data))
		if ctx.Err() != nil {
			return l, ctx.Err()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "an upload failed:", err)
			l.failed++
			continue
		}
		l.list = append(l.list, time.Since(began))
	}
	slices.Sort(l.list)
	return l, nil
}

// attackers are the process that holds the connections.
type attackers struct {
	cmd *exec.Cmd
	in  io.Closer
	counts
}

func (v *victim) attack(ctx context.Context, count int, one bool) (*attackers, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	at, _ := json.Marshal(v.at)
	if one {
		count = -count
	}
	a := &attackers{cmd: exec.CommandContext(ctx, self, "attack", string(at), fmt.Sprint(count))}
	a.cmd.Env = append(os.Environ(), "FLOOD_MCHID="+v.vars["WXUP_MCHID"], "FLOOD_SERIAL="+v.vars["WXUP_MCH_SERIAL"])
	a.cmd.Stderr = os.Stderr
	in, err := a.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	a.in = in
	a.figures.Store(new([3]int))
	if err := a.cmd.Start(); err != nil {
		return nil, err
	}
	go figures(out, &a.figures)
	return a, nil
}

func (a *attackers) stop() {
	a.in.Close()
	a.cmd.Wait()
}

// client is a Client that connects anew for each request, from an address.
func (v *victim) client(base, from string) (*wxup.Client, error) {
	c, err := wxup.FromVariables(func(name string) string { return v.vars[name] })
	if err != nil {
		return nil, err
	}
	roots, err := roots(v.vars["WXUP_CA_FILE"])
	if err != nil {
		return nil, err
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 10 * time.Second}
	c.BaseURL, c.Transport = base, &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true, TLSClientConfig: roots}
	c.Retry.Attempts = 1
	return c, nil
}
