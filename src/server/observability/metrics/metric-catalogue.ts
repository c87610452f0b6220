import { type MfaEventType } from '../../../mfa/index.js';

/**
 * The server's own metrics, listed in `docs/observability.md`. Labels have few values: route
 * patterns, names of configured factors, codes of the problem catalogue.
 */
export const METRICS = {
  seconds: {
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
  },
  outcomes: {
    name: 'mfa_outcomes_total',
    help: 'Requests by route, by the factor that something happened with, and by problem code or ok.',
    labelNames: ['route', 'factor', 'code'],
  },
  challenges: {
    name: 'mfa_challenges_total',
    help: 'Second factors that were asked for, passed, failed, or given up.',
    labelNames: ['factor', 'result'],
  },
  locks: {
    name: 'mfa_locks_total',
    help: 'Locks after too many wrong codes, of a method, of all second factors, or of a session.',
    labelNames: ['factor', 'scope'],
  },
  sends: {
    name: 'mfa_sends_total',
    help: 'Codes that were sent, or could not be.',
    labelNames: ['factor', 'result'],
  },
  sendsRefused: {
    name: 'mfa_sends_refused_total',
    help: 'Codes that were not sent because of a limit: the cool-down, whose limit it is, or the cap of the factor.',
    labelNames: ['factor', 'reason'],
  },
  outbox: {
    name: 'mfa_outbox_deliveries',
    help: 'Mails and webhooks about events that wait or were given up, in the whole database; up to 10000.',
    labelNames: ['state'],
  },
  poolConnections: {
    name: 'db_pool_connections',
    help: 'Connections to the database that this process holds.',
    labelNames: ['state'],
  },
  poolMost: {
    name: 'db_pool_connections_max',
    help: 'Connections to the database that this process may hold.',
    labelNames: [],
  },
  poolWaiting: {
    name: 'db_pool_waiting',
    help: 'Statements that wait for a connection.',
    labelNames: [],
  },
  clockAhead: {
    name: 'clock_ahead_seconds',
    help: "By how much the machine's clock is ahead of the database's, whose time is used.",
    labelNames: [],
  },
} as const;

/** The metric and the labels under which an event is counted. */
export interface CountedEvent {
  readonly metric: 'challenges' | 'locks' | 'sends';
  readonly labels: Readonly<Record<string, string>>;
}

/** The events that are counted. All others show in the outcomes of their routes. */
export const COUNTED_EVENTS: ReadonlyMap<MfaEventType, CountedEvent> = new Map([
  ['login_challenged', { metric: 'challenges', labels: { result: 'asked' } }],
  ['second_factor_succeeded', { metric: 'challenges', labels: { result: 'passed' } }],
  ['second_factor_failed', { metric: 'challenges', labels: { result: 'failed' } }],
  ['login_cancelled', { metric: 'challenges', labels: { result: 'cancelled' } }],
  ['method_locked', { metric: 'locks', labels: { scope: 'method' } }],
  ['account_locked', { metric: 'locks', labels: { scope: 'account' } }],
  ['session_locked', { metric: 'locks', labels: { scope: 'session' } }],
  ['code_sent', { metric: 'sends', labels: { result: 'sent' } }],
  ['code_not_sent', { metric: 'sends', labels: { result: 'failed' } }],
]);
