// wechatpay-axios-plugin: APIv3 with a stream and with the SDK's own Multipart, and APIv2 uploadmedia.
// It sends no Wechatpay-Serial unless told to, so without one either key of the platform may sign the answer.
'use strict';

const fs = require('fs');
const https = require('https');
const path = require('path');
const { Hash, Multipart, Wechatpay } = require('wechatpay-axios-plugin');
const { env, base, secureBase, sdk, foreignKey, digest } = require('../driver');

const { needs, upload, refused, rejected } = sdk('wechatpay-axios-plugin');

const publicKey = { [env('WXUP_PLATFORM_PUBKEY_ID')]: fs.readFileSync(env('WXUP_PLATFORM_PUBKEY_FILE')) };
const certificate = { [env('WXUP_PLATFORM_SERIAL')]: fs.readFileSync(env('WXUP_PLATFORM_CERT_FILE')) };

function client(certs, baseURL = base) {
  return new Wechatpay({
    mchid: env('WXUP_MCHID'),
    serial: env('WXUP_MCH_SERIAL'),
    privateKey: fs.readFileSync(env('WXUP_MCH_KEY_FILE')),
    certs,
    secret: env('WXUP_APIV2_KEY'),
    ...(baseURL && { baseURL }),
  });
}

// v3 sends one file as the SDK's own form; api is the SDK's chain of path segments, such as wxpay.v3.merchant.media.upload.
async function v3(api, name, headers = {}, { config = (meta) => ({ meta }), indent } = {}) {
  const bytes = fs.readFileSync(name);
  const meta = { filename: path.basename(name), sha256: digest('sha256', bytes) };
  const form = new Multipart();
  form.append('meta', JSON.stringify(meta, null, indent)).append('file', bytes, meta.filename);
  const { data } = await api.post(form.getBuffer(), { ...config(meta), headers: { ...form.getHeaders(), ...headers } });
  return data.media_url || data.media_id;
}

// v2 sends one file to uploadmedia. The SDK's request transformer makes XML of everything, so it is left out and the
// form signed by hand; its answer transformer, which verifies, stays.
async function v2(api, name, type, httpsAgent, key = env('WXUP_APIV2_KEY')) {
  const bytes = fs.readFileSync(name);
  const fields = { mch_id: env('WXUP_MCHID'), media_hash: digest('md5', bytes) };
  if (type) fields.sign_type = type;
  const sign = Hash.sign(type || Hash.ALGO_MD5, fields, key);
  const form = new Multipart();
  Object.entries({ ...fields, sign }).forEach(([field, value]) => form.append(field, value));
  form.append('media', bytes, path.basename(name));
  const { data } = await api.post(form.getBuffer(), { transformRequest: [], httpsAgent, headers: form.getHeaders() });
  return data.media_id;
}

(async () => {
  if (base) needs('baseURL');
  const both = client({ ...publicKey, ...certificate });
  const { imageUpload } = both.v3.marketing.favor.media;

  await upload('marketing/stream', 'either', async (name) => {
    const meta = { filename: path.basename(name), sha256: digest('sha256', fs.readFileSync(name)) };
    const { data } = await imageUpload.post(
      { meta: JSON.stringify(meta), file: fs.createReadStream(name) },
      { meta, headers: { 'Content-Type': 'multipart/form-data' } },
    );
    return data.media_url;
  });
  await upload('marketing/multipart', 'either', (name) => v3(imageUpload, name));
  for (const [variant, certs] of [['public-key', publicKey], ['certificate', certificate]]) {
    const [serial] = Object.keys(certs);
    await upload(`marketing/${variant}`, variant, (name) => v3(client(certs).v3.marketing.favor.media.imageUpload, name, { 'Wechatpay-Serial': serial }));
  }
  await upload('merchant/multipart', 'either', (name) => v3(both.v3.merchant.media.upload, name));
  await upload('video/multipart', 'either', (name) => v3(both.v3.merchant.media.video_upload, name));
  await upload('complaint/multipart', 'either', (name) => v3(both.v3.merchantService.images.upload, name));

  // The second argument without meta: the usual mistake with this SDK, which then signs JSON.stringify of the whole form.
  await refused('marketing/without-meta', (name) => v3(imageUpload, name, {}, { config: () => ({}) }));
  // meta written in another way than the SDK writes it for the signature.
  await refused('marketing/meta-indented', (name) => v3(imageUpload, name, {}, { indent: 2 }));
  await rejected('marketing/foreign-key', (name) => v3(
    client({ [env('WXUP_PLATFORM_PUBKEY_ID')]: foreignKey() }).v3.marketing.favor.media.imageUpload, name,
    { 'Wechatpay-Serial': env('WXUP_PLATFORM_PUBKEY_ID') },
  ));

  const { uploadmedia } = client({ ...publicKey, ...certificate }, secureBase).v2.secapi.mch;
  const pair = new https.Agent({ cert: fs.readFileSync(env('WXUP_MCH_CERT_FILE')), key: fs.readFileSync(env('WXUP_MCH_KEY_FILE')) });
  await upload('secapi/no-sign-type', 'v2-key', (name) => v2(uploadmedia, name, '', pair));
  await upload('secapi/md5', 'v2-key', (name) => v2(uploadmedia, name, Hash.ALGO_MD5, pair));
  await upload('secapi/hmac', 'v2-key', (name) => v2(uploadmedia, name, Hash.ALGO_HMAC_SHA256, pair));
  await upload('secapi/p12', 'v2-key', (name) => v2(uploadmedia, name, Hash.ALGO_MD5,
    new https.Agent({ pfx: fs.readFileSync(env('WXUP_MCH_P12_FILE')), passphrase: env('WXUP_MCHID') })));
  await refused('secapi/apiv3-key', (name) => v2(uploadmedia, name, Hash.ALGO_MD5, pair, env('WXUP_APIV3_KEY')));
  await refused('secapi/no-certificate', (name) => v2(uploadmedia, name, Hash.ALGO_MD5, undefined));
})();
