import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { SystemClock, SystemRandomSource } from '../../mfa/index.js';
import { ConfigError } from '../config/values/config-error.js';
import { RING_NAMES, type RingName } from '../config/keys/generate-keys.js';
import { KeyNeeds } from '../keys/key-needs.js';
import { rotateKeys } from '../keys/key-rotation.js';
import { runCommand } from './run-command.js';
import { withServer } from './with-server.js';

/**
 * Takes both rings, or the named ones, through one phase of a rotation. A new ring goes into the file
 * that holds it, or to stdout as a line of an .env file. The next step goes to stderr.
 */
await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      promote: { type: 'boolean', default: false },
      retire: { type: 'boolean', default: false },
    },
  });
  if (values.promote && values.retire) {
    throw new ConfigError(['--promote and --retire are two phases: do one after the other.']);
  }
  const named = new Set(positionals.map(ringNamed));
  const names = named.size === 0 ? RING_NAMES : [...named];
  const phase = values.promote ? 'promote' : values.retire ? 'retire' : 'add';
  const { lines, advice, isComplete } = await rotateKeys(
    phase,
    { env: process.env, names },
    {
      clock: new SystemClock(),
      random: new SystemRandomSource(),
      countNeeds: (config) =>
        withServer(config, (server) => server.get(KeyNeeds, { strict: false }).count()),
    },
  );
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  process.stderr.write(advice.map((line) => `${line}\n`).join(''));
  if (!isComplete) process.exitCode = 1;
});

function ringNamed(text: string): RingName {
  const found = RING_NAMES.find((name) => name === text);
  if (found === undefined)
    throw new ConfigError([`"${text}" is none of ${RING_NAMES.join(', ')}.`]);
  return found;
}
