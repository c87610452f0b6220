import 'reflect-metadata';
import { CleanUpService } from '../retention/clean-up.service.js';
import { describeCleanUp } from '../retention/describe-clean-up.js';
import { loadConfig } from '../config/load-config.js';
import { runCommand } from './run-command.js';
import { withServer } from './with-server.js';

/** Deletes once what is over, for operators who have a scheduler of their own. */
await runCommand(async () => {
  const config = await loadConfig(process.env);
  await withServer(config, async (server) => {
    const cleaned = await server.get(CleanUpService).run();
    process.stdout.write(`${describeCleanUp(cleaned)}\n`);
  });
});
