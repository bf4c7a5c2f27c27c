// node-easywechat: Pay.uploadMedia with the answer's validation, which is a separate step of this SDK, and an Official
// Account's article image. It re-serialises the answer before it verifies it, so the answer must be compact JSON.
'use strict';

const fs = require('fs');
const path = require('path');
const FormData = require('form-data');
const { OfficialAccount, Pay } = require('node-easywechat');
const { env, base, sdk, foreignKey } = require('../driver');

const { needs, upload, refused, rejected } = sdk('node-easywechat');

// The SDK keeps tokens and certificates in files of the working directory; a folder for each object makes each ask anew.
let folders = 0;
const freshCache = () => ({ path: path.join(env('CONFORMANCE_TMP'), `easywechat-${process.pid}-${folders++}`) });

function pay(platformCerts, serial, own = {}) {
  return new Pay({
    mch_id: env('WXUP_MCHID'),
    private_key: env('WXUP_MCH_KEY_FILE'),
    certificate: env('WXUP_MCH_CERT_FILE'),
    secret_key: env('WXUP_APIV3_KEY'),
    v2_secret_key: env('WXUP_APIV2_KEY'),
    platform_certs: platformCerts,
    file_cache: freshCache(),
    http: { headers: serial ? { 'Wechatpay-Serial': serial } : {}, ...(base && { baseURL: base }) },
    ...own,
  });
}

async function uploadMedia(app, uri, name) {
  const response = await app.getClient().uploadMedia(uri, name, null, path.basename(name));
  const answer = response.toObject();
  if (!answer || !(answer.media_url || answer.media_id)) throw new Error(`answered ${response.toString()}`);
  await app.getValidator().validate(response.toHttpResponse());
  return answer.media_url || answer.media_id;
}

function account(stable) {
  return new OfficialAccount({
    app_id: env('WXUP_APPID'),
    secret: env('WXUP_APPSECRET'),
    use_stable_access_token: stable,
    file_cache: freshCache(),
    http: { ...(base && { baseURL: base }) },
  });
}

function articleURL(response) {
  const answer = response.toObject();
  if (!answer || !answer.url) throw new Error(`answered ${response.toString()}`);
  return answer.url;
}

async function postForm(app, name, as = path.basename(name)) {
  const form = new FormData();
  form.append('media', fs.readFileSync(name), as);
  return articleURL(await app.getClient().post('/cgi-bin/media/uploadimg', { formData: form }));
}

(async () => {
  if (base) needs('http.baseURL');
  const marketing = '/v3/marketing/favor/media/image-upload';
  const publicKeyID = env('WXUP_PLATFORM_PUBKEY_ID');
  const serial = env('WXUP_PLATFORM_SERIAL');
  const publicKey = { [publicKeyID]: env('WXUP_PLATFORM_PUBKEY_FILE') };
  const certificate = { [serial]: env('WXUP_PLATFORM_CERT_FILE') };
  const both = { ...publicKey, ...certificate };

  await upload('marketing/upload-media', 'either', (name) => uploadMedia(pay(both), marketing, name));
  await upload('marketing/public-key', 'public-key', (name) => uploadMedia(pay(publicKey, publicKeyID), marketing, name));
  await upload('marketing/certificate', 'certificate', (name) => uploadMedia(pay(certificate, serial), marketing, name));
  await upload('marketing/downloaded', 'certificate', (name) => uploadMedia(pay({}, serial), marketing, name));
  await upload('merchant/upload-media', 'either', (name) => uploadMedia(pay(both), '/v3/merchant/media/upload', name));
  await upload('video/upload-media', 'either', (name) => uploadMedia(pay(both), '/v3/merchant/media/video_upload', name));
  await upload('complaint/upload-media', 'either', (name) => uploadMedia(pay(both), '/v3/merchant-service/images/upload', name));

  await upload('article/form-data', 'none', (name) => postForm(account(false), name));
  await upload('article/with-file', 'none', async (name) => articleURL(
    await account(false).getClient().withFile(name, 'media').post('/cgi-bin/media/uploadimg')));
  await upload('article/stable-token', 'none', (name) => postForm(account(true), name));

  // The platform's certificate where the merchant's own belongs: the SDK takes the serial number from it.
  await refused('marketing/platform-certificate', (name) => uploadMedia(
    pay(both, undefined, { certificate: env('WXUP_PLATFORM_CERT_FILE') }), marketing, name));
  await rejected('marketing/foreign-key', (name) => {
    const pem = path.join(env('CONFORMANCE_TMP'), 'easywechat-foreign.pem');
    fs.writeFileSync(pem, foreignKey());
    return uploadMedia(pay({ [publicKeyID]: pem }, publicKeyID), marketing, name);
  });
  await refused('article/name-without-suffix', (name) => postForm(account(false), name, path.parse(name).name));
})();
