// wechat-api: an Official Account's article image, as a file and as a browser's request passed on, and the older card logo
// call, which sends the file as `buffer`.
'use strict';

const fs = require('fs');
const path = require('path');
const { promisify } = require('util');
const FormData = require('form-data');
const API = require('wechat-api');
const { env, uploader } = require('../driver');

const upload = uploader('wechat-api');

(async () => {
  const api = new API(env('WXUP_APPID'), env('WXUP_APPSECRET'));
  api.fileServerPrefix = 'https://api.weixin.qq.com/cgi-bin/'; // its default host, file.api.weixin.qq.com, has no TLS
  const call = (method, ...args) => promisify(api[method]).apply(api, args);

  await upload('article/upload-image', async (name) => (await call('uploadImage', name)).url);
  await upload('article/upload-stream', async (name) => {
    const request = new FormData();
    request.append('media', fs.readFileSync(name), path.basename(name));
    request.headers = { ...request.getHeaders(), 'content-length': request.getLengthSync() };
    return (await call('uploadImageStream', request)).url;
  });
  await upload('article/card-logo', async (name) => (await call('uploadLogo', name)).url);
})();
