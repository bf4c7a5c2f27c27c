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
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
)

// Postgres makes an empty database, which is dropped when the test is over, and gives its URL.
func Postgres(t testing.TB) string {
	t.Helper()
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
	s, err := StartPostgres(settings...)
	if err != nil {
		missing(t, "PostgreSQL", err)
	}
	t.Cleanup(s.End)
	return s
}

// StartPostgres starts a server with its data in a temporary directory. It ends with this process, if not before.
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
	if s.Port, err = freePort(); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 { // under which it refuses to run
		if err := giveToPostgres(dir); err != nil {
			return nil, err
		}
	}
	stop := strings.Join(asPostgres(), " ") + ` "$1/pg_ctl" -D "$2/data" -m immediate -w stop >/dev/null 2>&1; rm -rf "$2"`
	if s.end, err = whenDone(`pid=$(head -n 1 "$2/data/postmaster.pid" 2>/dev/null) && { kill -CONT $pid $(pgrep -P $pid); } 2>/dev/null; `+stop, bin, dir); err != nil {
		return nil, err
	}
	if err := s.run(filepath.Join(bin, "initdb"), "-D", s.data(), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"); err != nil {
		s.End()
		return nil, err
	}
	settings = append([]string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=" + dir, "max_connections=200", "fsync=off",
	}, settings...)
	s.args = "-p " + strconv.Itoa(s.Port)
	for _, x := range settings {
		s.args += " -c '" + x + "'"
	}
	if err := s.Start(); err != nil {
		s.End()
		return nil, err
	}
	return s, nil
}

// URL names a database of the server, for its superuser.
func (s *PostgresServer) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s", s.Port, database)
}

func (s *PostgresServer) data() string { return filepath.Join(s.dir, "data") }

// Start starts a server that was stopped, on the port it had.
func (s *PostgresServer) Start() error {
	return s.run(s.bin("pg_ctl"), "-D", s.data(), "-l", filepath.Join(s.dir, "log"), "-w", "start", "-o", s.args)
}

// Stop stops it: "smart", "fast" or "immediate", which is a crash.
func (s *PostgresServer) Stop(mode string) error {
	return s.run(s.bin("pg_ctl"), "-D", s.data(), "-m", mode, "-w", "stop")
}

// Reload makes it read its files again, such as pg_hba.conf in [PostgresServer.Dir].
func (s *PostgresServer) Reload() error { return s.run(s.bin("pg_ctl"), "-D", s.data(), "reload") }

// Dir is where its data and its configuration are.
func (s *PostgresServer) Dir() string { return s.data() }

// Hang stops all of its processes where they are: connections stay open, and nothing answers. Resume lets them go on.
func (s *PostgresServer) Hang() error   { return s.signal("-STOP") }
func (s *PostgresServer) Resume() error { return s.signal("-CONT") }

func (s *PostgresServer) signal(name string) error {
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return err
	}
	pid, _, _ := strings.Cut(string(text), "\n")
	if err := exec.Command("kill", name, pid).Run(); err != nil { // first, so that it starts no more of them
		return err
	}
	children, err := exec.Command("pgrep", "-P", pid).Output()
	if err != nil {
		return fmt.Errorf("find its processes: %w", err)
	}
	for _, child := range strings.Fields(string(children)) {
		exec.Command("kill", name, child).Run() // some end meanwhile
	}
	return nil
}

// End stops it and removes its data. It may be called again.
func (s *PostgresServer) End() { s.end() }

func (s *PostgresServer) bin(name string) string {
	bin, _ := postgresBin()
	return filepath.Join(bin, name)
}

// run runs one of PostgreSQL's own programs.
func (s *PostgresServer) run(program string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	command := append(asPostgres(), append([]string{program}, args...)...)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = s.dir
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

// asPostgres is what makes a command run as the user postgres, when we are root.
func asPostgres() []string {
	if os.Getuid() == 0 {
		return []string{"runuser", "-u", "postgres", "--"}
	}
	return nil
}

func giveToPostgres(dir string) error {
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("PostgreSQL does not run as root, and %w", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return os.Chown(dir, uid, gid)
}

// postgresBin is the directory of initdb and pg_ctl: Debian's, of the newest version, or where PATH has them.
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
		return "", errors.New("there is no initdb; run: apt-get install -y --no-install-recommends postgresql")
	}
	return filepath.Dir(path), nil
}
