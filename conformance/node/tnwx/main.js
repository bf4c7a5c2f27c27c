// tnwx: any upload of APIv3 by PayKit, the answer checked by a separate step of the SDK, and an Official Account's article
// image. It sends multipart/form-data without a boundary, the file before meta, and, unless told otherwise, the merchant's
// own serial number as Wechatpay-Serial. Its axios is 0.19, which speaks to an HTTPS_PROXY without CONNECT, in clear.
'use strict';

const fs = require('fs');
const path = require('path');
const { AccessTokenApi, ApiConfig, ApiConfigKit, MediaApi, PayKit } = require('tnwx');
const { env, base, sdk, foreignKey, digest } = require('../driver');

const { needs, upload, refused, rejected } = sdk('tnwx');
const host = base || 'https://api.mch.weixin.qq.com'; // WX_DOMAIN.CHINA

async function v3(url, name, platformSerial, key, mchid = env('WXUP_MCHID')) {
  const meta = JSON.stringify({ filename: path.basename(name), sha256: digest('sha256', fs.readFileSync(name)) });
  const answer = await PayKit.exeUpload(host, url, mchid, env('WXUP_MCH_SERIAL'),
    fs.readFileSync(env('WXUP_MCH_KEY_FILE')), name, meta, platformSerial);
  if (!answer || answer.status !== 200) throw new Error(answer ? `${answer.status} ${JSON.stringify(answer.data)}` : 'no answer');
  if (!PayKit.verifySign(answer.headers, JSON.stringify(answer.data), key)) throw new Error('verifySign: false');
  return answer.data.media_url || answer.data.media_id;
}

(async () => {
  if (base) {
    needs('PayKit.exeUpload(urlPrefix, …)');
    needs('MediaApi.uploadImgUrl');
    needs('AccessTokenApi.url');
    for (const [api, url] of [[MediaApi, 'uploadImgUrl'], [AccessTokenApi, 'url']]) {
      api[url] = api[url].replace('https://api.weixin.qq.com', base);
    }
  }
  const marketing = '/v3/marketing/favor/media/image-upload';
  const certificate = fs.readFileSync(env('WXUP_PLATFORM_CERT_FILE'));
  const publicKey = fs.readFileSync(env('WXUP_PLATFORM_PUBKEY_FILE'));

  await upload('marketing/certificate', 'certificate', (name) => v3(marketing, name, env('WXUP_PLATFORM_SERIAL'), certificate));
  await upload('marketing/public-key', 'public-key', (name) => v3(marketing, name, env('WXUP_PLATFORM_PUBKEY_ID'), publicKey));
  await upload('merchant/own-serial', 'certificate', (name) => v3('/v3/merchant/media/upload', name, undefined, certificate));
  await upload('video/own-serial', 'certificate', (name) => v3('/v3/merchant/media/video_upload', name, undefined, certificate));
  await refused('marketing/appid-as-mchid', (name) => v3(marketing, name, undefined, certificate, env('WXUP_APPID')));
  await rejected('marketing/foreign-key', (name) => v3(marketing, name, env('WXUP_PLATFORM_PUBKEY_ID'), foreignKey()));

  ApiConfigKit.putApiConfig(new ApiConfig(env('WXUP_APPID'), env('WXUP_APPSECRET'), 'token'));
  ApiConfigKit.setCurrentAppId(env('WXUP_APPID'));
  const article = async (name) => {
    const answer = await MediaApi.uploadImg(name);
    if (!answer.url) throw new Error(JSON.stringify(answer));
    return answer.url;
  };
  await upload('article/upload-img', 'none', article);
})();
