import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { type AuditFault, AuditVerification } from '../../mfa/index.js';
import { loadConfig } from '../config/load-config.js';
import { endProgress, showProgress } from './progress.js';
import { runCommand } from './run-command.js';
import { withServer } from './with-server.js';

/** Verifies the chains of the audit, of all users or of one, and reports the first broken row of each. */
await runCommand(async () => {
  const { values } = parseArgs({ options: { user: { type: 'string' } } });
  const config = await loadConfig(process.env);
  await withServer(config, async (server) => {
    const faults: AuditFault[] = [];
    const { seen, broken } = await server.get(AuditVerification).run({
      ...(values.user !== undefined && { subjectId: values.user }),
      onFault: (fault) => faults.push(fault),
      onProgress: (progress) =>
        showProgress(process.stderr, progress, `${progress.seen} of ${progress.total} events seen`),
    });
    endProgress(process.stderr);
    process.stdout.write(faults.map(describeFault).join(''));
    process.stdout.write(`done: ${seen} events seen, ${broken} users with a fault\n`);
    if (broken > 0) process.exitCode = 1;
  });
});

function describeFault({ subjectId: userId, seq, eventId, problem }: AuditFault): string {
  return `${problem}: user ${userId}, event number ${seq}, id ${eventId ?? 'unknown'}\n`;
}
