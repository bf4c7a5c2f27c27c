package store_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/internal/need"
)

// TestCrash kills a process that keeps and records uploads, again and again, and then looks for
// every upload that it has acknowledged. This shows that the order of the steps is right; what it
// cannot show is a missing fsync, since the kernel outlives the process: see TestOrder in fsblob
// and TestPragmas in sqlindex for those.
//
// WXUP_LONG=1 makes it ten times as long.
func TestCrash(t *testing.T) {
	need.Time(t)
	kills := 24
	if os.Getenv("WXUP_LONG") != "" {
		kills *= 10
	}
	dir := t.TempDir()
	acks := map[string]ack{}
	for i := range kills {
		if i%4 == 0 { // while it opens what the last one has left, or soon after
			crash(t, dir, time.Duration(mathrand.IntN(100))*time.Millisecond, 1000, acks)
		} else {
			crash(t, dir, time.Minute, 1+mathrand.IntN(200), acks)
		}
		if i%20 == 19 || i == kills-1 {
			verify(t, dir, acks)
		}
	}
	if len(acks) < kills/2 {
		t.Errorf("%d uploads were acknowledged in %d processes: too few for this to mean anything", len(acks), kills)
	}
	t.Logf("%d kills, %d uploads acknowledged", kills, len(acks))
}

// ack is an upload that was acknowledged.
type ack struct{ id, sha256, exchange string }

const crashDir = "WXUP_TEST_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		fmt.Fprintln(os.Stderr, uploadForever(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func openAll(ctx context.Context, dir string) (*store.Store, *fsblob.Dir, *sqlindex.Index, error) {
	blobs, err := fsblob.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		return nil, nil, nil, err
	}
	index, err := sqlindex.Open(ctx, filepath.Join(dir, "index.db"))
	if err != nil {
		return nil, nil, nil, err
	}
	s, err := store.New(blobs, secret(1))
	return s, blobs, index, err
}

// uploadForever is the process that is killed. Of each upload that is durable it writes a line, in
// one write.
func uploadForever(dir string) error {
	ctx := context.Background()
	s, _, index, err := openAll(ctx, dir)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for range 8 {
		go func() {
			for {
				data := make([]byte, mathrand.IntN(60_000))
				rand.Read(data)
				if mathrand.IntN(4) == 0 { // one that others have put, or are just putting
					data = storetest.Bytes(mathrand.Uint64N(100), 30_000)
				}
				e := storetest.NewExchange(0)
				e.ID, e.Time = rand.Text(), time.Now()
				e.Media.SHA256, e.Media.Size = storetest.Sum(data), int64(len(data))
				e.Nonce.Value = rand.Text()
				err := s.Keep(ctx, e.Media, bytes.NewReader(data))
				if err == nil {
					err = index.Record(ctx, e)
				}
				if err != nil {
					failed <- err
					return
				}
				fmt.Printf("%s %s %s\n", e.Media.ID, e.Media.SHA256, e.ID)
			}
		}()
	}
	return <-failed
}

// crash runs the process, kills it after a time or a number of acknowledged uploads, and adds all
// that it has acknowledged.
func crash(t *testing.T, dir string, after time.Duration, number int, acks map[string]ack) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir, "TMPDIR="+t.TempDir()) // a process that is killed leaves SQLite's files
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer timer.Stop()
	lines := bufio.NewScanner(out)
	for n := 1; lines.Scan(); n++ {
		if n == number {
			cmd.Process.Kill()
		}
		f := strings.Fields(lines.Text())
		if len(f) != 3 || len(f[1]) != 64 {
			t.Fatalf("the process has written %q", lines.Text())
		}
		acks[f[2]] = ack{f[0], f[1], f[2]}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
		t.Fatalf("the process has ended by itself: %v\n%s", err, &stderr)
	}
}

// verify opens what is left and looks for all that was acknowledged.
func verify(t *testing.T, dir string, acks map[string]ack) {
	t.Helper()
	ctx := t.Context()
	s, blobs, index, err := openAll(ctx, dir)
	must(t, err)
	defer blobs.Close()
	defer index.Close()
	hashed := map[string]bool{}
	for _, a := range acks {
		c, err := s.Open(ctx, a.id)
		if err != nil {
			t.Errorf("acknowledged, and cannot be opened: %v: %v", a, err)
			continue
		}
		if !hashed[a.sha256] {
			digest := sha256.New()
			if _, err := io.Copy(digest, c); err != nil || hex.EncodeToString(digest.Sum(nil)) != a.sha256 {
				t.Errorf("acknowledged, and has other bytes: %v: %v", a, err)
			}
			hashed[a.sha256] = true
		}
		c.Close()
		e, err := index.Exchange(ctx, a.exchange)
		if err != nil || e.Media == nil || e.Media.ID != a.id || e.Media.SHA256 != a.sha256 {
			t.Errorf("acknowledged, and its record is %v, %v: %v", e, err, a)
			continue
		}
		if by, err := index.SpentBy(ctx, e.Account, e.Nonce.Value); err != nil || by.ID != a.exchange {
			t.Errorf("acknowledged, and its nonce was spent by %v, %v: %v", by, err, a)
		}
		if m, err := index.MediaByID(ctx, a.id); err != nil || m.SHA256 != a.sha256 {
			t.Errorf("acknowledged, and its media is %v, %v: %v", m, err, a)
		}
	}
	// What was not acknowledged is whole all the same, or not there.
	for info, err := range blobs.List(ctx) {
		if err != nil {
			t.Error(err)
			break
		}
		if hashed[info.SHA256] {
			continue
		}
		b, err := blobs.Open(ctx, info.SHA256)
		must(t, err)
		data, err := io.ReadAll(b)
		if err != nil || storetest.Sum(data) != info.SHA256 {
			t.Errorf("%s is listed, and has other bytes: %v", info.SHA256, err)
		}
		b.Close()
	}
	left, err := os.ReadDir(filepath.Join(dir, "blobs", "tmp"))
	if err != nil || len(left) != 0 {
		t.Errorf("%d temporary files are left: %v", len(left), err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "index.db"))
	must(t, err)
	defer db.Close()
	var ok string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&ok); err != nil || ok != "ok" {
		t.Errorf("integrity_check: %s, %v", ok, err)
	}
	orphans := 0
	must(t, db.QueryRow(`SELECT COUNT(*) FROM exchange e WHERE NOT EXISTS (SELECT 1 FROM nonce n WHERE n.exchange = e.id)
		OR NOT EXISTS (SELECT 1 FROM media m WHERE m.sha256 = json_extract(e.media, '$.sha256'))`).Scan(&orphans))
	if orphans != 0 {
		t.Errorf("%d exchanges lack their nonce or media: they were not recorded in one step", orphans)
	}
}
