package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

type options struct {
	root string
	only []string // modules; none means all
	fast bool
	out  io.Writer

	patience time.Duration // how long processes may take to end after their tests
	hang     time.Duration // what a package takes if it hangs, also on a machine that is busy with other work
}

// runner runs the tests of one checkout.
type runner struct {
	options
	executable string // of this program
	temp       string // everything that is made while tests run
	race       error  // why the race detector is off
	env        []string
}

// run reports whether everything passed.
func run(ctx context.Context, o options) (ok bool, err error) {
	r := &runner{options: o}
	if r.executable, err = os.Executable(); err != nil {
		return false, err
	}
	// The name is short: see smallDir.
	if r.temp, err = os.MkdirTemp("", "wxup-t"); err != nil {
		return false, err
	}
	defer os.RemoveAll(r.temp)
	letThrough(r.temp)
	end, err := startGuard(r.executable, r.temp, r.patience)
	if err != nil {
		return false, err
	}
	defer end()
	defer os.RemoveAll(r.temp) // before the guard looks
	r.env = append(os.Environ(), markName+"="+r.temp)
	if !r.fast {
		r.env = append(r.env, "TMPDIR="+r.temp)
		if r.race = raceDetector(r.temp); r.race != nil {
			r.env = append(r.env, "CGO_ENABLED=0")
		}
	}
	modules, goFiles, err := findModules(r.root)
	if err != nil {
		return false, err
	}
	all := []*results{r.gofmt(ctx, goFiles)}
	for _, m := range modules {
		if len(r.only) > 0 && !slices.Contains(r.only, m.name) || r.fast && !m.workspace(r.root) {
			continue
		}
		all = append(all, r.module(ctx, m))
		if ctx.Err() != nil {
			endAll(r.temp, r.patience)
			return false, errors.New("interrupted")
		}
	}
	return report(r.out, all, r.notes()), nil
}

func (r *runner) notes() []string {
	switch {
	case r.fast:
		return []string{"make fast leaves out: the race detector, vet, PostgreSQL and S3, and what -short skips. make test has them."}
	case r.race != nil:
		return []string{"without the race detector: " + r.race.Error()}
	}
	return nil
}

func (r *runner) gofmt(ctx context.Context, files []string) *results {
	res := newResults("gofmt", r.out)
	cmd := exec.CommandContext(ctx, "gofmt", append([]string{"-l"}, files...)...)
	if _, err := exec.LookPath("gofmt"); err != nil { // go is on PATH by a link
		root, _ := exec.Command("go", "env", "GOROOT").Output()
		cmd.Path, cmd.Err = filepath.Join(strings.TrimSpace(string(root)), "bin", "gofmt"), nil
	}
	out, err := cmd.CombinedOutput()
	bad := strings.Fields(string(out))
	for _, name := range bad {
		if rel, err := filepath.Rel(r.root, name); err == nil {
			name = rel
		}
		res.fail("gofmt: " + name)
	}
	if err != nil && len(bad) == 0 {
		res.fail("gofmt: " + err.Error())
	}
	res.passed = len(files) - res.failed
	res.note = "files"
	return res
}

// module vets and tests one module.
func (r *runner) module(ctx context.Context, m module) *results {
	res := newResults(m.name, r.out)
	res.requireAll = os.Getenv("WXUP_REQUIRE_ALL") == "1"
	fmt.Fprintf(r.out, "\n%s\n", m.name)
	env := r.env
	if !m.workspace(r.root) {
		env = append(slices.Clone(env), "GOWORK=off")
	}
	if !r.fast {
		if err := r.command(ctx, m, env, []string{"go", "vet", "./..."}, r.out); err != nil && ctx.Err() == nil {
			res.fail(m.name + ": go vet")
		}
	}
	words := []string{"go", "test", "-json", "-timeout", r.hang.String()}
	if m.name == "fit" { // package heif is empty without it
		words = append(words, "-tags=nodynamic")
	}
	switch {
	case r.fast:
		words = append(words, "-short")
	default:
		words = append(words, "-exec", fmt.Sprintf("'%s' -patience %s -wrap", r.executable, r.patience))
		if r.race == nil && !slices.Contains(noRace, m.name) {
			words = append(words, "-race")
		}
		if m.servers {
			words = append([]string{"go", "run", "./testservers/run"}, words...)
		}
	}
	res.again = r.race == nil && !r.fast
	res.ended(r.goTest(ctx, m, env, append(words, "./..."), res))
	if again := res.crashed; len(again) > 0 && ctx.Err() == nil {
		res.again, res.crashed = false, nil
		res.ended(r.goTest(ctx, m, env, append(words, again...), res))
	}
	if ctx.Err() != nil {
		return res
	}
	r.leftovers(res)
	return res
}

// goTest runs go test -json and has its lines collected.
func (r *runner) goTest(ctx context.Context, m module, env, words []string, res *results) error {
	read, write := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewReader(read)
		for {
			line, err := lines.ReadBytes('\n')
			if len(line) > 0 {
				res.line([]byte(strings.TrimRight(string(line), "\r\n")))
			}
			if err != nil {
				return
			}
		}
	}()
	err := r.command(ctx, m, env, words, write)
	write.Close()
	<-done
	return err
}

// leftovers fails a module that has left something behind which no package is known to have made.
func (r *runner) leftovers(res *results) {
	if r.fast {
		return
	}
	for _, p := range wait(r.patience, r.processes) {
		res.fail(fmt.Sprintf("%s: left a process behind: %d %.300s", res.name, p.pid, p.command))
		p.kill()
	}
	for _, name := range filesIn(r.temp) {
		res.fail(fmt.Sprintf("%s: left a file behind: %s", res.name, name))
		os.RemoveAll(filepath.Join(r.temp, name))
	}
}

func (r *runner) processes() []process { return marked(markName + "=" + r.temp) }

// command runs a program in the module's directory, as a group that ends with ctx.
func (r *runner) command(ctx context.Context, m module, env, words []string, out io.Writer) error {
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = m.dir, env, out, r.out
	group(cmd)
	cmd.Cancel = func() error { endGroup(cmd, false); return nil }
	cmd.WaitDelay = 10 * time.Second
	return cmd.Run()
}
