import { betterAuth } from 'better-auth';
import { twoFactor } from 'better-auth/plugins';
import pg from 'pg';

/** As many connections as our server has. */
const MAX_CONNECTIONS = 10;

/**
 * Better Auth with its production defaults: sign-in by e-mail and password, its two-factor plugin,
 * PostgreSQL through its own adapter. Only the limits that would stop a single client are off, as
 * in ours.
 *
 * @param {{databaseUrl: string, secret: string, baseURL: string}} settings
 */
export function makeAuth({ databaseUrl, secret, baseURL }) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: MAX_CONNECTIONS });
  const auth = betterAuth({
    appName: 'bench',
    baseURL,
    secret,
    database: pool,
    emailAndPassword: { enabled: true },
    plugins: [twoFactor()],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  });
  return { auth, pool };
}
