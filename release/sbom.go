package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// writeSBOM lists what the binaries are made of, in CycloneDX's form: each module that one of them
// holds, and Go itself.
func writeSBOM(src *source, made []binary, out string) error {
	components := map[string]cdx.Component{}
	add := func(path, version string) {
		purl := "pkg:golang/" + path + "@" + version
		components[purl] = cdx.Component{BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: path, Version: version, PackageURL: purl}
	}
	for _, b := range made {
		info, err := buildinfo.ReadFile(b.file)
		if err != nil {
			return fmt.Errorf("read what %s is made of: %w", b.file, err)
		}
		add("std", info.GoVersion)
		for _, m := range info.Deps {
			add(m.Path, m.Version)
		}
	}
	list := make([]cdx.Component, 0, len(components))
	for _, purl := range slices.Sorted(maps.Keys(components)) {
		list = append(list, components[purl])
	}
	bom := cdx.NewBOM()
	id := sha256.Sum256([]byte(src.commit))
	bom.SerialNumber = uuid(id)
	purl := "pkg:golang/" + root + "/app@" + src.version
	bom.Metadata = &cdx.Metadata{
		Timestamp: src.time.Format(time.RFC3339),
		Component: &cdx.Component{BOMRef: purl, Type: cdx.ComponentTypeApplication, Name: "wxup", Version: src.version, PackageURL: purl},
	}
	bom.Components = &list
	f, err := os.Create(filepath.Join(out, fmt.Sprintf("wxup_%s_sbom.cdx.json", src.version)))
	if err != nil {
		return err
	}
	defer f.Close()
	return cdx.NewBOMEncoder(f, cdx.BOMFileFormatJSON).SetPretty(true).Encode(bom)
}

// uuid makes a version 8 UUID (RFC 9562) of a digest.
func uuid(digest [32]byte) string {
	digest[6] = digest[6]&0x0f | 0x80
	digest[8] = digest[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", digest[:4], digest[4:6], digest[6:8], digest[8:10], digest[10:16])
}
