// wechatpay-axios-plugin: APIv3 with a stream and with the SDK's own Multipart, and APIv2 uploadmedia.
// It sends no Wechatpay-Serial unless told to, so without one either key of the platform may sign the answer.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const https = require('https');
const path = require('path');
const { Hash, Multipart, Wechatpay } = require('wechatpay-axios-plugin');
const { env, uploader } = require('../driver');

const upload = uploader('wechatpay-axios-plugin');
const digest = (algorithm, bytes) => crypto.createHash(algorithm).update(bytes).digest('hex');

const publicKey = { [env('WXUP_PLATFORM_PUBKEY_ID')]: fs.readFileSync(env('WXUP_PLATFORM_PUBKEY_FILE')) };
const certificate = { [env('WXUP_PLATFORM_SERIAL')]: fs.readFileSync(env('WXUP_PLATFORM_CERT_FILE')) };

function client(certs) {
  return new Wechatpay({
    mchid: env('WXUP_MCHID'),
    serial: env('WXUP_MCH_SERIAL'),
    privateKey: fs.readFileSync(env('WXUP_MCH_KEY_FILE')),
    certs,
    secret: env('WXUP_APIV2_KEY'),
  });
}

// v3 sends one file as the SDK's own form; api is the SDK's chain of path segments, such as wxpay.v3.merchant.media.upload.
async function v3(api, name, headers = {}) {
  const bytes = fs.readFileSync(name);
  const meta = { filename: path.basename(name), sha256: digest('sha256', bytes) };
  const form = new Multipart();
  form.append('meta', JSON.stringify(meta)).append('file', bytes, meta.filename);
  const { data } = await api.post(form.getBuffer(), { meta, headers: { ...form.getHeaders(), ...headers } });
  return data.media_url || data.media_id;
}

// v2 sends one file to uploadmedia. The SDK's request transformer makes XML of everything, so it is left out and the
// form signed by hand; its answer transformer, which verifies, stays.
async function v2(api, name, type, agent) {
  const bytes = fs.readFileSync(name);
  const fields = { mch_id: env('WXUP_MCHID'), media_hash: digest('md5', bytes) };
  if (type) fields.sign_type = type;
  const sign = Hash.sign(type || Hash.ALGO_MD5, fields, env('WXUP_APIV2_KEY'));
  const form = new Multipart();
  Object.entries({ ...fields, sign }).forEach(([field, value]) => form.append(field, value));
  form.append('media', bytes, path.basename(name));
  const { data } = await api.post(form.getBuffer(), { transformRequest: [], httpsAgent: agent, headers: form.getHeaders() });
  return data.media_id;
}

(async () => {
  const both = client({ ...publicKey, ...certificate });
  const { imageUpload } = both.v3.marketing.favor.media;

  await upload('marketing/stream', async (name) => {
    const meta = { filename: path.basename(name), sha256: digest('sha256', fs.readFileSync(name)) };
    const { data } = await imageUpload.post(
      { meta: JSON.stringify(meta), file: fs.createReadStream(name) },
      { meta, headers: { 'Content-Type': 'multipart/form-data' } },
    );
    return data.media_url;
  });
  await upload('marketing/multipart', (name) => v3(imageUpload, name));
  for (const [variant, certs] of [['public-key', publicKey], ['certificate', certificate]]) {
    const [serial] = Object.keys(certs);
    await upload(`marketing/${variant}`, (name) => v3(client(certs).v3.marketing.favor.media.imageUpload, name, { 'Wechatpay-Serial': serial }));
  }
  await upload('merchant/multipart', (name) => v3(both.v3.merchant.media.upload, name));
  await upload('video/multipart', (name) => v3(both.v3.merchant.media.video_upload, name));

  const { uploadmedia } = both.v2.secapi.mch;
  const pair = new https.Agent({ cert: fs.readFileSync(env('WXUP_MCH_CERT_FILE')), key: fs.readFileSync(env('WXUP_MCH_KEY_FILE')) });
  await upload('secapi/no-sign-type', (name) => v2(uploadmedia, name, '', pair));
  await upload('secapi/md5', (name) => v2(uploadmedia, name, Hash.ALGO_MD5, pair));
  await upload('secapi/hmac', (name) => v2(uploadmedia, name, Hash.ALGO_HMAC_SHA256, pair));
  await upload('secapi/p12', (name) => v2(uploadmedia, name, Hash.ALGO_MD5,
    new https.Agent({ pfx: fs.readFileSync(env('WXUP_MCH_P12_FILE')), passphrase: env('WXUP_MCHID') })));
})();
