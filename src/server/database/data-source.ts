import { type EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { type Client } from 'pg';
import { type DataSourceOptions } from 'typeorm';
import { MFA_ENTITIES, MFA_MIGRATIONS } from '../../mfa/index.js';
import { RetentionLease } from '../retention/retention-lease.entity.js';
import { LoginFailure } from '../sign-in/login-failure.entity.js';
import { KnownDevice } from '../security-emails/known-device.entity.js';
import { WaitingSecurityEmail } from '../security-emails/waiting-security-email.entity.js';
import { ReversalToken } from '../security-emails/reversal-token.entity.js';
import { FormerPassword } from '../account/passwords/former-password.entity.js';
import { PasswordResetLink } from '../account/passwords/password-reset-link.entity.js';
import { Session } from '../sessions/session.entity.js';
import { User } from '../identity/user.entity.js';
import { EmailChange } from '../account/email-change/email-change.entity.js';
import { FormerAddress } from '../account/email-change/former-address.entity.js';
import { EmailConfirmation } from '../account/email/email-confirmation.entity.js';
import { type DatabaseServer } from './database-server.js';
import { CreateUsersAndSessions1763800000000 } from './migrations/1763800000000-create-users-and-sessions.js';
import { prepareStatements } from './prepare-statements.js';
import { IS_READ_ONLY, READ_ONLY, refuseReadOnly } from './read-only.js';

const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
/** Assumed if the database has no limit from us. */
const USUAL_STATEMENT_SECONDS = 10;
/** Added to the database's own limit: this one is for a database that no longer answers at all. */
const MORE_FOR_ANSWER_SECONDS = 5;

const logger = new Logger('Database');

/**
 * How TypeORM connects to the database, for the server and for the command line.
 *
 * Only migrations change the schema, and no statement of ours needs an extension.
 */
export function dataSourceOptions(
  url: string,
  maxConnections: number,
): DataSourceOptions & { readonly type: 'postgres' } {
  return {
    type: 'postgres',
    url,
    entities: [
      ...MFA_ENTITIES,
      User,
      Session,
      PasswordResetLink,
      FormerPassword,
      FormerAddress,
      ReversalToken,
      KnownDevice,
      WaitingSecurityEmail,
      LoginFailure,
      EmailConfirmation,
      EmailChange,
      RetentionLease,
    ],
    migrations: [...MFA_MIGRATIONS, CreateUsersAndSessions1763800000000],
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    // A logged statement would include its parameters, which are secrets.
    logging: false,
    poolSize: maxConnections,
    connectTimeoutMS: CONNECT_TIMEOUT_MILLISECONDS,
    extra: { onConnect: settle },
    poolErrorHandler: (error: Error) => logger.warn(`A connection was lost: ${error.message}`),
  };
}

/** The properties of a {@link DatabaseServer} that decide how to connect. */
export type Connecting = Pick<
  DatabaseServer,
  'url' | 'maxConnections' | 'preparesStatements' | 'statementTimeoutSeconds'
>;

/** As {@link dataSourceOptions}, with a limit for every wait: a slow database must not hold requests for ever. */
export function serverDataSourceOptions(server: Connecting): DataSourceOptions {
  const { statementTimeoutSeconds: limit } = server;
  return {
    ...dataSourceOptions(server.url, server.maxConnections),
    extra: {
      ...(limit > 0 && { statement_timeout: limit * 1000 }),
      stream: () => impatientSocket((limit || USUAL_STATEMENT_SECONDS) + MORE_FOR_ANSWER_SECONDS),
      onConnect: async (client: Client) => {
        outliveErrors(client);
        dropReadOnly(client);
        await settle(client);
        if (server.preparesStatements) prepareStatements(client);
      },
    },
  };
}

/**
 * Sets what `ALTER DATABASE … SET` or `ALTER ROLE … SET` may change, and with it the meaning of
 * times and texts. PgBouncer tracks these settings per client.
 */
const SETTLE = `SELECT set_config('DateStyle', 'ISO, MDY', false), set_config('TimeZone', 'UTC', false),
  set_config('standard_conforming_strings', 'on', false), ${IS_READ_ONLY}`;

/** The pool hands out a connection after this succeeds, and drops it if this fails. */
async function settle(client: Pick<Client, 'query'>): Promise<void> {
  refuseReadOnly((await client.query<{ read_only: string }>(SETTLE)).rows);
}

/**
 * Closes a connection that may no longer write: the server behind it, or behind its pooler, is a
 * standby by now, and a new connection may lead to the new primary.
 */
function dropReadOnly({ connection }: Pick<Client, 'connection'>): void {
  connection.on('errorMessage', ({ code }: { readonly code?: unknown }) => {
    if (code === READ_ONLY) connection.stream.destroy();
  });
}

/**
 * Between the pool's handing over a connection and TypeORM's taking it, nobody listens to its
 * errors; a connection that breaks in between would end the process. Its statements fail anyway.
 */
function outliveErrors(client: EventEmitter): void {
  client.on('error', () => {});
}

/**
 * A socket that closes after too long a silence. The driver's `query_timeout` would only end the
 * wait, and the pool would hand the silent connection to the next request, and the next.
 */
function impatientSocket(limitSeconds: number): Socket {
  const socket = new Socket();
  return socket.setTimeout(limitSeconds * 1000, () => {
    const silence = new Error('The database does not answer.');
    socket.destroy(Object.assign(silence, { code: 'ETIMEDOUT' }));
  });
}
