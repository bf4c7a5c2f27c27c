package scripts_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/minio/minio-go/v7"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/tokenstore"
)

// oldData holds what commit c4f0ac7 wrote. Its README.md says what is in it.
const oldData = checkout + "/app/testdata/c4f0ac7"

// TestOldData opens what commit c4f0ac7 wrote to disk. Beside the commands of TestScripts there
// are:
//
//	unpack ARCHIVE             unpack an archive of oldData
//	answers FILE               fetch what each answer listed in FILE names; it must be the file that
//	                           was uploaded
//	again FILE PICTURE NAME    the last command must have answered as FILE says for this picture and
//	                           endpoint
//	environment FILE           take the variables of a wxup.env of oldData
//	stop                       stop the server
func TestOldData(t *testing.T) {
	runOld(t, "testdata/old", nil)
	dir := t.TempDir()
	unpack(t, "disk.tar.gz", dir)
	store := &tokenstore.File{Dir: filepath.Join(dir, "tokens")}
	if token, err := store.Load(t.Context(), oldApp); err != nil || token.Value != oldToken {
		t.Errorf("token %v, %v", token.Until, err)
	}
	checkTokens(t, "sqlite", filepath.Join(dir, "tokens.db"))
}

// TestOldDataServers is TestOldData for an index in PostgreSQL and images in S3.
func TestOldDataServers(t *testing.T) {
	s3 := testservers.S3(t)
	index := testservers.Postgres(t)
	restorePostgres(t, index)
	checkTokens(t, "pgx", index)
	blobs := s3.URL(t)
	restoreS3(t, s3, blobs)
	runOld(t, "testdata/old_servers", append(s3.Env(), "INDEX="+index, "BLOBS="+blobs))
}

// The token that was kept, and the app that it was kept for.
const (
	oldApp   = "https://api.weixin.qq.com/cgi-bin/token wxfixture"
	oldToken = "57_kept-by-c4f0ac7"
)

func checkTokens(t *testing.T, driver, dsn string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if token, err := (&tokenstore.SQL{DB: db}).Load(t.Context(), oldApp); err != nil || token.Value != oldToken {
		t.Errorf("%s: token until %v, %v", driver, token.Until, err)
	}
}

func runOld(t *testing.T, dir string, more []string) {
	scripts(t, dir, more, map[string]func(*testscript.TestScript, bool, []string){
		"unpack": func(ts *testscript.TestScript, _ bool, args []string) {
			ts.Check(untar(filepath.Join(oldData, args[0]), ts.MkAbs(".")))
		},
		"answers": answersCmd, "again": againCmd, "environment": environmentCmd, "stop": stopCmd,
	})
}

// An oldAnswer is a line of an answers file: the file, the endpoint, and a URL or media_id.
type oldAnswer struct{ file, endpoint, answer string }

// key is the part of the answer that does not depend on where the server is.
func (a oldAnswer) key() string {
	u, err := url.Parse(a.answer)
	if err != nil || u.Host == "" {
		return a.answer
	}
	return u.RequestURI()
}

func oldAnswers(ts *testscript.TestScript, file string) []oldAnswer {
	var list []oldAnswer
	for line := range strings.Lines(ts.ReadFile(file)) {
		words := strings.Split(strings.TrimSpace(line), "\t")
		list = append(list, oldAnswer{words[0], words[1], words[2]})
	}
	if len(list) != 7 {
		ts.Fatalf("%s lists %d answers, not 7", file, len(list))
	}
	return list
}

func answersCmd(ts *testscript.TestScript, _ bool, args []string) {
	vars, err := datadir.ReadEnv(ts.MkAbs("wxup-data/wxup.env"))
	ts.Check(err)
	for _, a := range oldAnswers(ts, args[0]) {
		address := vars["WXUP_HTTP_URL"] + a.key()
		if a.key() == a.answer {
			address = vars["WXUP_ADMIN_URL"] + "/api/v1/media/" + a.answer
		}
		got, status, err := fetch(address, vars["WXUP_ADMIN_TOKEN"])
		ts.Check(err)
		if status != 200 || string(got) != ts.ReadFile(a.file) {
			ts.Fatalf("%s: status %d, %d bytes that are not those of %s", address, status, len(got), a.file)
		}
	}
}

func againCmd(ts *testscript.TestScript, _ bool, args []string) {
	now := oldAnswer{args[1], args[2], strings.TrimSpace(ts.ReadFile("stdout"))}
	for _, a := range oldAnswers(ts, args[0]) {
		if a.file == now.file && a.endpoint == now.endpoint {
			if a.key() != now.key() {
				ts.Fatalf("%s to %s: answered %s, was %s", a.file, a.endpoint, now.key(), a.key())
			}
			return
		}
	}
	ts.Fatalf("%s was not uploaded to %s", args[1], args[2])
}

func environmentCmd(ts *testscript.TestScript, _ bool, args []string) {
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		value = strings.ReplaceAll(strings.Trim(value, "'"), "@DIR@/disk", ts.MkAbs("wxup-data"))
		ts.Setenv(name, value)
	}
}

func stopCmd(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(ts.Exec("sh", "-c", "kill -TERM $(cat serve.pid); while kill -0 $(cat serve.pid) 2>/dev/null; do sleep 0.05; done"))
}

func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	if err := untar(filepath.Join(oldData, archive), dir); err != nil {
		t.Fatal(err)
	}
}

func untar(archive, dir string) error {
	return eachIn(archive, func(h *tar.Header, r io.Reader) error {
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			return os.MkdirAll(name, h.FileInfo().Mode().Perm())
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		return os.WriteFile(name, b, h.FileInfo().Mode().Perm())
	})
}

func eachIn(archive string, do func(*tar.Header, io.Reader) error) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := do(h, r); err != nil {
			return err
		}
	}
}

func restorePostgres(t *testing.T, dsn string) {
	t.Helper()
	f, err := os.Open(filepath.Join(oldData, "postgres.sql.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("default_query_exec_mode", "simple_protocol") // many statements in one call
	u.RawQuery = q.Encode()
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), string(text)); err != nil {
		t.Fatal(err)
	}
}

func restoreS3(t *testing.T, server *testservers.S3Server, blobs string) {
	t.Helper()
	u, err := url.Parse(blobs)
	if err != nil {
		t.Fatal(err)
	}
	client, err := server.Client()
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string][]byte{}
	var objects []struct {
		Key, ContentType string
		Metadata         map[string]string
	}
	err = eachIn(filepath.Join(oldData, "s3.tar.gz"), func(h *tar.Header, r io.Reader) error {
		b, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if path.Base(h.Name) == "objects.json" {
			return json.Unmarshal(b, &objects)
		}
		bodies[strings.TrimPrefix(h.Name, "objects/")] = b
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		b := bodies[o.Key]
		_, err := client.PutObject(context.Background(), u.Host, o.Key, bytes.NewReader(b), int64(len(b)),
			minio.PutObjectOptions{ContentType: o.ContentType, UserMetadata: o.Metadata})
		if err != nil {
			t.Fatal(err)
		}
	}
}
