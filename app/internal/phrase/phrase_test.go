package phrase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"testing"
)

var texts = Catalogue{
	"%s is not there%s":     "%s 不存在%s",
	"; did you mean %s?":    "；是不是 %s？",
	"read %q: %w":           "读取 %q：%w",
	"%[2]s of %[1]d":        "%[1]d 中的 %[2]s",
	"100%% of the password": "密码的 100%%",
}

func TestText(t *testing.T) {
	hint := texts.Text("; did you mean %s?", "a.jpg")
	for _, c := range []struct {
		text   Text
		en, zh string
	}{
		{texts.Text("%s is not there%s", "b.jpg", hint), "b.jpg is not there; did you mean a.jpg?", "b.jpg 不存在；是不是 a.jpg？"},
		{texts.Text("%[2]s of %[1]d", 3, "x"), "x of 3", "3 中的 x"},
		{texts.Text("100%% of the password"), "100% of the password", "密码的 100%"},
		{texts.Text("not in the catalogue"), "not in the catalogue", "not in the catalogue"},
		{Both("100%d"), "100%d", "100%d"},
		{Pair("5% off", "95 折%"), "5% off", "95 折%"},
		{Text{}, "", ""},
	} {
		if en, zh := c.text.In("en"), c.text.In("zh"); en != c.en || zh != c.zh || c.text.String() != en {
			t.Errorf("got %q and %q, want %q and %q", en, zh, c.en, c.zh)
		}
	}
	b, err := json.Marshal(struct {
		Text Text `json:"text"`
		None Text `json:"none,omitzero"`
	}{Text: hint})
	if want := `{"text":{"en":"; did you mean a.jpg?","zh":"；是不是 a.jpg？"}}`; string(b) != want || err != nil {
		t.Errorf("as JSON: %s, %v, want %s", b, err, want)
	}
}

func TestErrorf(t *testing.T) {
	inner := texts.Errorf("%s is not there%s", "k", Text{})
	err := texts.Errorf("read %q: %w", "f", errors.Join(inner, fs.ErrExist))
	if got, want := err.Error(), "read \"f\": k is not there\nfile already exists"; got != want {
		t.Errorf("in English: %q, want %q", got, want)
	}
	if !errors.Is(err, fs.ErrExist) || !errors.Is(err, inner) {
		t.Error("it does not wrap what %w names")
	}
	err = texts.Errorf("read %q: %w", "f", inner)
	if got, want := In(err, "zh"), "读取 \"f\"：k 不存在"; got != want {
		t.Errorf("in Chinese: %q, want %q", got, want)
	}
	for _, c := range []struct {
		err error
		zh  string
	}{
		{&fs.PathError{Op: "open", Path: "a.jpg", Err: syscall.ENOENT}, "a.jpg：文件或目录不存在"},
		{&net.OpError{Op: "listen", Net: "tcp", Addr: &net.TCPAddr{Port: 80}, Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}, ":80：地址已被占用"},
		{errors.Join(inner, context.Canceled), "k 不存在\n已取消"},
		{syscall.EMFILE, syscall.EMFILE.Error()},
	} {
		if got := In(c.err, "zh"); got != c.zh {
			t.Errorf("%v in Chinese: %q, want %q", c.err, got, c.zh)
		}
	}
	if got := In(fmt.Errorf("plain"), "zh"); got != "plain" {
		t.Errorf("an error in English alone: %q", got)
	}
}
