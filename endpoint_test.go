package wxup_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/wire"
)

// The table says what it must, and says it in one way.
func TestEndpoints(t *testing.T) {
	word := regexp.MustCompile(`^[a-z][a-z-]*$`)
	names, paths := map[string]bool{}, map[string]bool{}
	for _, ep := range wxup.Endpoints() {
		t.Run(ep.Name, func(t *testing.T) {
			if !word.MatchString(ep.Name) || names[ep.Name] {
				t.Error("the name is no word, or is taken")
			}
			if err := ep.Check(); err != nil {
				t.Error(err)
			}
			if paths[ep.Host+ep.Path] {
				t.Errorf("the path %q is taken", ep.Path)
			}
			names[ep.Name], paths[ep.Host+ep.Path] = true, true
			if same, ok := wxup.LookupEndpoint(ep.Name); !ok || same != ep {
				t.Error("LookupEndpoint does not find it")
			}
			for what, ok := range map[string]bool{
				"title":     ep.Title != "" && ep.TitleZH != "",
				"doc":       strings.HasPrefix(ep.Doc, "https://"),
				"host":      wire.IsWeChat(ep.Host) && (ep.Host == wire.CorpHost) == ep.Corp,
				"answer":    ep.Answer() != "",
				"file part": ep.FilePart != "" && !slices.Contains(ep.FileAliases, ep.FilePart),
				"formats":   len(ep.Accepts) > 0,
				"quota":     (ep.Quota.Calls > 0) == (ep.Quota.Per > 0),
				"expiry":    ep.Expires >= 0 && (ep.Expires == 0 || ep.Expires >= time.Hour),
				"path":      strings.Count(ep.Path, "{") == strings.Count(ep.Path, "}") && !strings.ContainsAny(ep.Path, "# "),
			} {
				if !ok {
					t.Errorf("%s is missing or wrong", what)
				}
			}
			seen := map[media.Format]bool{}
			for _, a := range ep.Accepts {
				if a.Format == media.Unknown || a.Format.Suffix() == "" || a.Max < 1<<10 || a.Max > 100<<20 || seen[a.Format] {
					t.Errorf("accepts %v", a)
				}
				seen[a.Format] = true
				if most, ok := ep.Max(a.Format); !ok || most != a.Max || most > ep.MaxSize() {
					t.Errorf("Max(%s) = %d, %t", a.Format, most, ok)
				}
				if !strings.Contains(ep.Formats(), a.Format.Suffix()) {
					t.Errorf("Formats() = %q", ep.Formats())
				}
			}
			if _, ok := ep.Max("nothing"); ok {
				t.Error("accepts what it does not")
			}
			fields := map[string]bool{ep.NameField: ep.NameField != "", ep.DigestField: true}
			for _, f := range ep.Fields {
				if f.Name == "" || fields[f.Name] {
					t.Errorf("field %q is there twice, or has no name", f.Name)
				}
				fields[f.Name] = true
			}
			_, knownDigest := media.NewDigest(ep.Digest)
			switch ep.Family {
			case wxup.PayV3:
				if ep.MetaPart == "" || ep.MetaPart == ep.FilePart || ep.DigestField == "" || !knownDigest || (ep.NameField == "") != (ep.NameMax == 0) {
					t.Error("meta is not described")
				}
				if !strings.HasPrefix(ep.Path, "/v3/") && !ep.Brand || strings.HasPrefix(ep.Path, "/brand/") != ep.Brand {
					t.Error("path and family do not fit")
				}
			case wxup.PayV2:
				if ep.MetaPart != "" || ep.DigestField == "" || !knownDigest {
					t.Error("the form is not described")
				}
			case wxup.FamilyAccount:
				if ep.MetaPart != "" || ep.DigestField != "" || ep.Digest != "" {
					t.Error("an account row has a meta or a digest")
				}
			default:
				t.Errorf("family %q", ep.Family)
			}
		})
	}
	if _, ok := wxup.LookupEndpoint("nothing"); ok {
		t.Error("a row called nothing is found")
	}
}

// The limits that the documents give.
func TestDocumentedLimits(t *testing.T) {
	for ep, want := range map[*wxup.Endpoint]int64{
		wxup.MarketingImage: 2 << 20, wxup.SecapiMedia: 2 << 20, wxup.MerchantImage: 2 << 20, wxup.MerchantVideo: 5 << 20,
		wxup.ArticleImage: 1<<20 - 1, wxup.ReceiptImage: 200 << 10,
	} {
		mustBe(t, ep.Name, ep.MaxSize(), want)
	}
	mustBe(t, "formats", wxup.MarketingImage.Formats(), "jpg, bmp, png")
	mustBe(t, "formats", wxup.ArticleImage.Formats(), "jpg, png")
}
