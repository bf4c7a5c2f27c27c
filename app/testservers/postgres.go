package testservers

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx

	"github.com/wxup/wxup/internal/need"
)

// Postgres makes an empty database, which is dropped when the test is over, and gives its URL, with
// parameters.
func Postgres(t testing.TB) string {
	t.Helper()
	need.Time(t) // what uses a server is slow
	server, err := shared()
	if err != nil {
		missing(t, "PostgreSQL", err)
	}
	dsn, err := makeDatabase(t, server)
	if err != nil {
		t.Fatalf("make a database: %v", err)
	}
	return dsn
}

// shared is the URL of the server that WXUP_TEST_POSTGRES names, or of one that is started once.
var shared = sync.OnceValues(func() (string, error) {
	if server := os.Getenv("WXUP_TEST_POSTGRES"); server != "" {
		return server, nil
	}
	s, err := StartPostgres()
	if err != nil {
		return "", err
	}
	return s.URL("postgres"), nil
})

func makeDatabase(t testing.TB, server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", errors.New("WXUP_TEST_POSTGRES is not a URL") // it can hold a password
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		return "", err
	}
	name := "wxup_test_" + strings.ToLower(rand.Text()[:12])
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		db.Close()
		return "", err
	}
	t.Cleanup(func() {
		defer db.Close()
		if _, err := db.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Logf("the database of the test stays: %v", err)
		}
	})
	u.Path = "/" + name
	q := u.Query()
	q.Set("wxup.answer_within", "1m") // wxup's own limit is for a machine that has time
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// PostgresServer is a server of one's own, that can be stopped, hung and started again.
type PostgresServer struct {
	Port int
	dir  string
	end  func()
	args string
}

// NewPostgres starts a server for one test, with settings such as "fsync=on".
func NewPostgres(t testing.TB, settings ...string) *PostgresServer {
	t.Helper()
	need.Time(t) // what uses a server is slow
	s, err := StartPostgres(settings...)
	if err != nil {
		missing(t, "PostgreSQL", err)
	}
	t.Cleanup(s.End)
	return s
}

// StartPostgres starts a server with its data in a temporary directory. It ends with this process,
// if not before.
func StartPostgres(settings ...string) (*PostgresServer, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "wxup-postgres-") // short: it holds a socket
	if err != nil {
		return nil, err
	}
	s := &PostgresServer{dir: dir}
	// The postmaster ends at once on SIGQUIT and removes its file; if it has hung, it continues
	// first.
	const end = `at="$1/data/postmaster.pid"; if read pid <"$at"; then
		kill -CONT $pid; kill -QUIT $pid; n=0
		while [ -e "$at" ] && [ $n -lt 100 ]; do n=$((n+1)); sleep 0.1; done
	fi 2>/dev/null; rm -rf "$1"`
	if s.end, err = whenDone(end, dir); err != nil {
		os.Remove(dir)
		return nil, err
	}
	if err := giveAway(dir); err != nil {
		s.End()
		return nil, err
	}
	if err := s.run(filepath.Join(bin, "initdb"), "-D", s.data(), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"); err != nil {
		s.End()
		return nil, err
	}
	settings = append([]string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=" + dir, "max_connections=200", "fsync=off",
		"autovacuum=off", // it analyzes tables at any moment, and plans change then
	}, settings...)
	for range 3 { // the port may be taken between its choice and its use
		if s.Port, err = freePort(); err != nil {
			break
		}
		s.args = "-p " + strconv.Itoa(s.Port)
		for _, x := range settings {
			s.args += " -c '" + x + "'"
		}
		if err = s.Start(); err == nil {
			return s, nil
		}
	}
	s.End()
	return nil, err
}

// URL names a database of the server, for its superuser.
func (s *PostgresServer) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s", s.Port, database)
}

func (s *PostgresServer) data() string { return filepath.Join(s.dir, "data") }

// Start starts a server that was stopped, on the port it had.
func (s *PostgresServer) Start() error {
	return s.run(s.bin("pg_ctl"), "-D", s.data(), "-l", filepath.Join(s.dir, "log"), "-w", "-t", "240", "start", "-o", s.args)
}

// Stop stops it: "smart", "fast" or "immediate", which is a crash.
func (s *PostgresServer) Stop(mode string) error {
	return s.run(s.bin("pg_ctl"), "-D", s.data(), "-m", mode, "-w", "-t", "240", "stop")
}

// Reload makes it read its files again, such as pg_hba.conf in [PostgresServer.Dir].
func (s *PostgresServer) Reload() error { return s.run(s.bin("pg_ctl"), "-D", s.data(), "reload") }

// Dir is where its data and its configuration are.
func (s *PostgresServer) Dir() string { return s.data() }

// Hang stops all of its processes where they are: connections stay open, and nothing answers.
// Resume lets them go on.
func (s *PostgresServer) Hang() error   { return s.each(stop) }
func (s *PostgresServer) Resume() error { return s.each(resume) }

// each does something to the postmaster and then to its children.
func (s *PostgresServer) each(do func(pid int) error) error {
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		return err
	}
	if err := do(pid); err != nil { // first, so that it starts no children while they are listed
		return err
	}
	children, err := childrenOf(pid)
	for _, child := range children {
		do(child) // some have ended
	}
	return err
}

// End stops it and removes its data. It may be called again.
func (s *PostgresServer) End() { s.end() }

func (s *PostgresServer) bin(name string) string {
	bin, _ := postgresBin()
	return filepath.Join(bin, name)
}

// run runs one of PostgreSQL's own programs.
func (s *PostgresServer) run(program string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = s.dir
	if err := runUnprivileged(cmd); err != nil {
		return err
	}
	out, err := os.CreateTemp(s.dir, "out-") // not a pipe: the server would keep it open
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		return fmt.Errorf("%s: %w\n%s%s", filepath.Base(program), err, text, log[max(0, len(log)-2000):])
	}
	return nil
}

// postgresBin is the directory of initdb and pg_ctl: Debian's, of the newest version, or where PATH
// has them.
func postgresBin() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	newest, best := "", 0
	for _, d := range dirs {
		if v, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(d)))); v > best {
			newest, best = filepath.Dir(d), v
		}
	}
	if newest != "" {
		return newest, nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("there is no initdb")
	}
	return filepath.Dir(path), nil
}
