#!/usr/bin/env bash
#
# A colon in a sender's name makes nodemailer send from a group of addresses.
#
# In `Acme: Login <login@example.org>` the colon begins a group (RFC 5322 §3.4). nodemailer 10.6.0
# writes `From: Acme:Login <login@example.org>;`, which RFC 5322 allows in no From, and RFC 6854 (§3)
# advises against. A comma in a name (`Acme, Inc.`) is taken for a part of the name, though, and is
# put in quotes. The envelope is right both times, so a server that does not look takes the mail.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund nodemailer@10.6.0

cat >look.mjs <<'JS'
import nodemailer from 'nodemailer';

const transport = nodemailer.createTransport({ streamTransport: true, buffer: true });
const seen = [];
for (const from of ['Acme: Login <login@example.org>', 'Acme, Inc. <login@example.org>']) {
  const mail = { from, to: 'someone@example.org', subject: 'subject', text: 'text' };
  const { envelope, message } = await transport.sendMail(mail);
  seen.push([envelope.from, /^From: (.*)\r$/m.exec(String(message))?.[1]]);
}
console.log(JSON.stringify(seen));
JS

seen=$(node look.mjs)
echo "nodemailer 10.6.0, envelope and header: $seen"
expected='[["login@example.org","Acme:Login <login@example.org>;"],["login@example.org","\"Acme, Inc.\" <login@example.org>"]]'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
