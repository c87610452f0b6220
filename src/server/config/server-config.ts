import { type MfaModuleOptions, type SecretKey } from '../../mfa/index.js';
import { type Language } from '../texts/languages.js';
import { type SessionLimits } from './session-limits.js';
import { type ConfiguredEntry } from './values/configured-entry.js';
import { type HashWork } from './values/hash-work.js';
import { type EmailVerificationMode } from './settings/email-verifications.js';
import { type JwtKey } from './keys/key-formats.js';
import { type SignedWebhook } from './settings/signed-webhook.js';
import { type MetricsAddress, type TraceExport } from './settings/observability-settings.js';
import { type PasskeyPages, type WebAuthnSettings } from './settings/webauthn-settings.js';

/** Both rings, unwrapped. */
export interface KeyRings {
  readonly secretKeys: readonly SecretKey[];
  readonly jwtKeys: readonly JwtKey[];
}

/** Requests in a minute of one session, and of all sessions of one user. */
export interface RequestBudgets {
  readonly sessionReads: number;
  readonly sessionWrites: number;
  readonly subjectReads: number;
  readonly subjectWrites: number;
}

/** The configuration: checked, and read once at start. Also its DI token. */
export abstract class ServerConfig {
  abstract readonly isProduction: boolean;
  /** 0: the system chooses. */
  abstract readonly httpPort: number;
  abstract readonly host: string;
  /** The origin that clients see, and the issuer of tokens. It ends without a slash. */
  abstract readonly publicUrl: string;
  /** Null: the embedded database, which production refuses. */
  abstract readonly databaseUrl: string | null;
  /** Connections to PostgreSQL of one process, at most. */
  abstract readonly databaseMaxConnections: number;
  /** How long a start waits for the database; 0: one try. */
  abstract readonly databaseWaitSeconds: number;
  /** False: a start waits until another process has migrated. */
  abstract readonly migratesAtStart: boolean;
  /** How long the server, no longer ready, still accepts connections. */
  abstract readonly shutdownDelaySeconds: number;
  /** How long running requests may take after that. */
  abstract readonly shutdownTimeoutSeconds: number;
  /** Whether the driver prepares statements in the database's sessions. */
  abstract readonly preparesStatements: boolean;
  /** How long one statement may take; 0: the server sets no limit. */
  abstract readonly statementTimeoutSeconds: number;
  /** The folder of the development keys and the embedded database. */
  abstract readonly dataDirectory: string;
  /** Null: each process counts requests in its memory. */
  abstract readonly redisUrl: string | null;
  /** Null: the development mailbox page shows mails. */
  abstract readonly smtpUrl: string | null;
  abstract readonly mailFrom: string;
  /** Null: the development mailbox page shows text messages. */
  abstract readonly smsGateway: SignedWebhook | null;
  abstract readonly webAuthn: WebAuthnSettings;
  abstract readonly passkeyPages: PasskeyPages;
  /** The first key signs, all of them verify. At least one. */
  abstract readonly jwtKeys: readonly JwtKey[];
  /**
   * Reads the rings again from their files. It rejects with a `ConfigError` when they cannot be used.
   * Null: no variable names a key file.
   */
  abstract readonly rereadKeys: (() => Promise<KeyRings>) | null;
  abstract readonly registrationIsOpen: boolean;
  /** How addresses are confirmed; `off`: they receive mails without being confirmed. */
  abstract readonly emailVerification: EmailVerificationMode;
  /** The ways to sign in, in the order of clients. At least one. */
  abstract readonly providers: readonly ConfiguredEntry[];
  /** The second factors on offer, in the order of clients. */
  abstract readonly factors: readonly ConfiguredEntry[];
  /** Addresses and CIDR blocks whose `X-Forwarded-For` is trusted. */
  abstract readonly trustedProxies: readonly string[];
  /** Origins of browsers that may call the API. Empty: only its own. */
  abstract readonly corsOrigins: readonly string[];
  /** The work of a new hash of a password. */
  abstract readonly passwordHashWork: HashWork;
  /** Passwords that are hashed at once, at most. */
  abstract readonly passwordHashesAtOnce: number;
  /** Requests in a minute of one client address to the routes without a token. */
  abstract readonly rateLimitPerMinute: number;
  /** Requests in a minute of one session and of one user. */
  abstract readonly requestBudgets: RequestBudgets;
  /** Time between two clean-ups; 0: only the command cleans up. */
  abstract readonly cleanUpIntervalSeconds: number;
  abstract readonly sessionLimits: SessionLimits;
  /** How long the refresh token before the present one gives the present one again; 0: never. */
  abstract readonly refreshGraceSeconds: number;
  /** Live sessions of one user, at most: a further sign-in ends the one with the oldest use. */
  abstract readonly maxSessionsPerUser: number;
  /** Whether a change of a user's second factors ends the user's other sessions. */
  abstract readonly endsSessionsOnFactorChange: boolean;
  /** How long the link of a password reset is valid. */
  abstract readonly passwordResetTokenExpirySeconds: number;
  /** The page of a password reset, without the `#` and the token. */
  abstract readonly passwordResetUrl: string;
  /** The page that the pages behind mailed links lead to in the end. */
  abstract readonly signInUrl: string;
  /** How long the "this was not me" link of a security e-mail is valid. */
  abstract readonly notMeLinkSeconds: number;
  /** Language of mails to a user whose language is unknown. */
  abstract readonly mailLanguage: Language;
  /** The web service that receives events; null: none. */
  abstract readonly eventWebhook: SignedWebhook | null;
  /** Whether the log has a line for each request. */
  abstract readonly logsRequests: boolean;
  /** The address that serves metrics; null: none are kept. */
  abstract readonly metrics: MetricsAddress | null;
  /** The collector of traces; null: none are made. */
  abstract readonly traces: TraceExport | null;
  /** Sentences about what the preset lets pass. They are logged at start. */
  abstract readonly warnings: readonly string[];
  abstract readonly mfa: MfaModuleOptions;
}
