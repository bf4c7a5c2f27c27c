package tokenstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/wxup/wxup"
)

// File keeps tokens in a directory: one file for each app, and a second one that is locked while
// the token is renewed. The operating system releases the lock when the process that holds it ends,
// however that happens. Use a local file system; not every network file system supports locks.
type File struct {
	Dir string // created if missing, with mode 0700
}

var _ wxup.TokenStore = (*File)(nil)

// maxFile limits how much of a file is read, in bytes. Tokens have a few hundred characters.
const maxFile = 16 << 10

// kept is the content of a file:
//
//	{"app":"https://api.weixin.qq.com/cgi-bin/token wx…","token":"57_…","until":"2026-03-04T05:06:07Z"}
type kept struct {
	App   string    `json:"app"` // for human readers
	Token string    `json:"token"`
	Until time.Time `json:"until"`
}

func (f *File) path(app string) string {
	sum := sha256.Sum256([]byte(app))
	return filepath.Join(f.Dir, hex.EncodeToString(sum[:8])+".token")
}

// Load reads the token. A malformed file counts as missing.
func (f *File) Load(ctx context.Context, app string) (wxup.Token, error) {
	if err := ctx.Err(); err != nil {
		return wxup.Token{}, err
	}
	file, err := os.Open(f.path(app))
	if errors.Is(err, fs.ErrNotExist) {
		return wxup.Token{}, nil
	}
	if err != nil {
		return wxup.Token{}, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		return wxup.Token{}, err
	}
	var k kept
	if json.Unmarshal(text, &k) != nil || k.App != app {
		return wxup.Token{}, nil
	}
	return wxup.Token{Value: k.Token, Until: k.Until}, nil
}

// Renew calls renew while it holds the app's lock.
func (f *File) Renew(ctx context.Context, app string, renew func(context.Context, wxup.Token) (wxup.Token, error)) (wxup.Token, error) {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return wxup.Token{}, err
	}
	lock, err := os.OpenFile(f.path(app)+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return wxup.Token{}, err
	}
	defer lock.Close() // this releases the lock
	if err := wait(ctx, func() (bool, error) { return tryLock(lock) }); err != nil {
		return wxup.Token{}, fmt.Errorf("lock %s: %w", lock.Name(), err)
	}
	held, err := f.Load(ctx, app)
	if err != nil {
		return wxup.Token{}, err
	}
	token, err := renew(ctx, held)
	if err != nil || token == held {
		return token, err
	}
	return token, f.save(app, token)
}

// save replaces the file atomically, so that no reader sees half of one.
func (f *File) save(app string, token wxup.Token) (err error) {
	text, err := json.Marshal(kept{app, token.Value, token.Until})
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(f.Dir, "*.new") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(next.Name())
		}
	}()
	_, err = next.Write(append(text, '\n'))
	if err := errors.Join(err, next.Sync(), next.Close()); err != nil {
		return err
	}
	for tries := 1; ; tries++ {
		err := os.Rename(next.Name(), f.path(app))
		// Windows refuses to replace a file while another process reads it.
		if err == nil || runtime.GOOS != "windows" || tries == 20 {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// wait calls try until it reports true, with pauses that grow from 2 to 50 ms.
func wait(ctx context.Context, try func() (bool, error)) error {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for d := 2 * time.Millisecond; ; d = min(2*d, 50*time.Millisecond) {
		select {
		case <-pause.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if ok, err := try(); ok || err != nil {
			return err
		}
		pause.Reset(d)
	}
}
