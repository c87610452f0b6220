#!/usr/bin/env bash
#
# otpauth does not read back what it has written when an issuer holds a colon.
#
# In a key URI a colon parts issuer and account. An issuer `Ac:me` is written with %3A, which is
# legal, and otpauth 9 does so. Its parser decodes the label first and then parts it, so the account
# `alice` comes back as `me:alice`, and grows with every round.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund otpauth@9.5.2

cat >look.mjs <<'JS'
import { TOTP, URI } from 'otpauth';

const labels = [];
let factor = new TOTP({ issuer: 'Ac:me', label: 'alice', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' });
for (let round = 0; round < 3; round++) {
  labels.push(factor.label);
  factor = URI.parse(factor.toString());
}
console.log(JSON.stringify(labels));
JS

seen=$(node look.mjs)
echo "otpauth 9.5.2, the account's name in three rounds: $seen"
expected='["alice","me:alice","me:me:alice"]'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
