package wxuptest_test

import (
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/wire"
	"github.com/wxup/wxup/wxuptest"
)

// dot is a PNG of one pixel.
var dot = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\xdac\xfc\xcf\xc0P\x0f\x00\x04\x85\x01\x80\x84\xa9\x8c!\x00\x00\x00\x00IEND\xaeB`\x82")

// TestRows uploads to rows of a program's own, from the client to the server.
func TestRows(t *testing.T) {
	for _, row := range []wxup.Endpoint{
		{
			Name: "v3, odd names", Family: wxup.PayV3, Path: "/v3/odd/{x}/upload", FilePart: "odd_file", MetaPart: "info",
			NameField: "odd_name", NameMax: 20, DigestField: "odd_digest", Digest: "sm3", AnswerID: "data.odd_id",
		},
		{
			Name: "v3, no NameMax", Family: wxup.PayV3, Path: "/v3/upload", FilePart: "file", MetaPart: "meta", NameField: "filename",
			DigestField: "sha256", Digest: "sha256", AnswerID: "id",
		},
		{
			Name: "v3, no digest", Family: wxup.PayV3, Path: "/v3/nodigest", FilePart: "file", MetaPart: "meta", NameField: "filename",
			AnswerID: "id",
		},
		{Name: "account, a query", Family: wxup.FamilyAccount, Path: "/cgi-bin/odd/upload?type=image", FilePart: "media", AnswerID: "media_id"},
		{Name: "account, media_id", Family: wxup.FamilyAccount, Path: "/cgi-bin/material/add_material", FilePart: "media", AnswerID: "media_id"},
		{Name: "account, another URL", Family: wxup.FamilyAccount, Path: "/customservice/kfaccount/uploadheadimg", FilePart: "media", AnswerURL: "head_url"},
		{Name: "v2, sha256", Family: wxup.PayV2, Path: "/secapi/mch/uploadother", FilePart: "pic", DigestField: "pic_hash", Digest: "sha256", AnswerID: "pic_id"},
		{Name: "v2, a URL", Family: wxup.PayV2, Path: "/secapi/mch/uploadpub", FilePart: "pic", DigestField: "pic_hash", Digest: "md5", AnswerURL: "pic_url"},
	} {
		t.Run(row.Name, func(t *testing.T) {
			row.Host, row.Accepts = wire.PayHost, []wxup.Accept{{Format: media.PNG, Max: 1 << 20}}
			srv := wxuptest.NewServerWith(t, server.Config{Endpoints: []*wxup.Endpoint{&row}})
			src := wxup.Bytes("a.png", dot)
			if strings.Contains(row.Path, "{x}") {
				src.Path = map[string]string{"x": "7"}
			}
			res, err := srv.Client().Upload(t.Context(), &row, src)
			if err != nil {
				t.Fatal(err)
			}
			answered := res.URL
			if row.AnswerURL == "" {
				answered = res.MediaID
			}
			if img := srv.Image(answered); img == nil || string(img.Data) != string(dot) || (res.URL != "") != (row.AnswerURL != "") {
				t.Errorf("answered: URL %q, media_id %q", res.URL, res.MediaID)
			}
			if w := srv.Uploads()[0].Warnings; len(w) > 0 {
				t.Errorf("warnings: %q", w)
			}
		})
	}
}
