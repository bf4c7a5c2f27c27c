// co-wechat-api: an Official Account's article image. Its card logo call hands the form to an option that its HTTP client
// does not have, and so sends nothing.
'use strict';

const API = require('co-wechat-api');
const { env, base, sdk } = require('../driver');

const { needs, upload, refused, broken } = sdk('co-wechat-api');

function account(...tokenStore) {
  const api = new API(env('WXUP_APPID'), env('WXUP_APPSECRET'), ...tokenStore);
  if (base) api.prefix = `${base}/cgi-bin/`;
  api.fileServerPrefix = `${base || 'https://api.weixin.qq.com'}/cgi-bin/`; // its default host, file.api.weixin.qq.com, has no TLS
  return api;
}

(async () => {
  if (base) needs('prefix');
  const api = account();

  await upload('article/upload-image', 'none', async (name) => (await api.uploadImage(name)).url);
  const wrong = account(async () => ({ accessToken: env('WXUP_APPID'), expireTime: Date.now() + 7200e3 }), undefined, true);
  await refused('article/appid-as-token', async (name) => (await wrong.uploadImage(name)).url);

  const impatient = account();
  impatient.setOpts({ readTimeout: 1000, connectTimeout: 1000 }); // the server waits longer for what never comes
  await broken('article/card-logo', async (name) => (await impatient.uploadLogo(name)).url);
})();
