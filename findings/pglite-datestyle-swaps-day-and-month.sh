#!/usr/bin/env bash
#
# PGlite reads the fourth of March as the third of April where the DateStyle is German.
#
# PGlite 0.5.14 gives the text of a timestamp to JavaScript's Date, whatever the DateStyle is. With
# German or SQL, DMY, day and month change places, without an error, while the day is at most 12;
# from the 13th on the date is invalid.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @electric-sql/pglite@0.5.14

cat >look.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';

const db = await PGlite.create();
const seen = {};
for (const style of ['ISO, DMY', 'German', 'SQL, DMY']) {
  await db.exec(`SET datestyle TO ${style}`);
  const { rows } = await db.query(
    `SELECT timestamptz '2026-03-04 05:06:07Z' AS early, timestamptz '2026-03-14 05:06:07Z' AS late`,
  );
  const { early, late } = rows[0];
  seen[style] = [early.toISOString().slice(0, 10), String(late) === 'Invalid Date' ? 'invalid' : 'valid'];
}
await db.close();
console.log(JSON.stringify(seen));
JS

seen=$(TZ=UTC node look.mjs)
echo "@electric-sql/pglite 0.5.14: 2026-03-04, and whether 2026-03-14 is valid: $seen"
expected='{"ISO, DMY":["2026-03-04","valid"],"German":["2026-04-03","invalid"],"SQL, DMY":["2026-04-03","invalid"]}'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
