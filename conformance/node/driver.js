// What the drivers of Node SDKs share: the variables of wxup.env, the file of one call, and the line that the call prints.
'use strict';

const fs = require('fs');
const path = require('path');

/** The value of a variable of wxup.env; a driver cannot go on without it. */
function env(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** The file of one call; client and api as in calls.txt. */
function file(client, api) {
  const dir = env('CONFORMANCE_FILES');
  const stem = `${client}-${api.replace(/\//g, '-')}.`;
  const found = fs.readdirSync(dir).filter((name) => name.startsWith(stem));
  if (found.length !== 1) throw new Error(`want one file ${stem}*, found ${found.length}`);
  return path.join(dir, found[0]);
}

/** What an error says, on one line; of a refused request, what the server answered. */
function reason(error) {
  const answer = error.response && error.response.data;
  return [error.code, error.message, answer && (typeof answer === 'string' ? answer : JSON.stringify(answer))]
    .filter(Boolean).join(' ').replace(/\s+/g, ' ').slice(0, 500);
}

/** An uploader for one client: has the call's file sent and prints the call's line. */
function uploader(client) {
  return async function upload(api, send) {
    try {
      const urlOrID = await send(file(client, api));
      if (!urlOrID) throw new Error('the answer has neither url nor media id');
      console.log(`${client} ${api} OK ${urlOrID}`);
    } catch (error) {
      console.log(`${client} ${api} FAIL ${reason(error)}`);
    }
  };
}

module.exports = { env, uploader };
