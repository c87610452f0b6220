import 'reflect-metadata';
import { Clock, Reencryption, type ReencryptionProgress } from '../../mfa/index.js';
import { loadConfig } from '../config/load-config.js';
import { KeyNeeds, type ServerKeyNeed } from '../keys/key-needs.js';
import { endProgress, showProgress } from './progress.js';
import { runCommand } from './run-command.js';
import { withServer } from './with-server.js';

/** Encrypts again, with the first key of MFA_SECRET_KEYS, every row that another key encrypted. */
await runCommand(async () => {
  const config = await loadConfig(process.env);
  await withServer(config, async (server) => {
    const clock = server.get(Clock);
    const begunAt = clock.now();
    const done = await server
      .get(Reencryption)
      .run((progress) => showProgress(process.stdout, progress, countsOf(progress)));
    endProgress(process.stdout);
    const seconds = (clock.now().getTime() - begunAt.getTime()) / 1000;
    const needs = await server.get(KeyNeeds, { strict: false }).count();
    process.stdout.write(`${summaryOf(done, seconds)}\n${needs.map(describeNeed).join('')}`);
    if (done.left > 0) {
      process.stdout.write('Rows that were in use still need an older key: run it again.\n');
    }
  });
});

function countsOf({ seen, total, reencrypted }: ReencryptionProgress): string {
  return `${seen} of ${total} rows seen, ${reencrypted} re-encrypted`;
}

function summaryOf({ seen, reencrypted, left }: ReencryptionProgress, seconds: number): string {
  const perSecond = Math.round(seen / Math.max(seconds, 0.001));
  return `done: ${seen} rows seen, ${reencrypted} re-encrypted, ${left} in use and left, ${seconds.toFixed(1)} s, ${perSecond} rows per second`;
}

function describeNeed({ keyId, use, rows }: ServerKeyNeed): string {
  return `key ${keyId}: ${rows} rows (${use})\n`;
}
