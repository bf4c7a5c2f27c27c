package capture

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/internal/need"
)

const pythonUpload = `
import http.client, sys
c = http.client.HTTPConnection(sys.argv[1])
c.set_debuglevel(1)
c.request("POST", "/v3/merchant/media/upload", body=open("form.bin", "rb").read(),
          headers={"Content-Type": "multipart/form-data; boundary=B", "X-Quote": "it's \"so\" \\"})
print(c.getresponse().read())
`

const javaUpload = `
import java.net.*; import java.nio.file.*; import java.util.logging.*;
public class Upload {
  public static void main(String[] args) throws Exception {
    Logger log = Logger.getLogger("sun.net.www.protocol.http.HttpURLConnection");
    ConsoleHandler console = new ConsoleHandler();
    log.setLevel(Level.ALL); console.setLevel(Level.ALL); log.addHandler(console);
    HttpURLConnection c = (HttpURLConnection) new URL("http://" + args[0] + "/v3/merchant/media/upload").openConnection(Proxy.NO_PROXY);
    c.setRequestMethod("POST"); c.setDoOutput(true);
    c.setRequestProperty("Content-Type", "multipart/form-data; boundary=B");
    c.getOutputStream().write(Files.readAllBytes(Paths.get("form.bin")));
    c.getResponseCode();
  }
}
`

// TestRealLogs reads what programs themselves print of an upload, and compares it with what a
// server got.
func TestRealLogs(t *testing.T) {
	dir := t.TempDir()
	body := string(multipartOf("B", meta, jpeg))
	for name, content := range map[string]string{"form.bin": body, "upload.py": pythonUpload, "Upload.java": javaUpload} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	addr, next := listen(t)
	const curl = "curl -q -s --noproxy * -H Content-Type:multipart/form-data;boundary=B --data-binary @form.bin http://{}/v3/merchant/media/upload "
	for _, x := range []struct {
		command string
		body    string // "" if it is not shown
	}{
		{curl + "--trace -", body},
		{curl + "--trace - --trace-time", body},
		{curl + "--trace-ascii -", "dots"},
		{curl + "-v", ""},
		{"python3 upload.py {}", body},
		{"java Upload.java {}", ""},
	} {
		args := strings.Fields(strings.ReplaceAll(x.command, "{}", addr))
		t.Run(x.command, func(t *testing.T) {
			need.Program(t, args[0], need.Setup)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, args[0], args[1:]...)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			want := <-next
			saved, err := Read(out, nil)
			if err != nil || len(saved) != 1 {
				t.Fatalf("%d requests, %v in\n%s", len(saved), err, out)
			}
			q := &saved[0].Request
			if q.Method != want.request.Method || q.Target != want.request.RequestURI || q.Host != want.request.Host || saved[0].Status != 200 {
				t.Errorf("got %s %s %s, answer %d", q.Method, q.Target, q.Host, saved[0].Status)
			}
			for name, values := range want.request.Header {
				if got := q.Header[name]; len(got) != 1 || got[0] != values[0] {
					t.Errorf("%s: got %q, want %q", name, got, values)
				}
			}
			switch {
			case x.body == "" && (q.Body != nil || q.FormErr == nil):
				t.Errorf("the body that is not shown was read as %q", q.Body)
			case x.body == "dots" && (len(q.Parts) != 2 || string(q.Parts[0].Content) != meta || q.Parts[1].Size != int64(len(jpeg))):
				t.Errorf("parts: %v", q.Parts)
			case x.body == body && string(q.Body) != body:
				t.Errorf("body: got %q", q.Body)
			}
		})
	}
}
