package wxup

import (
	"strings"
	"time"

	"github.com/wxup/wxup/media"
)

// Family is one of WeChat's three ways to take an upload: how the caller proves who it is, and how the answer looks.
type Family string

const (
	// PayV3 is WeChat Pay APIv3: an RSA signature over the meta part in the Authorization header, a signed JSON answer.
	PayV3 Family = "payv3"
	// PayV2 is WeChat Pay APIv2: a TLS client certificate and a signed form, a signed XML answer.
	PayV2 Family = "payv2"
	// Account is the Official Account API: an access_token in the query, a JSON answer with an errcode.
	Account Family = "account"
)

// WeChat's own hosts. api2 is the documented back-up of api.mch; the overseas hosts serve the same paths.
const (
	PayHost     = "api.mch.weixin.qq.com"
	AccountHost = "api.weixin.qq.com"
	HKPayHost   = "apihk.mch.weixin.qq.com"
)

// Sizes in bytes. The documents write 2M and 1MB without saying which mega; see docs/differences.md.
const (
	KB = 1 << 10
	MB = 1 << 20
)

// Accept is one format that an endpoint takes, and how large a file of it may be at most, in bytes (that size included).
type Accept struct {
	Format media.Format
	Max    int64
}

// MetaField is one more member of an endpoint's meta beside the file's name and digest.
type MetaField struct {
	Name     string
	Value    string // sent as it stands; "" means the caller gives it (Source.Meta)
	Required bool
}

// Quota is how many calls an account may make in a span of time.
type Quota struct {
	Calls int
	Per   time.Duration
}

// Endpoint is one upload API, said as data. All that differs between two endpoints of a family is here; client, server,
// command line, documents and tests read the same rows. A row of your own can be given to the client and to the server.
type Endpoint struct {
	Name    string // one short word: the command line's --to
	Title   string // what the image is for
	TitleZH string
	Family  Family
	Host    string // where WeChat answers it
	Path    string // {name} segments are filled from Source.Path

	FilePart    string   // the part that holds the file
	FileAliases []string // other names of that part that real callers use
	MetaPart    string   // PayV3: the part that is signed, "meta"
	NameField   string   // the meta member that holds the file's name; "" if there is none
	NameMax     int      // its most characters
	DigestField string   // the meta member (PayV2: the form field) that holds the digest, lower-case hex
	Digest      string   // sha256, md5 or sm3
	Fields      []MetaField

	Accepts []Accept
	Answer  string // the answer's member: media_url, media_id, …; a dot steps into an object
	Public  bool   // the answer is a URL that anyone may fetch; else it is a private id
	Expires time.Duration
	Quota   Quota // as documented; zero where no document names one

	Brand         bool // signed under the brand scheme, with brand_id for mchid
	SerialNeeded  bool // Wechatpay-Serial must be sent
	CheckPartType bool // the file part's Content-Type is checked as well
	Doc           string
}

// MaxSize is the largest file that the endpoint takes in any format, in bytes.
func (ep *Endpoint) MaxSize() int64 {
	var n int64
	for _, a := range ep.Accepts {
		n = max(n, a.Max)
	}
	return n
}

// Max is the largest file of a format that the endpoint takes, in bytes, and whether it takes that format at all.
func (ep *Endpoint) Max(f media.Format) (int64, bool) {
	for _, a := range ep.Accepts {
		if a.Format == f {
			return a.Max, true
		}
	}
	return 0, false
}

// Formats lists the accepted formats by their suffixes: "jpg, bmp, png".
func (ep *Endpoint) Formats() string {
	var s []string
	for _, a := range ep.Accepts {
		s = append(s, a.Format.Suffix())
	}
	return strings.Join(s, ", ")
}

// openAPI is where WeChat Pay publishes the descriptions of its interfaces.
const openAPI = "https://github.com/wechatpay-apiv3/wechatpay-openapi docs/"

func accepts(max int64, formats ...media.Format) []Accept {
	var a []Accept
	for _, f := range formats {
		a = append(a, Accept{f, max})
	}
	return a
}

