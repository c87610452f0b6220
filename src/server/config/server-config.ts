import { type MfaModuleOptions, type SecretKey } from '../../mfa/index.js';
import { type Language } from '../texts/languages.js';
import { type SessionLimits } from './session-limits.js';
import { type ConfiguredEntry } from './values/configured-entry.js';
import { type EmailVerificationMode } from './settings/email-verifications.js';
import { type JwtKey } from './keys/key-formats.js';
import { type SignedWebhook } from './settings/signed-webhook.js';
import { type MetricsAddress, type TraceExport } from './settings/observability-settings.js';
import { type WebAuthnSettings } from './settings/webauthn-settings.js';

/** Both rings, opened. */
export interface KeyRings {
  readonly secretKeys: readonly SecretKey[];
  readonly jwtKeys: readonly JwtKey[];
}

/** Requests in a minute: of one session, and of all sessions of one user. */
export interface RequestBudgets {
  readonly sessionReads: number;
  readonly sessionWrites: number;
  readonly subjectReads: number;
  readonly subjectWrites: number;
}

/** Everything that the environment decides, checked and typed. Also the DI token of it. */
export abstract class ServerConfig {
  abstract readonly isProduction: boolean;
  /** 0 lets the system choose. */
  abstract readonly httpPort: number;
  abstract readonly host: string;
  /** The origin that clients see: `iss` of the tokens. No slash at the end. */
  abstract readonly publicUrl: string;
  /** Null: the embedded database, which production never has. */
  abstract readonly databaseUrl: string | null;
  /** Connections to PostgreSQL that one process holds at most. */
  abstract readonly databaseMaxConnections: number;
  /** How long a start waits for a database that is not there; 0: one try. */
  abstract readonly databaseWaitSeconds: number;
  /** False: others migrate, and a start waits until they have. */
  abstract readonly migratesAtStart: boolean;
  /** Between no longer being ready and refusing connections. */
  abstract readonly shutdownDelaySeconds: number;
  /** What running requests are given after that, before they are cut. */
  abstract readonly shutdownTimeoutSeconds: number;
  /** Whether statements are prepared in the database's sessions. */
  abstract readonly preparesStatements: boolean;
  /** How long one statement may take; 0: the database is told no limit. */
  abstract readonly statementTimeoutSeconds: number;
  /** Where development keys and the embedded database are kept. */
  abstract readonly dataDirectory: string;
  /** Null: requests are counted in the memory of this process. */
  abstract readonly redisUrl: string | null;
  /** Null: mails are shown, not sent. */
  abstract readonly smtpUrl: string | null;
  abstract readonly mailFrom: string;
  /** Null: text messages are shown, not sent. */
  abstract readonly smsGateway: SignedWebhook | null;
  abstract readonly webAuthn: WebAuthnSettings;
  /** The first key signs, all of them are believed. At least one. */
  abstract readonly jwtKeys: readonly JwtKey[];
  /**
   * Reads the rings again from their files; rejects with a `ConfigError` when they cannot be used.
   * Null: no ring is kept in a file that the environment names.
   */
  abstract readonly rereadKeys: (() => Promise<KeyRings>) | null;
  abstract readonly registrationIsOpen: boolean;
  /** How addresses are confirmed; `off`: they are not, and get mails all the same. */
  abstract readonly emailVerification: EmailVerificationMode;
  /** The ways to sign in, in the order in which clients see them. At least one. */
  abstract readonly providers: readonly ConfiguredEntry[];
  /** The second factors on offer, in the order in which clients see them. */
  abstract readonly factors: readonly ConfiguredEntry[];
  /** Addresses and CIDR blocks whose `X-Forwarded-For` is believed. */
  abstract readonly trustedProxies: readonly string[];
  /** Origins that browsers may call from. Empty: none but our own. */
  abstract readonly corsOrigins: readonly string[];
  /** bcrypt cost of passwords. */
  abstract readonly passwordHashCost: number;
  /** Passwords that are hashed at once, at most. */
  abstract readonly passwordHashesAtOnce: number;
  /** Requests of one client address in a minute to the routes that ask for no token. */
  abstract readonly rateLimitPerMinute: number;
  /** Requests in a minute of those who are signed in. */
  abstract readonly requestBudgets: RequestBudgets;
  /** Time between two clean-ups; 0: none but those of the command. */
  abstract readonly cleanUpIntervalSeconds: number;
  abstract readonly sessionLimits: SessionLimits;
  /** How long the refresh token just before the present one gives that one again; 0: not at all. */
  abstract readonly refreshGraceSeconds: number;
  /** Sessions of one user that live; a sign-in beyond them ends the one that was used longest ago. */
  abstract readonly maxSessionsPerUser: number;
  /** Whether a change of a user's second factors ends the user's other sessions. */
  abstract readonly endsSessionsOnFactorChange: boolean;
  /** How long the link of a password reset is good. */
  abstract readonly passwordResetTokenExpirySeconds: number;
  /** The page that a password reset leads to, without the `#` and the token. */
  abstract readonly passwordResetUrl: string;
  /** Where the pages behind mailed links lead people at their end. */
  abstract readonly signInUrl: string;
  /** How long the "this was not me" link of a notice is good. */
  abstract readonly notMeLinkSeconds: number;
  /** Language of mails to people of whom none is known. */
  abstract readonly mailLanguage: Language;
  /** The web service that is told of events; null: none is. */
  abstract readonly eventWebhook: SignedWebhook | null;
  /** Whether there is a line in the log for each request. */
  abstract readonly logsRequests: boolean;
  /** Where metrics are read; null: nowhere, and none are kept. */
  abstract readonly metrics: MetricsAddress | null;
  /** Where traces go; null: there are none. */
  abstract readonly traces: TraceExport | null;
  abstract readonly mfa: MfaModuleOptions;
}
