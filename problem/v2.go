package problem

// V2 is the table of WeChat Pay APIv2.
var V2 = &Table{v2Refusals, map[string]Problem{
	"SIGN_ERROR": BadSignature, "PARAM_ERROR": BadParameter, "INVALID_REQUEST": BadParameter, "NVALID_REQUEST": MethodNotAllowed,
	"SYSTEM_ERROR": Internal, "NOAUTH": NotPermitted,
}, nil}

// v2Refusals is the table of APIv2. The texts are those of the official page's table (seed) without
// its remarks. Which lines come as return_msg and which as err_code no page says: what is wrong
// with the request as such is taken for the former (Protocol), and carries err_code too.
var v2Refusals = []Row{
	{NotFound, unproven, Refusal{Status: 404, Message: "404 Not Found"}, Refusal{}, "wxup"},
	{MethodNotAllowed, unproven, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "请使用post 方法,请检查后重新提交", Protocol: true}, Refusal{}, "seed"},
	{BadForm, unproven, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "xml参数格式错误,请检查后重新提交", Protocol: true}, Refusal{}, "seed"},
	{NoClientCertificate, unproven, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "获取客户端证书序列号失败,请检查后重试", Protocol: true}, Refusal{Status: 400, Message: "400 No required SSL certificate was sent"}, "seed; live, zwczou/weixin-python #88"},
	{NoCertificateName, unproven, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "获取客户端证书特征名称(DN)域失败,请检查后重试", Protocol: true}, Refusal{}, "seed"},
	{BadClientCertificate, unproven, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "证书校验失败,请检查后重试", Protocol: true}, Refusal{}, "seed"},
	{UntrustedCertificate, unproven, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "证书校验失败,请检查后重试", Protocol: true}, Refusal{Status: 400, Message: "400 The SSL certificate error"}, "seed; live, binarywang/weixin-java-pay-demo #60"},
	{BadSignature, unproven, Refusal{Status: 200, Code: "SIGNERROR", Message: "签名校验失败,请检查后重试", Protocol: true}, Refusal{}, "seed"},

	{BadParameter, unproven, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "参数填写有误,请检查后重试"}, Refusal{Status: 200, Message: "图片参数填写有误,请检查后重新提交", Protocol: true}, "seed; live, 000a8e2c5e07d00c2c6937b6e5b000"},
	{NoFile, proven, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "参数填写有误,请检查后重试"}, Refusal{Status: 200, Message: "图片参数填写有误,请检查后重新提交", Protocol: true}, "seed; live, 000a8e2c5e07d00c2c6937b6e5b000"},
	{EmptyFile, proven, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "参数填写有误,请检查后重试"}, Refusal{Status: 200, Message: "图片参数填写有误,请检查后重新提交", Protocol: true}, "seed; live, 000a8e2c5e07d00c2c6937b6e5b000"},
	{NotImage, proven, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "图片格式不正确,请检查后重新提交"}, Refusal{}, "seed"},
	{UnknownFormat, proven, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "图片格式不正确,请检查后重新提交"}, Refusal{}, "seed"},
	{TooManyPixels, proven, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "图片格式不正确,请检查后重新提交"}, Refusal{}, "wxup"},
	{TooLarge, proven, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "图片大小不能超过2M,请检查后重新提交"}, Refusal{}, "seed"},
	{BadDigest, proven, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "图片Hash 值有误,请检查后重新提交"}, Refusal{}, "seed"},
	{UnknownMerchant, unproven, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "商户号mchid 有误,请检查后重试"}, Refusal{}, "seed"},
	{NotPermitted, unproven, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "暂无权限,请检查后重试"}, Refusal{Status: 200, Message: "暂无图片上传权限,请检查后重试", Protocol: true}, "seed; live, oCJUsw_LK6rHolXddzjsWVP43Emw"},
	{TooFrequent, proven, Refusal{Status: 200, Code: "FREQUENCY_LIMITED", Message: "操作过快,请稍后重试"}, Refusal{Status: 200, Message: "频率限制", Protocol: true}, "seed; live, 0006aa82718d5096cb2de0f5153c00"},
	{Internal, proven, Refusal{Status: 200, Code: "SYSTEMERROR", Message: "上传图片失败,请稍后重试"}, Refusal{}, "seed"},
	{Unavailable, unproven, Refusal{Status: 200, Code: "SYSTEMERROR", Message: "上传图片失败,请稍后重试"}, Refusal{}, "seed"},
}
