import { type LoggerService } from '@nestjs/common';
import { type Clock } from '../../src/mfa/index.js';
import { type FakeClock } from '../../src/mfa/testing/index.js';
import { type ServerConfig } from '../../src/server/config/server-config.js';
import { type FirstFactorTypes } from '../../src/server/sign-in/first-factor-type.js';

/** Environment variables, as `npm start` reads them. */
export type Environment = Readonly<Record<string, string>>;

/** Replaces costs and limits that would only slow tests down. */
export const TEST_ENVIRONMENT: Environment = {
  NODE_ENV: 'test',
  PUBLIC_URL: 'http://localhost:3000',
  PASSWORD_HASH_MEMORY_KIB: '8',
  PASSWORD_HASH_PASSES: '1',
  BACKUP_CODE_HASH_COST: '4',
  RATE_LIMIT_PER_MINUTE: '100000',
  SESSION_READS_PER_MINUTE: '100000',
  SUBJECT_READS_PER_MINUTE: '100000',
  SESSION_WRITES_PER_MINUTE: '100000',
  SUBJECT_WRITES_PER_MINUTE: '100000',
  // Each connection plans every statement anew.
  DATABASE_MAX_CONNECTIONS: '3',
};

/** The server's own default. */
export const CONNECTIONS_OF_RACES: Environment = { DATABASE_MAX_CONNECTIONS: '10' };

/** Hides failures that tests provoke. */
export const SILENT: LoggerService = { log: () => {}, error: () => {}, warn: () => {} };

/** The parts in which a test's server may differ. */
export interface ServerParts {
  /** Gets everything that the server logs. Default: nothing is logged. */
  readonly logger?: LoggerService;
  /** Mails go where the environment says, not into the inbox. */
  readonly sendsMail?: boolean;
  /** Delivers events as they are recorded. Default: only `TestServer.deliverEvents` delivers them. */
  readonly deliversEvents?: boolean;
  /** The server's clock. Default: the fake clock, which stands still. */
  readonly timeOf?: (clock: FakeClock) => Promise<Clock>;
  /** Types of first factors in addition to the server's own. */
  readonly firstFactors?: FirstFactorTypes;
  /** Hashes passwords and backup codes with the least work, instead of the configured one. */
  readonly hashesCheaply?: boolean;
  /** The test sends requests at once, so the server has as many connections as in operation. */
  readonly races?: boolean;
}

/** Presets refuse the work that keeps tests fast; what they decide is settled by then. */
export function withCheapHashes(config: ServerConfig): ServerConfig {
  const passwordHashWork = { memoryKib: 8, passes: 1 };
  return { ...config, passwordHashWork, mfa: { ...config.mfa, backupCodeHashCost: 4 } };
}