// The upload endpoints. Sources: the official pages named in Doc; docs/differences.md says what was chosen where they
// conflict.
var (
	// MarketingImage is the image of a coupon or another marketing tool (图片上传, 营销专用): a permanent public URL.
	MarketingImage = Endpoint{
		Name: "marketing", Title: "coupon and marketing images", TitleZH: "营销图片（代金券等）",
		Family: PayV3, Host: PayHost, Path: "/v3/marketing/favor/media/image-upload",
		FilePart: "file", MetaPart: "meta", NameField: "filename", NameMax: 128, DigestField: "sha256", Digest: "sha256",
		Accepts: accepts(2*MB, media.JPEG, media.BMP, media.PNG), Answer: "media_url", Public: true,
		Quota: Quota{100, time.Minute}, Doc: "https://pay.weixin.qq.com/doc/v3/merchant/4012557233",
	}
	// MerchantImage is a document of a merchant that is being opened (图片上传, 进件): a private media_id.
	MerchantImage = Endpoint{
		Name: "merchant", Title: "merchant application images", TitleZH: "商户进件图片",
		Family: PayV3, Host: PayHost, Path: "/v3/merchant/media/upload",
		FilePart: "file", MetaPart: "meta", NameField: "filename", NameMax: 128, DigestField: "sha256", Digest: "sha256",
		Accepts: accepts(2*MB, media.JPEG, media.BMP, media.PNG), Answer: "media_id",
		Doc: "https://pay.weixin.qq.com/doc/v3/partner/4012760490",
	}
	// MerchantVideo is a video of a merchant that is being opened (视频上传): a private media_id.
	MerchantVideo = Endpoint{
		Name: "video", Title: "merchant application videos", TitleZH: "商户进件视频",
		Family: PayV3, Host: PayHost, Path: "/v3/merchant/media/video_upload",
		FilePart: "file", MetaPart: "meta", NameField: "filename", NameMax: 128, DigestField: "sha256", Digest: "sha256",
		Accepts: accepts(5*MB, media.AVI, media.WMV, media.MPEG, media.MP4, media.MOV, media.MKV, media.FLV, media.F4V, media.M4V, media.RMVB),
		Answer:  "media_id", Doc: "https://pay.weixin.qq.com/doc/v3/partner/4012760509",
	}
	// ComplaintImage is an image in the answer to a consumer's complaint (商户上传反馈图片).
	ComplaintImage = Endpoint{
		Name: "complaint", Title: "images in answers to complaints", TitleZH: "消费者投诉反馈图片",
		Family: PayV3, Host: PayHost, Path: "/v3/merchant-service/images/upload",
		FilePart: "file", MetaPart: "meta", NameField: "filename", NameMax: 128, DigestField: "sha256", Digest: "sha256",
		Accepts: accepts(2*MB, media.JPEG, media.BMP, media.PNG), Answer: "media_id",
		Doc: openAPI + "v3/merchant-service/images/upload.yaml",
	}
	// CouponImage is the image of a product coupon (商品券): a public URL. The file's name may have 150 characters.
	CouponImage = Endpoint{
		Name: "coupon", Title: "product coupon images", TitleZH: "商品券图片",
		Family: PayV3, Host: PayHost, Path: "/v3/marketing/partner/product-coupon/media/upload-image",
		FilePart: "file", MetaPart: "meta", NameField: "filename", NameMax: 150, DigestField: "sha256", Digest: "sha256",
		Accepts: accepts(2*MB, media.JPEG, media.BMP, media.PNG), Answer: "image_url", Public: true,
		Quota: Quota{20, time.Second}, Doc: openAPI + "v3/marketing/partner/product-coupon/media/upload-image.yaml",
	}
	// BrandImage is [CouponImage] for a brand: the scheme is WECHATPAY-BRAND-SHA256-RSA2048 and Wechatpay-Serial is needed.
	BrandImage = Endpoint{
		Name: "brand", Title: "brand product coupon images", TitleZH: "品牌商品券图片",
		Family: PayV3, Host: PayHost, Path: "/brand/marketing/product-coupon/media/upload-image",
		FilePart: "file", MetaPart: "meta", NameField: "filename", NameMax: 150, DigestField: "sha256", Digest: "sha256",
		Accepts: accepts(2*MB, media.JPEG, media.BMP, media.PNG), Answer: "image_url", Public: true,
		Brand: true, SerialNeeded: true, Quota: Quota{100, time.Minute},
		Doc: "https://pay.weixin.qq.com/doc/v3/brand/4015736285",
	}
	// CancelImage is a document for closing an e-commerce account (注销申请). The part's Content-Type is checked.
	CancelImage = Endpoint{
		Name: "cancel", Title: "e-commerce account closing documents", TitleZH: "电商注销申请材料",
		Family: PayV3, Host: PayHost, Path: "/v3/ecommerce/account/cancel-applications/media",
		FilePart: "file", MetaPart: "meta", NameField: "file_name", NameMax: 128, DigestField: "file_digest", Digest: "sha256",
		Accepts: accepts(2*MB, media.JPEG, media.BMP, media.PNG), Answer: "media_id", CheckPartType: true,
		Doc: openAPI + "v3/ecommerce/account/cancel-applications/media.yaml",
	}
	// SubmissionFile is a file asked of a sub-merchant (商户管控, 提交资料). Source.Path must hold sub_mchid.
	SubmissionFile = Endpoint{
		Name: "submission", Title: "files submitted for a sub-merchant", TitleZH: "特约商户提交资料",
		Family: PayV3, Host: PayHost, Path: "/v3/mch-manage/submission-files/sub-mchid/{sub_mchid}/upload",
		FilePart: "submission_file", MetaPart: "meta", NameField: "file_name", NameMax: 128, DigestField: "file_digest", Digest: "sha256",
		Fields:  []MetaField{{Name: "item_id"}, {Name: "manage_record_id"}},
		Accepts: accepts(2*MB, media.JPEG, media.BMP, media.PNG), Answer: "file_id",
		Doc: openAPI + "v3/mch-manage/submission-files/sub-mchid/{sub_mchid}/upload.yaml",
	}
	// DiligenceFile is a file for an enhanced due diligence (加强尽调). Source.Path must hold due_diligence_id.
	DiligenceFile = Endpoint{
		Name: "diligence", Title: "enhanced due diligence files", TitleZH: "加强尽职调查资料",
		Family: PayV3, Host: PayHost, Path: "/v3/mch-operation-manage/enhanced-due-diligence/{due_diligence_id}/upload",
		FilePart: "due_diligence_file", MetaPart: "meta", NameField: "file_name", NameMax: 128, DigestField: "file_digest", Digest: "sha256",
		Fields:  []MetaField{{Name: "sub_mchid"}, {Name: "item_id"}},
		Accepts: accepts(2*MB, media.JPEG, media.BMP, media.PNG), Answer: "file_id",
		Doc: openAPI + "v3/mch-operation-manage/enhanced-due-diligence/{due_diligence_id}/upload.yaml",
	}
	// ReceiptImage is a shopping receipt (购物小票): at most 200 KB, no file name. Source.Meta must hold transaction_id and openid.
	ReceiptImage = Endpoint{
		Name: "receipt", Title: "shopping receipts", TitleZH: "购物小票",
		Family: PayV3, Host: PayHost, Path: "/v3/marketing/shopping-receipt/shoppingreceipts",
		FilePart: "file", MetaPart: "meta", DigestField: "sha256", Digest: "sha256",
		Fields:  []MetaField{{Name: "transaction_id", Required: true}, {Name: "openid", Required: true}},
		Accepts: accepts(200*KB, media.PNG, media.JPEG), Answer: "receipt.receipt_id", SerialNeeded: true,
		Doc: openAPI + "v3/marketing/shopping-receipt/shoppingreceipts.yaml",
	}
	// FapiaoFile is an electronic invoice (电子发票), digested with SM3; its id lives three days.
	FapiaoFile = Endpoint{
		Name: "fapiao", Title: "electronic invoices", TitleZH: "电子发票文件",
		Family: PayV3, Host: PayHost, Path: "/v3/new-tax-control-fapiao/fapiao-applications/upload-fapiao-file",
		FilePart: "file", MetaPart: "meta", DigestField: "digest", Digest: "sm3",
		Fields:  []MetaField{{Name: "sub_mchid"}, {Name: "file_type", Value: "PDF"}, {Name: "digest_alogrithm", Value: "SM3"}},
		Accepts: accepts(2*MB, media.PDF, media.OFD), Answer: "fapiao_media_id", Expires: 72 * time.Hour,
		Doc: openAPI + "v3/new-tax-control-fapiao/fapiao-applications/upload-fapiao-file.yaml",
	}
	// TaxiFile is a taxi invoice (出租车电子发票), digested with SM3; its id lives three days. Source.Meta must hold
	// company_mchid and region_id.
	TaxiFile = Endpoint{
		Name: "taxi", Title: "taxi invoices", TitleZH: "出租车发票文件",
		Family: PayV3, Host: PayHost, Path: "/v3/taxi-invoice/cards/upload-file",
		FilePart: "file", MetaPart: "meta", DigestField: "digest", Digest: "sm3",
		Fields: []MetaField{{Name: "company_mchid", Required: true}, {Name: "region_id", Required: true},
			{Name: "digest_algorithm", Value: "DIGEST_ALGORITHM_SM3"}},
		Accepts: accepts(5*MB, media.PDF, media.JPEG, media.BMP, media.PNG), Answer: "fapiao_media_id", Expires: 72 * time.Hour,
		Doc: openAPI + "v3/taxi-invoice/cards/upload-file.yaml",
	}
	// HKComplaintImage is [ComplaintImage] on the overseas host.
	HKComplaintImage = Endpoint{
		Name: "hk-complaint", Title: "images in answers to complaints, overseas", TitleZH: "境外消费者投诉反馈图片",
		Family: PayV3, Host: HKPayHost, Path: "/v3/global/merchant-service/images/upload",
		FilePart: "file", MetaPart: "meta", NameField: "filename", NameMax: 128, DigestField: "sha256", Digest: "sha256",
		Accepts: accepts(2*MB, media.JPEG, media.BMP, media.PNG), Answer: "media_id",
		Doc: openAPI + "v3/global/merchant-service/images/upload.yaml",
	}
	// HKFile is a file of an overseas merchant (商户存储).
	HKFile = Endpoint{
		Name: "hk-file", Title: "files of overseas merchants", TitleZH: "境外商户文件",
		Family: PayV3, Host: HKPayHost, Path: "/v3/global/merchant-storage/file/upload",
		FilePart: "file", MetaPart: "meta", NameField: "filename", NameMax: 128, DigestField: "sha256", Digest: "sha256",
		Accepts: accepts(5*MB, media.PDF, media.JPEG, media.BMP, media.PNG), Answer: "file_id",
		Doc: openAPI + "v3/global/merchant-storage/file/upload.yaml",
	}
	// SecapiMedia is APIv2's image upload (uploadmedia): client certificate, MD5 of the file, a private media_id.
	SecapiMedia = Endpoint{
		Name: "secapi", Title: "APIv2 images", TitleZH: "APIv2 图片上传",
		Family: PayV2, Host: PayHost, Path: "/secapi/mch/uploadmedia",
		FilePart: "media", DigestField: "media_hash", Digest: "md5",
		Accepts: accepts(2*MB, media.JPEG, media.BMP, media.PNG), Answer: "media_id",
		Doc: "https://pay.weixin.qq.com/doc/global/v2/en/4013667103",
	}
	// ArticleImage is an image inside an Official Account's article (图文消息内的图片): JPG or PNG below 1 MB, a public URL
	// that does not count against the account's library.
	ArticleImage = Endpoint{
		Name: "article", Title: "images inside articles", TitleZH: "公众号图文消息内图片",
		Family: Account, Host: AccountHost, Path: "/cgi-bin/media/uploadimg",
		FilePart: "media", FileAliases: []string{"buffer"},
		Accepts: accepts(1*MB-1, media.JPEG, media.PNG), Answer: "url", Public: true,
		Quota: Quota{1000, 24 * time.Hour},
		Doc:   "https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/Adding_Permanent_Assets.html",
	}
)

// Endpoints is the table: every endpoint above, in the order in which people look for them.
func Endpoints() []*Endpoint {
	return []*Endpoint{
		&MarketingImage, &MerchantImage, &MerchantVideo, &SecapiMedia, &ArticleImage,
		&ComplaintImage, &CouponImage, &BrandImage, &CancelImage, &SubmissionFile, &DiligenceFile,
		&ReceiptImage, &FapiaoFile, &TaxiFile, &HKComplaintImage, &HKFile,
	}
}

// EndpointNamed finds a row by its name.
func EndpointNamed(name string) (*Endpoint, bool) {
	for _, ep := range Endpoints() {
		if ep.Name == name {
			return ep, true
		}
	}
	return nil, false
}
