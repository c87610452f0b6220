#!/usr/bin/env bash
#
# "preferred" is no preference to Chromium where a key keeps users and can verify nobody.
#
# A page asks for a key with residentKey "preferred" and userVerification "preferred". The specification
# lets the client do without what is only preferred. Chromium 156.0.8078 (Debian, headless, a virtual
# CTAP2 key that keeps users and cannot verify anybody) makes no credential at all: NotAllowedError. The
# same key makes one where residentKey is "discouraged", and a key that keeps no users makes one in both
# cases. So a page that begins to ask for passkeys shuts out such keys, which worked before.
#
# Needs a Chromium: CHROMIUM_PATH, or /usr/bin/chromium.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund playwright-core@1.61.1

cat >look.mjs <<'JS'
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const server = createServer((_, response) => response.end('a page')).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  chromiumSandbox: false,
});
const page = await browser.newPage();
await page.goto(`http://localhost:${server.address().port}/`);
const devTools = await page.context().newCDPSession(page);
await devTools.send('WebAuthn.enable', { enableUI: false });

async function made(hasResidentKey, residentKey) {
  const { authenticatorId } = await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'usb',
      hasResidentKey,
      hasUserVerification: false,
      automaticPresenceSimulation: true,
    },
  });
  const outcome = await page.evaluate(async (asked) => {
    const publicKey = {
      rp: { id: 'localhost', name: 'here' },
      user: { id: new Uint8Array(16), name: 'ada', displayName: 'ada' },
      challenge: new Uint8Array(16),
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      authenticatorSelection: { residentKey: asked, userVerification: 'preferred' },
    };
    return navigator.credentials.create({ publicKey }).then(
      () => 'made',
      ({ name }) => name,
    );
  }, residentKey);
  await devTools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  return outcome;
}

const seen = [];
for (const keepsUsers of [true, false]) {
  for (const residentKey of ['preferred', 'discouraged']) seen.push(await made(keepsUsers, residentKey));
}
console.error(browser.version());
console.log(seen.join(' '));
await browser.close();
server.close();
JS

seen=$(node look.mjs)
echo "keeps users: preferred, discouraged; keeps none: preferred, discouraged: $seen"
expected='NotAllowedError made made made'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
