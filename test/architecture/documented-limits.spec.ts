import { createAdapter } from '../../src/server/app.setup.js';
import { generateKeys } from '../../src/server/config/keys/generate-keys.js';
import { readConfig } from '../../src/server/config/read-config.js';
import { type ServerConfig } from '../../src/server/config/server-config.js';
import { SECURITY_EMAIL_LIMIT } from '../../src/server/security-emails/security-email-limits.js';
import {
  RESET_LINK_LIMIT,
  RESET_PASSWORD_LIMIT,
} from '../../src/server/account/passwords/password-reset-links.js';
import { MOST_REQUESTS_AT_ONCE } from '../../src/server/http/bounded-server.js';
import { SETTINGS } from '../../src/server/config/settings/settings.js';
import { SPARE_REQUESTS } from '../../src/server/rate-limit/subject-budget.js';
import { AccessTokens } from '../../src/server/sessions/access-tokens.js';
import { sessionEnd } from '../../src/server/config/session-limits.js';
import { SessionJwt } from '../../src/server/sessions/session-jwt.js';
import { SigningKeys } from '../../src/server/sessions/signing-keys.js';
import { PASSWORD_LINE } from '../../src/server/identity/password-hasher.js';
import { PASSWORD_LENGTH } from '../../src/server/identity/password-rules.js';
import { BACKUP_CODE_LINE } from '../../src/mfa/core/ceremony/backup-codes.js';
import { type LineLimits } from '../../src/mfa/core/slow-work/fair-line.js';
import { SHARES_OF_SITE } from '../../src/mfa/core/ports/network-of.js';
import {
  CHANGE_LINK_SECONDS,
  CONFIRMATION_LIMIT,
  VERIFICATION_CODE,
  VERIFICATION_LIMIT,
  VERIFICATION_LINK_SECONDS,
  VERIFICATION_NETWORK_LIMIT,
} from '../../src/server/account/email/email-verification-limits.js';
import { MOST_DEVICES } from '../../src/mfa/persistence/migrations/device-bound.js';
import { ACCOUNT_LINE_LIMITS } from '../../src/mfa/persistence/database/account-line.js';
import { attemptBudgetsOf } from '../../src/mfa/core/ceremony/policy.js';
import {
  keptAllowancesOf,
  sendAllowancesOf,
  spareAllowancesOf,
} from '../../src/mfa/core/sending/send-policy.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { EmailHandler } from '../../src/mfa/handlers/email/index.js';
import { resolveMfaOptions } from '../../src/mfa/core/options/mfa.options.js';
import { FakeClock, FakeRandomSource, Inbox } from '../../src/mfa/testing/index.js';
import { readDocument, tableBelow } from '../support/documents.js';

const VARIABLE = /^`[A-Z_]+`$/;

const clock = new FakeClock();
const random = new FakeRandomSource();
const config = readConfig({}, () => generateKeys(random));
const options = resolveMfaOptions(config.mfa);
const budgets = attemptBudgetsOf(options);
const CAUSE = {
  subjectId: 'u1',
  purpose: 'login',
  factor: 'email',
  addressTags: ['tag'],
  ownAddressTags: [],
  ip: '2001:db8::1',
} as const;
/** The budgets of a code, by whose they are. */
const sends = (isBound: boolean, ownAddressTags: readonly string[] = []) => {
  const allowances = sendAllowancesOf(options, { ...CAUSE, ownAddressTags, isBound });
  return new Map(allowances.map((allowance) => [allowance.scope, allowance]));
};
const [signIn, enrolment] = [sends(true), sends(false)];
const spare = spareAllowancesOf(
  [...signIn.values()],
  { ...CAUSE, isBound: true },
  'bound:2001:db8::/56',
)?.at(-1);
const kept = keptAllowancesOf(options, { ...CAUSE, isBound: true }, 'total:email')?.slice(-2) ?? [];
const perSubject = signIn.get('subject');

const SUBJECT: Subject = {
  id: 'u1',
  displayName: 'alice',
  addresses: { email: 'alice@example.org' },
  isEnabled: true,
  credentialsVersion: '1',
};

/** A mailed code, and how long it lives. */
async function mailedCode() {
  const inbox = new Inbox();
  const now = clock.now();
  const handler = new EmailHandler(options, random, inbox);
  const { data, delivery } = await handler.setup({
    subject: SUBJECT,
    fields: {},
    enrolled: [],
    now,
  });
  await delivery?.send();
  return {
    digits: inbox.lastCode('alice@example.org').length,
    lifeSeconds: secondsFrom(now, new Date(data?.expiresAt ?? '')),
  };
}

/** How long the tokens of a session live. */
function sessionLives(serverConfig: ServerConfig) {
  const jwt = new SessionJwt(new SigningKeys(serverConfig), serverConfig, clock);
  const now = clock.now();
  const proven = { amr: ['pwd'], authenticatedAt: now, proofId: 'p1' };
  const facts = { userId: 'u1', sessionId: 's1', ...proven };
  const access = new AccessTokens(jwt, random).sign(facts, now);
  const refreshEnd = sessionEnd({ createdAt: now, lastUsedAt: now }, serverConfig.sessionLimits);
  return [access.expiresAt, refreshEnd].map((end) => secondsFrom(now, end));
}

