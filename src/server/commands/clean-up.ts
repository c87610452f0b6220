import 'reflect-metadata';
import { describeRetention, RetentionService } from '../retention/retention.service.js';
import { loadConfig } from '../config/load-config.js';
import { runCommand } from './run-command.js';
import { withServer } from './with-server.js';

/** Runs one clean-up, for operators who have a scheduler of their own. */
await runCommand(async () => {
  const config = await loadConfig(process.env);
  await withServer(config, async (server) => {
    const cleaned = await server.get(RetentionService).run();
    process.stdout.write(`${describeRetention(cleaned)}\n`);
  });
});
