#!/usr/bin/env bash
#
# otplib 13.5.0 refuses the codes of a TOTP secret with 80 bits, the size that many systems gave out.
#
# RFC 4226 (§4, R6) asks for 128 bits at least. Secrets of 16 Base32 characters, 80 bits, are common all
# the same: otplib 12.0.1 itself makes them by default.
# otpauth 9.5.2 computes their codes. otplib 13.5.0 throws, for verify as for generate, unless guardrails
# with a lower limit are given. So people who are moved with their secrets cannot sign in.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund otplib@13.5.0 otpauth@9.5.2 otplib-12@npm:otplib@12.0.1

cat >look.mjs <<'JS'
import { createGuardrails, verify } from 'otplib';
import * as OTPAuth from 'otpauth';
import old from 'otplib-12';

const secret = old.authenticator.generateSecret();
const epoch = 1700000000;
const token = new OTPAuth.TOTP({ secret }).generate({ timestamp: epoch * 1000 });
const refused = await verify({ secret, token, epoch }).catch(({ message }) => message);
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10 });
const { valid } = await verify({ secret, token, epoch, guardrails });
console.log(JSON.stringify([secret.length, refused, valid]));
JS

seen=$(node look.mjs)
echo "otplib 13.5.0, with a secret of otplib 12.0.1: $seen"
expected='[16,"Secret must be at least 16 bytes (128 bits), got 10 bytes",true]'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