function linePlaces({ mostWaiting, mostOfNetwork, mostOfSubject }: LineLimits): number[] {
  return [mostWaiting, mostOfNetwork, mostOfSubject];
}

function secondsFrom(start: Date, end: Date): number {
  return (end.getTime() - start.getTime()) / 1000;
}

describe('the table of limits', () => {
  let inForce: unknown[];

  beforeAll(async () => {
    const code = await mailedCode();
    const [access, refresh] = sessionLives(config);
    inForce = [
      budgets.maxAttemptsPerChallenge,
      budgets.maxFailuresPerMethod,
      budgets.maxFailuresPerAccount,
      budgets.maxFailuresPerSession,
      budgets.maxFailuresOverSessions,
      budgets.lockSeconds[0],
      budgets.lockSeconds.at(-1),
      budgets.maxFailuresEver,
      options.ephemeralTokenExpirySeconds,
      perSubject?.cooldownSeconds,
      perSubject?.maxSends,
      signIn.get('binding')?.maxSends,
      signIn.get('network')?.maxSends,
      spare?.maxSends,
      enrolment.get('address')?.maxSends,
      sends(false, ['tag']).get('address')?.maxSends,
      enrolment.get('network')?.maxSends,
      Number(enrolment.get('site')?.maxSends) / Number(enrolment.get('network')?.maxSends),
      kept[1]?.maxSends,
      enrolment.get('cap')?.maxSends,
      kept[0]?.maxSends,
      code.lifeSeconds,
      code.digits,
      options.totpDefaultIntervalSeconds,
      options.totpDefaultValidWindowSteps,
      options.numOfBackupCodes,
      options.backupCodeLength,
      access,
      refresh,
      config.refreshGraceSeconds,
      options.trustedDeviceDays,
      options.stepUpMaxAgeSeconds,
      config.passwordResetTokenExpirySeconds,
      RESET_LINK_LIMIT.perAsker,
      RESET_LINK_LIMIT.perAccount,
      config.notMeLinkSeconds,
      SECURITY_EMAIL_LIMIT.maxEmails,
      CONFIRMATION_LIMIT.maxMails,
      VERIFICATION_LIMIT.maxSends,
      VERIFICATION_LIMIT.cooldownSeconds,
      VERIFICATION_NETWORK_LIMIT.maxSends,
      VERIFICATION_LINK_SECONDS,
      CHANGE_LINK_SECONDS,
      VERIFICATION_CODE.lifeSeconds,
      VERIFICATION_CODE.maxAttempts,
      RESET_PASSWORD_LIMIT.perLink,
      RESET_PASSWORD_LIMIT.perAccount,
      config.sessionLimits.maxSeconds,
      config.maxSessionsPerUser,
      MOST_DEVICES,
      config.rateLimitPerMinute,
      SHARES_OF_SITE,
      config.requestBudgets.sessionReads,
      config.requestBudgets.subjectReads,
      config.requestBudgets.sessionWrites,
      config.requestBudgets.subjectWrites,
      SPARE_REQUESTS,
      ...linePlaces(PASSWORD_LINE),
      ...linePlaces(BACKUP_CODE_LINE),
      ACCOUNT_LINE_LIMITS.atOnce,
      ACCOUNT_LINE_LIMITS.mostWaiting,
      ACCOUNT_LINE_LIMITS.waitSeconds,
      PASSWORD_LENGTH.least,
      createAdapter(config).getInstance().initialConfig.bodyLimit,
      MOST_REQUESTS_AT_ONCE,
    ];
  });

  it('has the numbers that are in force by default [ASVS 6.1.1]', () => {
    const rows = tableBelow('docs/flow.md', 'Limits');
    expect(rows.map(([, number]) => number)).toEqual(inForce.map(String));
  });

  it('has the windows that codes are counted in', () => {
    const text = readDocument('docs/flow.md');
    expect(text).toContain(`for one purpose in ${perSubject?.windowSeconds} seconds`);
    const hourly = ['binding', 'network', 'site', 'cap'] as const;
    const windows = new Set([
      ...hourly.map((scope) => signIn.get(scope)?.windowSeconds),
      spare?.windowSeconds,
      ...kept.map(({ windowSeconds }) => windowSeconds),
      ...(['address', 'network', 'site'] as const).map(
        (scope) => enrolment.get(scope)?.windowSeconds,
      ),
    ]);
    expect([...windows]).toEqual([3600]);
    expect(text.match(/^\| Codes .*in 3600 seconds/gm)).toHaveLength(9);
  });

  it('names the variable that has the number as its default', () => {
    const shown = tableBelow('docs/flow.md', 'Limits').filter(([, , name = '']) =>
      VARIABLE.test(name),
    );
    const names = shown.map(([, , name]) => name);
    const settings = SETTINGS.filter(({ name }) => names.includes(`\`${name}\``));
    expect(settings).toHaveLength(30);
    expect(new Map(shown.map(([, number, name]) => [name, number]))).toEqual(
      new Map(settings.map((entry) => [`\`${entry.name}\``, entry.default])),
    );
  });
});
