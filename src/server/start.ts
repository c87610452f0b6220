import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp, shutdownSignals } from './app.setup.js';
import { isLocalHost } from './config/values/is-local-host.js';
import { loadConfig } from './config/load-config.js';
import { type ServerConfig } from './config/server-config.js';
import { KeyReload } from './keys/key-reload.js';
import { ServerLogger } from './observability/logging/server-logger.js';
import { MAILBOX_PATH } from './delivery/mail/development-mailbox.js';
import { keepsMessages } from './delivery/mail/mailbox.module.js';
import { ShutdownLimit } from './operations/shutdown/shutdown-limit.js';
import { DOCS_PATH } from './swagger/docs-path.js';

const EXPOSED =
  'HOST is more than this machine, and NODE_ENV is not production: everyone who reaches it can use features that are only for trying out, for example the development mailbox.';

/** Starts the server that the environment describes. */
export async function start(): Promise<void> {
  const config = await loadConfig(process.env);
  const logger = new ServerLogger(config.isProduction);
  const end = new ShutdownLimit(process, logger);
  end.listenTo(shutdownSignals(config));
  const app = await createApp(config, logger);
  end.setLimit(config.shutdownDelaySeconds + config.shutdownTimeoutSeconds);
  if (config.rereadKeys !== null) process.on('SIGHUP', () => void reloadKeys(app));
  await app.listen({ port: config.httpPort, host: config.host });
  for (const line of await describeAddresses(app, config)) logger.log(line, 'Server');
  for (const line of config.warnings) logger.warn(line, 'Server');
  if (!config.isProduction && !isLocalHost(config.host)) logger.warn(EXPOSED, 'Server');
}

function reloadKeys(app: NestFastifyApplication): Promise<void> {
  return app.get(KeyReload, { strict: false }).run();
}

async function describeAddresses(
  app: NestFastifyApplication,
  config: ServerConfig,
): Promise<string[]> {
  const url = await app.getUrl();
  return [
    `API      ${url}/api/auth`,
    `Docs     ${url}${DOCS_PATH}`,
    ...(keepsMessages(config) ? [`Mailbox  ${url}${MAILBOX_PATH}`] : []),
    `ready after ${process.uptime().toFixed(1)} s`,
  ];
}
