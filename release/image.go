package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// user runs the program in the image.
const user = 65532

// writeImage writes an OCI image layout with an image for each Linux binary: the program, the roots
// that browsers trust, the time zones, and two directories that the program may write to. There is
// nothing else in it, no shell either.
func writeImage(ctx context.Context, src *source, made []binary, out string) error {
	go1, err := environment(ctx)
	if err != nil {
		return err
	}
	var index v1.ImageIndex = mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	found := false
	for _, b := range made {
		if b.os != "linux" {
			continue
		}
		image, err := imageOf(src, b, go1["GOROOT"])
		if err != nil {
			return fmt.Errorf("image for %s: %w", b.platform, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: b.os, Architecture: b.arch}},
		})
		found = true
	}
	if !found {
		return nil
	}
	at, err := layout.Write(filepath.Join(out, "image"), empty.Index)
	if err != nil {
		return err
	}
	return at.AppendIndex(index, layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": src.version}))
}

func imageOf(src *source, b binary, goroot string) (v1.Image, error) {
	content, err := files(src, b, goroot)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(
		func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), layer)
	if err != nil {
		return nil, err
	}
	image = mutate.ConfigMediaType(image, types.OCIConfigJSON)
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = b.os, b.arch, v1.Time{Time: src.time}
	for i := range config.History {
		config.History[i].Created = v1.Time{Time: src.time}
	}
	config.Config = v1.Config{
		User:       fmt.Sprintf("%d:%d", user, user),
		Env:        []string{"WXUP_DATA=/data", "WXUP_HTTP=0.0.0.0:8080", "WXUP_HTTPS=0.0.0.0:8443", "WXUP_ADMIN=0.0.0.0:8082", "WXUP_ADMIN_TOKEN_FILE=/data/admin-token", "WXUP_PROXY=off", "WXUP_LOG=json", "ZONEINFO=/usr/share/zoneinfo.zip"},
		Entrypoint: []string{"/wxup"},
		Cmd:        []string{"serve"},
		Volumes:    map[string]struct{}{"/data": {}},
		ExposedPorts: map[string]struct{}{
			"8080/tcp": {}, "8443/tcp": {}, "8082/tcp": {}, "8081/tcp": {},
		},
		Healthcheck: &v1.HealthConfig{
			Test:     []string{"CMD", "/wxup", "readyz", "http://127.0.0.1:8082"},
			Interval: 10 * time.Second, Timeout: 5 * time.Second, StartPeriod: 20 * time.Second, Retries: 3,
		},
		Labels: map[string]string{
			"org.opencontainers.image.title":    "wxup",
			"org.opencontainers.image.source":   "https://" + root,
			"org.opencontainers.image.version":  src.version,
			"org.opencontainers.image.revision": src.commit,
			"org.opencontainers.image.licenses": "MIT",
		},
	}
	return mutate.ConfigFile(image, config)
}

// files is the image's one layer, the same bytes for the same commit.
func files(src *source, b binary, goroot string) ([]byte, error) {
	program, err := os.ReadFile(b.file)
	if err != nil {
		return nil, err
	}
	zones, err := os.ReadFile(filepath.Join(goroot, "lib", "time", "zoneinfo.zip"))
	if err != nil {
		return nil, fmt.Errorf("time zones: %w", err)
	}
	license, err := os.ReadFile(filepath.Join(src.dir, "LICENSE"))
	if err != nil {
		return nil, err
	}
	var roots bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil { // a root with a constraint cannot be said in a file
			pem.Encode(&roots, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate})
		}
	}
	var content bytes.Buffer
	w := tar.NewWriter(&content)
	for _, f := range []struct {
		name  string
		mode  int64
		owner int
		body  []byte
	}{
		{"wxup", 0o755, 0, program},
		{"LICENSE", 0o644, 0, license},
		{"etc/", 0o755, 0, nil},
		{"etc/ssl/", 0o755, 0, nil},
		{"etc/ssl/certs/", 0o755, 0, nil},
		{"etc/ssl/certs/ca-certificates.crt", 0o644, 0, roots.Bytes()},
		{"usr/", 0o755, 0, nil},
		{"usr/share/", 0o755, 0, nil},
		{"usr/share/zoneinfo.zip", 0o644, 0, zones},
		{"data/", 0o700, user, nil},
		{"tmp/", 0o700, user, nil}, // uploads from standard input are kept here while they are read
	} {
		h := &tar.Header{Name: f.name, Mode: f.mode, Uid: f.owner, Gid: f.owner, ModTime: src.time, Size: int64(len(f.body)), Typeflag: tar.TypeReg}
		if f.body == nil {
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.body); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return content.Bytes(), nil
}
