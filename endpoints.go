package wxup

import (
	"cmp"
	"slices"
	"time"

	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/wire"
)

// The endpoints. Do not change these rows: copy one, and change the copy.
var (
	MarketingImage   = row("marketing")      // a coupon's or another marketing tool's image (图片上传, 营销专用): a permanent public URL
	MerchantImage    = row("merchant")       // a document of a merchant that is being opened (图片上传, 进件): a private media_id
	MerchantVideo    = row("video")          // a video of a merchant that is being opened (视频上传): a private media_id
	SecapiMedia      = row("secapi")         // APIv2's image upload (uploadmedia): client certificate, MD5, a private media_id
	ArticleImage     = row("article")        // an image inside an Official Account's article (图文消息内的图片): a public URL
	ComplaintImage   = row("complaint")      // an image in the answer to a consumer's complaint (商户上传反馈图片)
	CouponImage      = row("coupon")         // the image of a product coupon (商品券): a public URL
	BrandImage       = row("brand")          // CouponImage for a brand, whose id is Merchant.MchID
	CancelImage      = row("cancel")         // a document for closing an e-commerce account (注销申请)
	SubmissionFile   = row("submission")     // a file asked of a sub-merchant (商户管控, 提交资料); Source.Path needs sub_mchid
	DiligenceFile    = row("diligence")      // a file for a due diligence (加强尽调); Source.Path needs due_diligence_id
	ReceiptImage     = row("receipt")        // a shopping receipt (购物小票); Source.Meta needs transaction_id and openid
	FapiaoFile       = row("fapiao")         // an electronic invoice (电子发票); its id lives three days
	TaxiFile         = row("taxi")           // a taxi invoice (出租车电子发票); Source.Meta needs company_mchid and region_id
	HKComplaintImage = row("hk-complaint")   // ComplaintImage on the overseas host
	HKFile           = row("hk-file")        // a file of an overseas merchant (商户存储)
	CardMemberImage  = row("card-member")    // an image of a brand's membership card (会员卡): a public URL
	TempImage        = row("temp-image")     // a temporary image (临时素材), as the next three; the ids live three days
	TempVoice        = row("temp-voice")     // a voice
	TempVideo        = row("temp-video")     // a video
	TempThumb        = row("temp-thumb")     // a thumbnail
	MaterialImage    = row("material-image") // a permanent image (永久素材): an id and a public URL
	MaterialVoice    = row("material-voice") // a permanent voice
	MaterialVideo    = row("material-video") // a permanent video; Source.Meta needs title, and may have introduction
	MaterialThumb    = row("material-thumb") // a permanent thumbnail
	CorpImage        = row("corp-image")     // a company's temporary image (企业微信), as the next three; the ids live three days
	CorpVoice        = row("corp-voice")     // a voice
	CorpVideo        = row("corp-video")     // a video
	CorpFile         = row("corp-file")      // a file of any kind that wxup knows
	CorpArticle      = row("corp-article")   // an image inside a company's article: a public URL
)

// Endpoints returns the endpoints above, the most used first.
func Endpoints() []*Endpoint { return slices.Clone(rows) }

// LookupEndpoint finds a row by its name.
func LookupEndpoint(name string) (*Endpoint, bool) {
	for _, ep := range rows {
		if ep.Name == name {
			return ep, true
		}
	}
	return nil, false
}

