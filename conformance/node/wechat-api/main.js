// wechat-api: an Official Account's article image, as a file and as a browser's request passed on, and the older card logo
// call, which sends the file as `buffer`.
'use strict';

const fs = require('fs');
const path = require('path');
const { promisify } = require('util');
const FormData = require('form-data');
const API = require('wechat-api');
const { env, secureBase, sdk } = require('../driver');

const { needs, upload, refused } = sdk('wechat-api');

function account(...tokenStore) {
  const api = new API(env('WXUP_APPID'), env('WXUP_APPSECRET'), ...tokenStore);
  api.setOpts({ timeout: 20000 });
  if (secureBase) api.setEndpoint(new URL(secureBase).host);
  api.fileServerPrefix = `${secureBase || 'https://api.weixin.qq.com'}/cgi-bin/`; // its default host, file.api.weixin.qq.com, has no TLS
  return (method, ...args) => promisify(api[method]).apply(api, args);
}

(async () => {
  if (secureBase) needs('setEndpoint');
  needs('fileServerPrefix');
  const call = account();

  await upload('article/upload-image', 'none', async (name) => (await call('uploadImage', name)).url);
  await upload('article/upload-stream', 'none', async (name) => {
    const request = new FormData();
    request.append('media', fs.readFileSync(name), path.basename(name));
    request.headers = { ...request.getHeaders(), 'content-length': request.getLengthSync() };
    return (await call('uploadImageStream', request)).url;
  });
  await upload('article/card-logo', 'none', async (name) => (await call('uploadLogo', name)).url);

  // A token that is kept together with the name of its parameter.
  const { accessToken } = await call('getAccessToken');
  const wrong = account((done) => done(null, { accessToken: `access_token=${accessToken}`, expireTime: Date.now() + 7200e3 }));
  await refused('article/name-in-token', async (name) => (await wrong('uploadImage', name)).url);
})();
