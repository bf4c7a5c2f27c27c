package explain

// The lines of code that causes share. They are for the official SDKs, or for the language alone where these have no such
// line: wechatpay-go, wechatpay-java, wechatpay-php, wechatpay-axios-plugin (Node), wechatpayv3 (Python).
var (
	sdkUpload = SDK{
		"go":     `client.Upload(ctx, url, meta, body, contentType) // Post would sign the whole body`,
		"java":   `new FileUploadService.Builder().config(config).build().uploadImage(uploadPath, meta, path); // signs meta alone`,
		"php":    `$media = new MediaUtil($path); $client->post($uri, ['body' => $media->getStream(), 'headers' => $media->getHeaders()]);`,
		"node":   `wxpay.v3.marketing.favor.media.imageUpload.post(form.getBuffer(), { meta, headers: form.getHeaders() }) // meta is what is signed`,
		"python": `wxpay.marketing_image_upload(filepath=path) # or image_upload: they sign meta alone`,
	}
	sdkLines = SDK{
		"go":     `text := "POST\n" + path + "\n" + timestamp + "\n" + nonce + "\n" + meta + "\n"`,
		"java":   `String text = "POST\n" + path + "\n" + timestamp + "\n" + nonce + "\n" + meta + "\n";`,
		"php":    `$text = "POST\n{$path}\n{$timestamp}\n{$nonce}\n{$meta}\n"; // in double quotes`,
		"node":   "const text = `POST\\n${path}\\n${timestamp}\\n${nonce}\\n${meta}\\n`",
		"python": `text = f"POST\n{path}\n{timestamp}\n{nonce}\n{meta}\n"`,
	}
	sdkMeta = SDK{
		"go":     `meta, _ := json.Marshal(m) // once: sign these bytes, and form.WriteField("meta", string(meta))`,
		"java":   `String meta = gson.toJson(m); // once: sign it, and addFormDataPart("meta", meta)`,
		"php":    `$meta = json_encode($m, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES); // once: sign $meta, send $meta`,
		"node":   `const meta = JSON.stringify(m) // once: sign meta, form.append('meta', meta)`,
		"python": `meta = json.dumps(m) # once: sign meta, files={'meta': (None, meta, 'application/json')}`,
	}
	sdkPath = SDK{
		"go":     `path := req.URL.RequestURI() // not req.URL.String()`,
		"java":   `String path = url.encodedPath() + (url.encodedQuery() == null ? "" : "?" + url.encodedQuery());`,
		"php":    `$path = parse_url($url, PHP_URL_PATH) . (($q = parse_url($url, PHP_URL_QUERY)) ? "?$q" : '');`,
		"node":   `const { pathname, search } = new URL(url); const path = pathname + search`,
		"python": `u = urlsplit(url); path = u.path + ('?' + u.query if u.query else '')`,
	}
	sdkTime = SDK{
		"go":     `timestamp := strconv.FormatInt(time.Now().Unix(), 10) // one variable, used twice`,
		"java":   `String timestamp = String.valueOf(Instant.now().getEpochSecond()); // not System.currentTimeMillis()`,
		"php":    `$timestamp = (string) time(); // not microtime()`,
		"node":   `const timestamp = String(Math.floor(Date.now() / 1000))`,
		"python": `timestamp = str(int(time.time()))`,
	}
	sdkNonce = SDK{
		"go":     `nonce, err := utils.GenerateNonce() // one variable, used twice`,
		"java":   `String nonce = NonceUtil.createNonce(32); // one variable, used twice`,
		"php":    `$nonce = Formatter::nonce(); // one variable, used twice`,
		"node":   `const nonce = Formatter.nonce() // one variable, used twice`,
		"python": `nonce = ''.join(str(uuid.uuid4()).split('-')).upper() # one variable, used twice`,
	}
	sdkKey = SDK{
		"go":     `key, err := utils.LoadPrivateKeyWithPath("apiclient_key.pem"); serial := utils.GetCertificateSerialNumber(*cert)`,
		"java":   `new RSAAutoCertificateConfig.Builder().merchantId(mchid).privateKeyFromPath("apiclient_key.pem").merchantSerialNumber(serial)`,
		"php":    `$key = Rsa::from('file:///path/apiclient_key.pem', Rsa::KEY_TYPE_PRIVATE); $serial = PemUtil::parseCertificateSerialNo($cert);`,
		"node":   `new Wechatpay({ mchid, serial, privateKey: readFileSync('apiclient_key.pem'), certs })`,
		"python": `WeChatPay(mchid=mchid, private_key=open('apiclient_key.pem').read(), cert_serial_no=serial, apiv3_key=key)`,
	}
	sdkSign = SDK{
		"go":     `hash := sha256.Sum256(text); sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, hash[:])`,
		"java":   `Signature s = Signature.getInstance("SHA256withRSA"); s.initSign(key); s.update(text.getBytes(UTF_8)); byte[] sig = s.sign();`,
		"php":    `openssl_sign($text, $sig, $key, OPENSSL_ALGO_SHA256); // or 'sha256WithRSAEncryption'`,
		"node":   `const sig = crypto.createSign('RSA-SHA256').update(text).sign(key, 'base64')`,
		"python": `sig = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())`,
	}
	sdkBase64 = SDK{
		"go":     `signature := base64.StdEncoding.EncodeToString(sig)`,
		"java":   `String signature = Base64.getEncoder().encodeToString(sig); // not getMimeEncoder, not getUrlEncoder`,
		"php":    `$signature = base64_encode($sig);`,
		"node":   `const signature = sig.toString('base64')`,
		"python": `signature = base64.b64encode(sig).decode() # decode: without it, b'…' goes into the header`,
	}
	sdkHeader = SDK{
		"go":     "header := fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid=\"%s\",nonce_str=\"%s\",timestamp=\"%s\",serial_no=\"%s\",signature=\"%s\"`, …)",
		"java":   `String header = "WECHATPAY2-SHA256-RSA2048 mchid=\"" + mchid + "\",nonce_str=\"" + nonce + "\",timestamp=\"" + timestamp + "\",serial_no=\"" + serial + "\",signature=\"" + signature + "\"";`,
		"php":    `$header = sprintf('WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",timestamp="%s",serial_no="%s",signature="%s"', …);`,
		"node":   "const header = `WECHATPAY2-SHA256-RSA2048 mchid=\"${mchid}\",nonce_str=\"${nonce}\",timestamp=\"${timestamp}\",serial_no=\"${serial}\",signature=\"${signature}\"`",
		"python": `header = f'WECHATPAY2-SHA256-RSA2048 mchid="{mchid}",nonce_str="{nonce}",timestamp="{timestamp}",serial_no="{serial}",signature="{signature}"'`,
	}
	sdkAccept = SDK{
		"go":     `req.Header.Set("Accept", "application/json"); req.Header.Set("User-Agent", "my-app/1.0")`,
		"java":   `builder.header("Accept", "application/json").header("User-Agent", "my-app/1.0")`,
		"php":    `curl_setopt($ch, CURLOPT_HTTPHEADER, ['Accept: application/json', 'User-Agent: my-app/1.0', …]);`,
		"node":   `headers: { Accept: 'application/json', 'User-Agent': 'my-app/1.0' }`,
		"python": `headers = {'Accept': 'application/json', 'User-Agent': 'my-app/1.0'}`,
	}
	sdkUTF8 = SDK{
		"go":     `text := []byte(s) // Go strings are UTF-8; convert what comes from elsewhere first`,
		"java":   `byte[] text = s.getBytes(StandardCharsets.UTF_8); // never getBytes() alone`,
		"php":    `$text = mb_convert_encoding($s, 'UTF-8', 'GBK'); // if it came in GBK`,
		"node":   `const text = Buffer.from(s, 'utf8') // not 'latin1', not 'utf16le'`,
		"python": `text = s.encode('utf-8')`,
	}
	sdkV2Text = SDK{
		"go":     `text := "mch_id=" + mchid + "&media_hash=" + hash + "&sign_type=" + signType + "&key=" + apiV2Key`,
		"java":   `String text = "mch_id=" + mchid + "&media_hash=" + hash + "&sign_type=" + signType + "&key=" + apiV2Key;`,
		"php":    `$text = "mch_id={$mchid}&media_hash={$hash}&sign_type={$signType}"; $sign = Hash::sign($signType, $text, $apiV2Key); // appends &key= itself`,
		"node":   "const text = `mch_id=${mchid}&media_hash=${hash}&sign_type=${signType}`; Hash.sign(signType, text, apiV2Key) // appends &key= itself",
		"python": `text = f"mch_id={mchid}&media_hash={hash}&sign_type={sign_type}&key={api_v2_key}"`,
	}
	sdkV2Sign = SDK{
		"go":     `mac := hmac.New(sha256.New, []byte(key)); mac.Write(text); sign := strings.ToUpper(hex.EncodeToString(mac.Sum(nil))) // MD5: md5.Sum(text)`,
		"java":   `String sign = WXPayUtil.generateSignature(data, key, SignType.HMACSHA256); // or SignType.MD5, as sign_type says`,
		"php":    `$sign = strtoupper($signType === 'HMAC-SHA256' ? hash_hmac('sha256', $text, $key) : md5($text));`,
		"node":   `const sign = (signType === 'HMAC-SHA256' ? crypto.createHmac('sha256', key) : crypto.createHash('md5')).update(text).digest('hex').toUpperCase()`,
		"python": `sign = (hmac.new(key, text, hashlib.sha256) if hmac_type else hashlib.md5(text)).hexdigest().upper()`,
	}
	sdkCertificate = SDK{
		"go":     `tls.Config{Certificates: []tls.Certificate{cert}} // cert, err := tls.LoadX509KeyPair("apiclient_cert.pem", "apiclient_key.pem")`,
		"java":   `SSLContexts.custom().loadKeyMaterial(p12, mchid.toCharArray()).build() // apiclient_cert.p12, its password is the mch_id`,
		"php":    `'cert' => '/path/apiclient_cert.pem', 'ssl_key' => '/path/apiclient_key.pem'`,
		"node":   `new https.Agent({ cert: readFileSync('apiclient_cert.pem'), key: readFileSync('apiclient_key.pem') })`,
		"python": `requests.post(url, files=files, cert=('apiclient_cert.pem', 'apiclient_key.pem'))`,
	}
	sdkToken = SDK{
		"go":     `url := base + "/cgi-bin/media/uploadimg?access_token=" + url.QueryEscape(token) // from one cache for all processes`,
		"java":   `String url = base + "/cgi-bin/media/uploadimg?access_token=" + token; // WxMpInRedisConfigStorage: one cache for all processes`,
		"php":    `$url = $base . '/cgi-bin/media/uploadimg?access_token=' . urlencode($token); // one shared cache`,
		"node":   "const url = `${base}/cgi-bin/media/uploadimg?access_token=${encodeURIComponent(token)}` // one shared cache",
		"python": `requests.post(base + '/cgi-bin/media/uploadimg', params={'access_token': token}, files=files) # one shared cache`,
	}
	sdkForm = SDK{
		"go":     `w := multipart.NewWriter(&body); …; req.Header.Set("Content-Type", w.FormDataContentType())`,
		"java":   `new MultipartBody.Builder().setType(MultipartBody.FORM).addFormDataPart("meta", meta).addFormDataPart("file", name, fileBody)`,
		"php":    `'multipart' => [['name' => 'meta', 'contents' => $meta], ['name' => 'file', 'contents' => fopen($path, 'rb'), 'filename' => $name]]`,
		"node":   `form.append('meta', meta); form.append('file', buffer, { filename: name }); headers: form.getHeaders()`,
		"python": `requests.post(url, files={'meta': (None, meta, 'application/json'), 'file': (name, data, 'image/jpeg')}) # set no Content-Type yourself`,
	}
	sdkMedia = SDK{
		"go":     `part, err := w.CreateFormFile("media", "photo.jpg")`,
		"java":   `addFormDataPart("media", "photo.jpg", RequestBody.create(file, MediaType.get("image/jpeg")))`,
		"php":    `new CURLFile($path, 'image/jpeg', 'photo.jpg') // '@path' has done nothing since PHP 5.6`,
		"node":   `form.append('media', fs.readFileSync(path), { filename: 'photo.jpg', contentType: 'image/jpeg' })`,
		"python": `files={'media': ('photo.jpg', open(path, 'rb'), 'image/jpeg')}`,
	}
	sdkLength = SDK{
		"go":     `req.ContentLength = int64(body.Len()) // a bytes.Buffer as body sets it by itself`,
		"java":   `new ByteArrayEntity(bytes) // an entity of known length; no InputStreamEntity without one`,
		"php":    `curl_setopt($ch, CURLOPT_POSTFIELDS, ['media' => new CURLFile($path)]); // no Transfer-Encoding header`,
		"node":   `body: form.getBuffer(), headers: { ...form.getHeaders(), 'Content-Length': form.getLengthSync() }`,
		"python": `requests.post(url, files=files) # a generator as data would be sent in chunks`,
	}
	sdkDigest = SDK{
		"go":     `sum := sha256.Sum256(data); digest := hex.EncodeToString(sum[:]) // data: the bytes that are sent`,
		"java":   `String digest = DigestUtils.sha256Hex(Files.readAllBytes(path));`,
		"php":    `$digest = hash_file('sha256', $path); // uploadmedia: md5_file($path)`,
		"node":   `const digest = crypto.createHash('sha256').update(buffer).digest('hex') // a Buffer, no string`,
		"python": `digest = hashlib.sha256(open(path, 'rb').read()).hexdigest() # 'rb', not 'r'`,
	}
	sdkBytes = SDK{
		"go":     `data, err := os.ReadFile(path); io.Copy(part, bytes.NewReader(data))`,
		"java":   `byte[] data = Files.readAllBytes(path); // no String in between, no Base64`,
		"php":    `$data = file_get_contents($path); // on Windows fopen($path, 'rb')`,
		"node":   `const data = fs.readFileSync(path) // without an encoding: a Buffer`,
		"python": `data = open(path, 'rb').read()`,
	}
	sdkConvert = SDK{
		"go":     `jpeg.Encode(&out, img, &jpeg.Options{Quality: 90}) // img, _, err := image.Decode(in)`,
		"java":   `ImageIO.write(image, "jpg", out); // BufferedImage image = ImageIO.read(in)`,
		"php":    `imagejpeg(imagecreatefromwebp($path), $out, 90);`,
		"node":   `await sharp(input).jpeg({ quality: 90 }).toFile(out)`,
		"python": `Image.open(path).convert('RGB').save(out, 'JPEG', quality=90)`,
	}
)
