import { Inject, Injectable } from '@nestjs/common';
import { InjectThrottlerStorage, type ThrottlerStorage } from '@nestjs/throttler';
import {
  type BudgetedRequest,
  MfaError,
  RequestBudget,
  type RequestKind,
  widestNetworkOf,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { type RequestCount } from './request-count.js';

/** Requests are counted by the minute. */
export const WINDOW_MILLISECONDS = 60_000;

/** Requests in a minute. */
interface Limits {
  /** Of one session, of one challenge, or of one network that signs in to the account. */
  readonly ofCredential: number;
  /** Of the whole subject. */
  readonly ofSubject: number;
  /** Of one network after the subject's limit is used up; 0: none. */
  readonly ofNetwork: number;
}

/**
 * Each network keeps this many requests of each kind that signs in, continues a login or ends
 * sessions, however many requests others make who have proven as much: a flood from many networks
 * shuts out no other network.
 */
export const SPARE_REQUESTS = 6;

/**
 * Counts the requests of each subject, from any address, in the storage that also counts the
 * requests of addresses.
 */
@Injectable()
export class SubjectBudget extends RequestBudget {
  private readonly limits: Readonly<Record<RequestKind, Limits>>;

  constructor(
    @InjectThrottlerStorage() private readonly storage: ThrottlerStorage,
    @Inject(ServerConfig) { requestBudgets }: Pick<ServerConfig, 'requestBudgets'>,
  ) {
    super();
    const { sessionReads, sessionWrites, subjectReads, subjectWrites } = requestBudgets;
    // A few sessions must not keep another from ending them, nor a few logins another login.
    const many = {
      ofCredential: sessionWrites,
      ofSubject: subjectReads,
      ofNetwork: SPARE_REQUESTS,
    };
    this.limits = {
      read: { ofCredential: sessionReads, ofSubject: subjectReads, ofNetwork: 0 },
      write: { ofCredential: sessionWrites, ofSubject: subjectWrites, ofNetwork: 0 },
      ending: many,
      renewal: many,
      login: many,
      login_step: many,
      step_up_step: many,
    };
  }

  async spend({ kind, subjectId: userId, credentialId, ip }: BudgetedRequest): Promise<void> {
    const { ofCredential, ofSubject, ofNetwork } = this.limits[kind];
    const subject = `${kind}:${userId}`;
    // Requests beyond a session's own budget do not count against its other sessions.
    if (credentialId !== null)
      refuseBlocked(await this.count(`credential:${subject}:${credentialId}`, ofCredential));
    const ofAll = await this.count(`subject:${subject}`, ofSubject);
    if (!ofAll.isBlocked || ofNetwork === 0) return refuseBlocked(ofAll);
    refuseBlocked(await this.count(`network:${subject}:${widestNetworkOf(ip)}`, ofNetwork));
  }

  private count(key: string, limit: number): Promise<RequestCount> {
    const [window, block] = [WINDOW_MILLISECONDS, WINDOW_MILLISECONDS];
    return this.storage.increment(key, window, limit, block, 'subject');
  }
}

/** @throws {MfaError} `rate_limited` */
function refuseBlocked({ isBlocked, timeToBlockExpire }: RequestCount): void {
  if (isBlocked) throw new MfaError('rate_limited', { retryAfterSeconds: timeToBlockExpire });
}
