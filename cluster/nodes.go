package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// node is one wxup serve and what starts it again when it has ended, as a company's process manager
// does.
type node struct {
	name  string
	dir   string
	http  string // host:port
	https string
	admin string
	log   string // file
	args  []string
	env   []string

	mu      sync.Mutex
	process *os.Process
	stopped bool
	kills   []time.Time
	ready   []time.Time   // when it was ready, after each start
	deaths  []string      // ends that nobody has brought about
	over    chan struct{} // closed when the present supervision has ended
}

// fleet is the nodes, with a balancer before each of their ports.
type fleet struct {
	limits limits

	nodes []*node
	plain *balancer
	tls   *balancer
}

const nodeCount = 3

func newFleet(dir, program string, b *backends) (*fleet, error) {
	f := &fleet{limits: promised}
	for i := range nodeCount {
		ports, err := freePorts(3)
		if err != nil {
			return nil, err
		}
		n := &node{name: fmt.Sprintf("node %d", i+1), dir: filepath.Join(dir, fmt.Sprintf("node-%d", i+1)), http: ports[0], https: ports[1], admin: ports[2]}
		n.log = n.dir + ".log"
		n.env = append(b.environment(), "HOME="+dir, "PATH="+os.Getenv("PATH"), "WXUP_LANG=en")
		f.nodes = append(f.nodes, n)
	}
	var err error
	if f.plain, err = newBalancer(f.addresses(func(n *node) string { return n.http })); err != nil {
		return nil, err
	}
	if f.tls, err = newBalancer(f.addresses(func(n *node) string { return n.https })); err != nil {
		return nil, err
	}
	for _, n := range f.nodes {
		n.args = append([]string{program, "serve", "--config", "off", "--data", n.dir, "--http", n.http, "--https", n.https, "--admin", n.admin, "--proxy", "off",
			"--public-url", "http://" + f.plain.address(), "--log", "json"}, b.flags()...)
	}
	return f, nil
}

func (f *fleet) addresses(of func(*node) string) (list []string) {
	for _, n := range f.nodes {
		list = append(list, of(n))
	}
	return list
}

func (f *fleet) start(flags ...string) {
	for _, n := range f.nodes {
		n.start(flags...)
	}
}

// stop ends all nodes the friendly way.
func (f *fleet) stop() {
	var all sync.WaitGroup
	for _, n := range f.nodes {
		all.Go(n.stop)
	}
	all.Wait()
}

func (f *fleet) close() {
	f.stop()
	f.plain.close()
	f.tls.close()
}

// awaitReady waits until all nodes say that they are ready.
func (f *fleet) awaitReady(ctx context.Context, most time.Duration) error {
	deadline := time.Now().Add(most)
	for _, n := range f.nodes {
		for {
			status, text, err := n.ask(ctx, n.admin, "/readyz")
			if text == "ok" {
				break
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("%s is not ready after %s: %d %s %v", n.name, most, status, text, err)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	return nil
}

func (n *node) start(flags ...string) {
	n.mu.Lock()
	n.stopped = false
	n.over = make(chan struct{})
	n.mu.Unlock()
	go n.supervise(append(slices.Clone(n.args), flags...))
}

// supervise starts the program again whenever it has ended.
func (n *node) supervise(command []string) {
	runtime.LockOSThread() // the process ends with the thread that has started it
	defer close(n.over)
	for {
		n.mu.Lock()
		if n.stopped {
			n.mu.Unlock()
			return
		}
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Env, cmd.SysProcAttr = n.env, dieWithParent()
		log, err := os.OpenFile(n.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			cmd.Stdout, cmd.Stderr = log, log
			err = cmd.Start()
			log.Close()
		}
		if err != nil {
			n.deaths = append(n.deaths, fmt.Sprintf("%s: not started: %v", n.name, err))
			n.mu.Unlock()
			return
		}
		n.process = cmd.Process
		kills := len(n.kills)
		n.mu.Unlock()
		go n.noteReady(cmd.Process)

		err = cmd.Wait()
		n.mu.Lock()
		n.process = nil
		if !n.stopped && len(n.kills) == kills {
			n.deaths = append(n.deaths, fmt.Sprintf("%s ended by itself: %v", n.name, err))
		}
		n.mu.Unlock()
	}
}

// noteReady waits for the first time that a process says that it is ready.
func (n *node) noteReady(p *os.Process) {
	for {
		status, _, _ := n.ask(context.Background(), n.http, "/readyz")
		n.mu.Lock()
		present := n.process == p
		if present && status == http.StatusOK {
			n.ready = append(n.ready, time.Now())
		}
		n.mu.Unlock()
		if !present || status == http.StatusOK {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// kill kills it with SIGKILL.
func (n *node) kill() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.process != nil {
		n.kills = append(n.kills, time.Now())
		n.process.Kill()
	}
}

func (n *node) stop() {
	n.mu.Lock()
	n.stopped = true
	over := n.over
	if n.process != nil {
		n.process.Signal(os.Interrupt)
	}
	n.mu.Unlock()
	if over == nil {
		return
	}
	select {
	case <-over:
	case <-time.After(40 * time.Second):
		n.mu.Lock()
		n.deaths = append(n.deaths, n.name+" did not stop within 40 s")
		if n.process != nil {
			n.process.Kill()
		}
		n.mu.Unlock()
		<-over
	}
}

// killedIn reports whether the node was killed during a span of time, or just before it.
func (n *node) killedIn(from, to time.Time, slack time.Duration) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.ContainsFunc(n.kills, func(at time.Time) bool { return !at.After(to) && at.Add(slack).After(from) })
}

// startingIn reports whether, at some moment of a span of time, the node was killed and not ready
// again.
func (n *node) startingIn(from, to time.Time, slack time.Duration) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, at := range n.kills {
		i := slices.IndexFunc(n.ready, func(r time.Time) bool { return r.After(at) })
		if !at.After(to) && (i < 0 || n.ready[i].Add(slack).After(from)) {
			return true
		}
	}
	return false
}

func (n *node) killCount() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.kills)
}

// ask makes a GET at one of the node's doors, on a connection of its own.
func (n *node) ask(ctx context.Context, door, path string) (status int, text string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+door+path, nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := lone.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, strings.TrimSpace(string(body)), err
}

// lone makes a connection for each request.
var lone = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// variables reads the wxup.env of a node that is ready.
func (n *node) variables() (map[string]string, error) {
	f, err := os.Open(filepath.Join(n.dir, "wxup.env"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	vars := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), "="); ok {
			vars[name] = strings.Trim(value, "'")
		}
	}
	return vars, nil
}

// freePorts are addresses that nobody listens on just now.
func freePorts(count int) (list []string, err error) {
	for range count {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		list = append(list, l.Addr().String())
	}
	return list, nil
}
