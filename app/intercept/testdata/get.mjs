// get.mjs PROXY HOST PATH fetches https://HOST/PATH through a CONNECT, as proxy agents do.
import http from 'node:http';
import https from 'node:https';

const [proxy, host, path] = process.argv.slice(2);
const [proxyHost, port] = proxy.split(':');
http.request({ host: proxyHost, port, method: 'CONNECT', path: `${host}:443` })
  .on('connect', (resp, socket) => {
    https.get({ host, path, socket, agent: false }, (r) => {
      r.on('data', (d) => process.stdout.write(d)).on('end', () => socket.destroy());
    }).on('error', (e) => { console.error(e.code); process.exitCode = 1; });
  })
  .on('error', (e) => { console.error(e.code); process.exitCode = 1; })
  .end();
