// wechatpay-node-v3: the SDK signs, and verifies when asked to. Its upload_images hands JSON and an address without a host to
// its HTTP service. What works is a service of one's own (createHttp) that makes a form of it, or what its page shows for
// other calls: buildAuthorization, one's own request, verifySign.
'use strict';

const fs = require('fs');
const path = require('path');
const request = require('superagent');
const Pay = require('wechatpay-node-v3');
const { env, base, sdk, digest } = require('../driver');

const { needs, upload, refused, rejected, broken } = sdk('wechatpay-node-v3');
const host = base || 'https://api.mch.weixin.qq.com';

function newPay(own = {}) {
  const pay = new Pay({
    appid: env('WXUP_APPID'),
    mchid: env('WXUP_MCHID'),
    publicKey: fs.readFileSync(env('WXUP_MCH_CERT_FILE')),
    privateKey: fs.readFileSync(env('WXUP_MCH_KEY_FILE')),
    key: env('WXUP_APIV3_KEY'),
    ...own,
  });
  if (base) pay.createHttp(toBase(pay.httpService));
  return pay;
}

// toBase leads the SDK's own calls (GET /v3/certificates) to the server: createHttp is its option for that.
function toBase(service) {
  return { get: (url, headers) => service.get(url.replace('https://api.mch.weixin.qq.com', base), headers) };
}

async function send(pay, url, name) {
  const bytes = fs.readFileSync(name);
  const meta = { filename: path.basename(name), sha256: digest('sha256', bytes) };
  const answer = await request.post(host + url)
    .set({ Accept: 'application/json', 'User-Agent': 'wxup-conformance', Authorization: pay.buildAuthorization('POST', url, meta) })
    .field('meta', JSON.stringify(meta))
    .attach('file', bytes, meta.filename);
  const verified = await pay.verifySign({
    timestamp: answer.headers['wechatpay-timestamp'],
    nonce: answer.headers['wechatpay-nonce'],
    serial: answer.headers['wechatpay-serial'],
    signature: answer.headers['wechatpay-signature'],
    body: answer.text,
  });
  if (!verified) throw new Error('verifySign: false');
  return answer.body.media_url || answer.body.media_id;
}

// formService does what upload_images wants of its service: the headers are made, with "boundary" as the boundary.
const formService = {
  async post(url, { fileinfo, pic_buffer: bytes }, headers) {
    const answer = await request.post(host + url).set(headers).send(Buffer.concat([
      Buffer.from(`--boundary\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(fileinfo)}\r\n`),
      Buffer.from(`--boundary\r\nContent-Disposition: form-data; name="file"; filename="${fileinfo.filename}"\r\nContent-Type: image/jpg\r\n\r\n`),
      bytes, Buffer.from('\r\n--boundary--\r\n'),
    ]));
    return { status: answer.status, data: answer.body };
  },
};

(async () => {
  needs('createHttp');
  needs('buildAuthorization');
  const marketing = '/v3/marketing/favor/media/image-upload';
  const pay = newPay();
  await upload('marketing/build-authorization', 'certificate', (name) => send(pay, marketing, name));
  await upload('merchant/build-authorization', 'certificate', (name) => send(pay, '/v3/merchant/media/upload', name));
  await upload('video/build-authorization', 'certificate', (name) => send(pay, '/v3/merchant/media/video_upload', name));

  await upload('merchant/create-http', 'none', async (name) => {
    const own = newPay();
    own.createHttp(formService);
    return (await own.upload_images(fs.readFileSync(name), path.basename(name))).data.media_id;
  });
  await broken('merchant/upload_images', async (name) => {
    const answer = await pay.upload_images(fs.readFileSync(name), path.basename(name));
    if (answer.status !== 200) throw new Error(`status ${answer.status}, ${JSON.stringify(answer.errRaw)}`);
    return answer.data.media_id;
  });
  // The merchant's mchid where its certificate's serial number belongs.
  await refused('marketing/mchid-as-serial', (name) => send(newPay({ serial_no: env('WXUP_MCHID') }), marketing, name));
  await rejected('marketing/foreign-key', async (name) => {
    const { publicKey } = require('crypto').generateKeyPairSync('rsa', { modulusLength: 2048 });
    Pay.certificates = { [env('WXUP_PLATFORM_SERIAL')]: publicKey.export({ type: 'spki', format: 'pem' }) };
    return send(pay, marketing, name);
  });
})();
