// Preloaded into every driver with `node --require`. What is said to WeChat's hosts is led to the server under test, and
// nothing else anywhere: the SDKs keep their own URLs, Host headers and TLS names, only the connection ends elsewhere.
'use strict';

const tls = require('tls');

const hosts = new Set(['api.mch.weixin.qq.com', 'api.weixin.qq.com']);
const server = new URL(process.env.WXUP_HTTPS_URL);
const connect = tls.connect;

tls.connect = function (options, ...rest) {
  if (options === null || typeof options !== 'object' || !hosts.has(options.host) || Number(options.port) !== 443) {
    throw new Error(`${options && options.host}:${options && options.port} is not a host of this run`);
  }
  return connect.call(tls, {
    ...options,
    host: server.hostname,
    port: Number(server.port || 443),
    servername: options.servername || options.host,
  }, ...rest);
};
