#!/usr/bin/env bash
#
# bcrypt 6.0.0 finds the right password wrong if its hash was made by PHP or Apache, without an error.
#
# PHP's password_hash and `htpasswd -B` write `$2y$` before a hash that is `$2b$` in everything else.
# bcrypt reads the cost of such a hash, but compare() answers false for the right password. bcryptjs
# 3.0.2 answers true. So a table moved from PHP signs nobody in, and nothing says why.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund bcrypt@6.0.0 bcryptjs@3.0.2

cat >look.mjs <<'JS'
import bcrypt from 'bcrypt';
import bcryptjs from 'bcryptjs';

const hash = await bcrypt.hash('a long enough password', 4);
const written = hash.replace(/^\$2b\$/, '$2y$');
const seen = [];
for (const library of [bcrypt, bcryptjs]) {
  const answers = [hash, written].map((text) => library.compare('a long enough password', text));
  seen.push([...(await Promise.all(answers)), library.getRounds(written)]);
}
console.log(JSON.stringify(seen));
JS

seen=$(node look.mjs)
echo "bcrypt 6.0.0 and bcryptjs 3.0.2, right password for \$2b\$ and for \$2y\$, and the cost read of it: $seen"
expected='[[true,false,4],[true,true,4]]'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