func row(name string) *Endpoint {
	ep, ok := LookupEndpoint(name)
	if !ok {
		panic("no row " + name)
	}
	return ep
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

// payV3 fills in what most endpoints of APIv3 have in common.
func payV3(ep Endpoint) *Endpoint {
	ep.Family, ep.MetaPart = PayV3, "meta"
	ep.Host = cmp.Or(ep.Host, wire.PayHost)
	ep.FilePart = cmp.Or(ep.FilePart, "file")
	ep.DigestField, ep.Digest = cmp.Or(ep.DigestField, "sha256"), cmp.Or(ep.Digest, media.SHA256)
	if ep.NameField != "" {
		ep.NameMax = cmp.Or(ep.NameMax, 128)
	}
	if ep.Accepts == nil {
		ep.Accepts = accepts(2*mb, media.JPEG, media.BMP, media.PNG)
	}
	return &ep
}

// rows is the table. Sources: the official pages named in Doc; docs/differences.md says what was
// chosen where they conflict.
var rows = []*Endpoint{
	payV3(Endpoint{
		Name: "marketing", Title: "coupon and marketing images", TitleZH: "营销图片（代金券等）",
		Path:      "/v3/marketing/favor/media/image-upload",
		NameField: "filename", AnswerURL: "media_url",
		Quota: Quota{100, time.Minute}, Doc: "https://pay.weixin.qq.com/doc/v3/merchant/4012557233",
	}),
	payV3(Endpoint{
		Name: "merchant", Title: "merchant application images", TitleZH: "商户进件图片",
		Path:      "/v3/merchant/media/upload",
		NameField: "filename", AnswerID: "media_id", RaisedMax: 5 * mb,
		Doc: "https://pay.weixin.qq.com/doc/v3/partner/4012760490",
	}),
	payV3(Endpoint{
		Name: "video", Title: "merchant application videos", TitleZH: "商户进件视频",
		Path:      "/v3/merchant/media/video_upload",
		NameField: "filename",
		Accepts:   accepts(5*mb, media.AVI, media.WMV, media.MPEG, media.MP4, media.MOV, media.MKV, media.FLV, media.F4V, media.M4V, media.RMVB),
		AnswerID:  "media_id", Doc: "https://pay.weixin.qq.com/doc/v3/partner/4012760509",
	}),
	{
		Name: "secapi", Title: "APIv2 images", TitleZH: "APIv2 图片上传",
		Family: PayV2, Host: wire.PayHost, Path: "/secapi/mch/uploadmedia",
		FilePart: "media", DigestField: "media_hash", Digest: "md5",
		Accepts: accepts(2*mb, media.JPEG, media.BMP, media.PNG), AnswerID: "media_id",
		Doc: "https://pay.weixin.qq.com/doc/global/v2/en/4013667103",
	},
	{
		Name: "article", Title: "images inside articles", TitleZH: "公众号图文消息内图片",
		Family: FamilyAccount, Host: wire.AccountHost, Path: "/cgi-bin/media/uploadimg",
		FilePart: "media", FileAliases: []string{"buffer"},
		Accepts: accepts(1*mb-1, media.JPEG, media.PNG), AnswerURL: "url",
		Quota: Quota{1000, 24 * time.Hour},
		Doc:   "https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/Adding_Permanent_Assets.html",
	},
	payV3(Endpoint{
		Name: "complaint", Title: "images in answers to complaints", TitleZH: "消费者投诉反馈图片",
		Path:      "/v3/merchant-service/images/upload",
		NameField: "filename", AnswerID: "media_id",
		Doc: openAPI + "v3/merchant-service/images/upload.yaml",
	}),
	payV3(Endpoint{
		Name: "coupon", Title: "product coupon images", TitleZH: "商品券图片",
		Path:      "/v3/marketing/partner/product-coupon/media/upload-image",
		NameField: "filename", NameMax: 150, AnswerURL: "image_url",
		Quota: Quota{20, time.Second}, Doc: openAPI + "v3/marketing/partner/product-coupon/media/upload-image.yaml",
	}),
	payV3(Endpoint{
		Name: "brand", Title: "brand product coupon images", TitleZH: "品牌商品券图片",
		Path:      "/brand/marketing/product-coupon/media/upload-image",
		NameField: "filename", NameMax: 150, AnswerURL: "image_url",
		Brand: true, SerialNeeded: true, Quota: Quota{20, time.Second},
		Doc: "https://pay.weixin.qq.com/doc/brand/4016427362",
	}),
	payV3(Endpoint{
		Name: "cancel", Title: "e-commerce account closing documents", TitleZH: "电商注销申请材料",
		Path:      "/v3/ecommerce/account/cancel-applications/media",
		NameField: "file_name", DigestField: "file_digest", AnswerID: "media_id", CheckPartType: true,
		Doc: openAPI + "v3/ecommerce/account/cancel-applications/media.yaml",
	}),
	payV3(Endpoint{
		Name: "submission", Title: "files submitted for a sub-merchant", TitleZH: "特约商户提交资料",
		Path:     "/v3/mch-manage/submission-files/sub-mchid/{sub_mchid}/upload",
		FilePart: "submission_file", NameField: "file_name", DigestField: "file_digest",
		Fields:   []Field{{Name: "item_id"}, {Name: "manage_record_id"}},
		AnswerID: "file_id",
		Doc:      openAPI + "v3/mch-manage/submission-files/sub-mchid/{sub_mchid}/upload.yaml",
	}),
	payV3(Endpoint{
		Name: "diligence", Title: "enhanced due diligence files", TitleZH: "加强尽职调查资料",
		Path:     "/v3/mch-operation-manage/enhanced-due-diligence/{due_diligence_id}/upload",
		FilePart: "due_diligence_file", NameField: "file_name", DigestField: "file_digest",
		Fields:   []Field{{Name: "sub_mchid"}, {Name: "item_id"}},
		AnswerID: "file_id",
		Doc:      openAPI + "v3/mch-operation-manage/enhanced-due-diligence/{due_diligence_id}/upload.yaml",
	}),
	payV3(Endpoint{
		Name: "receipt", Title: "shopping receipts", TitleZH: "购物小票",
		Path:    "/v3/marketing/shopping-receipt/shoppingreceipts",
		Fields:  []Field{{Name: "transaction_id", Required: true}, {Name: "openid", Required: true}},
		Accepts: accepts(200*kb, media.PNG, media.JPEG), AnswerID: "receipt.receipt_id", SerialNeeded: true,
		Doc: openAPI + "v3/marketing/shopping-receipt/shoppingreceipts.yaml",
	}),
	payV3(Endpoint{
		Name: "fapiao", Title: "electronic invoices", TitleZH: "电子发票文件",
		Path:        "/v3/new-tax-control-fapiao/fapiao-applications/upload-fapiao-file",
		DigestField: "digest", Digest: "sm3",
		Fields:  []Field{{Name: "sub_mchid"}, {Name: "file_type", Value: "PDF"}, {Name: "digest_alogrithm", Value: "SM3"}},
		Accepts: accepts(2*mb, media.PDF, media.OFD), AnswerID: "fapiao_media_id", Expires: 72 * time.Hour,
		Doc: openAPI + "v3/new-tax-control-fapiao/fapiao-applications/upload-fapiao-file.yaml",
	}),
	payV3(Endpoint{
		Name: "taxi", Title: "taxi invoices", TitleZH: "出租车发票文件",
		Path:        "/v3/taxi-invoice/cards/upload-file",
		DigestField: "digest", Digest: "sm3",
		Fields: []Field{{Name: "company_mchid", Required: true}, {Name: "region_id", Required: true},
			{Name: "digest_algorithm", Value: "DIGEST_ALGORITHM_SM3"}},
		Accepts: accepts(5*mb, media.PDF, media.JPEG, media.BMP, media.PNG), AnswerID: "fapiao_media_id", Expires: 72 * time.Hour,
		Doc: openAPI + "v3/taxi-invoice/cards/upload-file.yaml",
	}),
	payV3(Endpoint{
		Name: "hk-complaint", Title: "images in answers to complaints, overseas", TitleZH: "境外消费者投诉反馈图片",
		Host: wire.PayHostHK, Path: "/v3/global/merchant-service/images/upload",
		NameField: "filename", AnswerID: "media_id",
		Doc: openAPI + "v3/global/merchant-service/images/upload.yaml",
	}),
	payV3(Endpoint{
		Name: "hk-file", Title: "files of overseas merchants", TitleZH: "境外商户文件",
		Host: wire.PayHostHK, Path: "/v3/global/merchant-storage/file/upload",
		NameField: "filename",
		Accepts:   accepts(5*mb, media.PDF, media.JPEG, media.BMP, media.PNG), AnswerID: "file_id",
		Doc: openAPI + "v3/global/merchant-storage/file/upload.yaml",
	}),
	payV3(Endpoint{
		Name: "card-member", Title: "brand membership card images", TitleZH: "品牌会员卡图片",
		Path:      "/brand/card-member/media/image-upload",
		NameField: "filename", DigestField: "file_digest", AnswerURL: "media_url",
		Brand: true, SerialNeeded: true, Quota: Quota{5, time.Second},
		Doc: "https://pay.weixin.qq.com/doc/brand/4015680641",
	}),
	temporary("image", "temporary images", "临时素材：图片", accepts(10*mb, media.JPEG, media.PNG, media.GIF)),
	temporary("voice", "temporary voices", "临时素材：语音", accepts(2*mb, media.AMR, media.MP3)),
	temporary("video", "temporary videos", "临时素材：视频", accepts(10*mb, media.MP4)),
	temporary("thumb", "temporary thumbnails", "临时素材：缩略图", accepts(64*kb, media.JPEG)),
	material(Endpoint{
		Name: "image", Title: "permanent images", TitleZH: "永久素材：图片", AnswerURL: "url",
		Accepts: accepts(10*mb, media.JPEG, media.PNG, media.GIF, media.BMP),
	}),
	material(Endpoint{
		Name: "voice", Title: "permanent voices", TitleZH: "永久素材：语音",
		Accepts: accepts(2*mb, media.AMR, media.MP3, media.WMA, media.WAV),
	}),
	material(Endpoint{
		Name: "video", Title: "permanent videos", TitleZH: "永久素材：视频",
		Fields:  []Field{{Part: "description", Name: "title", Required: true}, {Part: "description", Name: "introduction"}},
		Accepts: accepts(10*mb, media.MP4),
	}),
	material(Endpoint{
		Name: "thumb", Title: "permanent thumbnails", TitleZH: "永久素材：缩略图", Accepts: accepts(64*kb, media.JPEG),
	}),
	corp("image", "company images", "企业微信临时素材：图片", accepts(10*mb, media.JPEG, media.PNG)),
	corp("voice", "company voices", "企业微信临时素材：语音", accepts(2*mb, media.AMR)),
	corp("video", "company videos", "企业微信临时素材：视频", accepts(10*mb, media.MP4)),
	corp("file", "company files", "企业微信临时素材：文件", accepts(20*mb, media.Formats()...)),
	{
		Name: "corp-article", Title: "images inside company articles", TitleZH: "企业微信图文消息内图片",
		Family: FamilyAccount, Host: wire.CorpHost, Path: "/cgi-bin/media/uploadimg", Corp: true,
		FilePart: "media", Accepts: accepts(2*mb, media.JPEG, media.PNG), AnswerURL: "url",
		Quota: Quota{1000, 24 * time.Hour}, Doc: "https://developer.work.weixin.qq.com/document/path/90256",
	},
}

// temporary is a kind of temporary material of an Official Account.
func temporary(kind, title, titleZH string, accepts []Accept) *Endpoint {
	return &Endpoint{
		Name: "temp-" + kind, Title: title, TitleZH: titleZH,
		Family: FamilyAccount, Host: wire.AccountHost, Path: "/cgi-bin/media/upload?type=" + kind, FilePart: "media", Accepts: accepts,
		AnswerID: "media_id", AnswerTime: "created_at", AnswerAlso: []Field{{Name: "type", Value: kind}}, Expires: 72 * time.Hour,
		Quota: Quota{100_000, 24 * time.Hour},
		Doc:   "https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia.html",
	}
}

// corp is a kind of temporary material of a company.
func corp(kind, title, titleZH string, accepts []Accept) *Endpoint {
	return &Endpoint{
		Name: "corp-" + kind, Title: title, TitleZH: titleZH, Corp: true,
		Family: FamilyAccount, Host: wire.CorpHost, Path: "/cgi-bin/media/upload?type=" + kind, FilePart: "media", Accepts: accepts,
		AnswerID: "media_id", AnswerTime: "created_at", AnswerAlso: []Field{{Name: "type", Value: kind}}, Expires: 72 * time.Hour,
		Doc: "https://developer.work.weixin.qq.com/document/path/90253",
	}
}

// material is a kind of permanent material of an Official Account; the row's name is the kind.
func material(ep Endpoint) *Endpoint {
	ep.Family, ep.Host, ep.FilePart = FamilyAccount, wire.AccountHost, "media"
	ep.Path, ep.AnswerID = "/cgi-bin/material/add_material?type="+ep.Name, "media_id"
	ep.Name = "material-" + ep.Name
	ep.Doc = "https://developers.weixin.qq.com/doc/service/api/material/permanent/api_addmaterial.html"
	return &ep
}
