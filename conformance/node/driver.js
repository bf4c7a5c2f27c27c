// What the drivers of Node SDKs share: where the server is, the file of one call, and the line that the call prints. It
// touches no SDK's transport: what a route needs is in the environment, which conformance/run sets, or in an option of
// the SDK, which the driver sets and says so.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

/** The value of a variable of wxup.env; a driver cannot go on without it. */
function env(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const route = env('CONFORMANCE_ROUTE');

/** The server's address on the route "base-url", and undefined on the others, where an SDK keeps WeChat's own hosts. */
const base = route === 'base-url' ? env('WXUP_HTTP_URL') : undefined;

/** The same over TLS, for client certificates and for SDKs whose option is a host without a scheme. */
const secureBase = route === 'base-url' ? env('WXUP_HTTPS_URL') : undefined;

/** The file of one call, or undefined if that is not one of this run. */
function file(client, api) {
  const dir = env('CONFORMANCE_FILES');
  const stem = `${client}-${route}-${api.replace(/\//g, '-')}.`;
  const found = fs.readdirSync(dir).find((name) => name.startsWith(stem));
  return found && path.join(dir, found);
}

const oneLine = (text) => text.replace(/\s+/g, ' ').slice(0, 500);

/** What an error says, on one line; of a refused request, what the server answered. */
function reason(error) {
  const answer = error.response && (error.response.data || error.response.text);
  return oneLine([error.code, error.message, answer && (typeof answer === 'string' ? answer : JSON.stringify(answer))]
    .filter(Boolean).join(' '));
}

/** One client, named as in calls.txt: makes its calls and prints their lines. */
function sdk(client) {
  async function call(api, send) {
    const name = file(client, api);
    if (!name) return;
    let line;
    try {
      line = await send(name);
    } catch (error) {
      line = `FAIL ${reason(error)}`;
    }
    console.log(`${client} ${route} ${api} ${line}`);
  }
  const mustFail = (verdict) => (api, send) => call(api, async (name) => {
    let answered;
    try {
      answered = await send(name);
    } catch (error) {
      return `${verdict} ${reason(error)}`;
    }
    return `FAIL the SDK reports a success: ${answered}`;
  });
  return {
    /** What the driver had to set on this route, in the SDK's own words. */
    needs: (what) => console.log(`NEEDS ${client} ${route} ${what}`),

    /** An upload that must succeed. verified: what the SDK checks the answer with, public-key, certificate, either, v2-key or none. */
    upload: (api, verified, send) => call(api, async (name) => {
      const urlOrID = await send(name);
      return urlOrID ? `OK ${urlOrID} ${verified}` : 'FAIL the answer has neither url nor media id';
    }),

    /** A mistake that the server must refuse; the SDK must report it. */
    refused: mustFail('REFUSED'),

    /** An answer that is checked with a key which did not sign it; the SDK must not call that a success. */
    rejected: mustFail('REJECTED'),

    /** A method of the SDK that cannot work, against the real service neither. */
    broken: mustFail('BROKEN'),
  };
}

/** A public key, as PEM, that has signed nothing. */
const foreignKey = () => crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'pem' });

const digest = (algorithm, bytes) => crypto.createHash(algorithm).update(bytes).digest('hex');

module.exports = { env, base, secureBase, sdk, foreignKey, digest };
