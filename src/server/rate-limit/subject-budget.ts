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
  /** Of one session, of one challenge, or of one network that signs in. */
  readonly ofCredential: number;
  /** Of all of one subject. */
  readonly ofSubject: number;
  /** Of one network, once all of the subject are used up; 0: none. */
  readonly ofNetwork: number;
}

/**
 * So many a network keeps of each kind by which somebody signs in, goes on or ends sessions, whatever others
 * ask for who have proven as much: whoever floods from many networks shuts no other one out.
 */
export const SPARE_REQUESTS = 6;

/** Counts what each subject asks for, whatever the address, where requests of addresses are counted. */
@Injectable()
export class SubjectBudget extends RequestBudget {
  private readonly limits: Readonly<Record<RequestKind, Limits>>;

  constructor(
    @InjectThrottlerStorage() private readonly storage: ThrottlerStorage,
    @Inject(ServerConfig) { requestBudgets }: Pick<ServerConfig, 'requestBudgets'>,
  ) {
    super();
    const { sessionReads, sessionWrites, subjectReads, subjectWrites } = requestBudgets;
    // A few sessions must not keep another one from ending them, nor a few logins another one.
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
    // What a session asks for beyond its own budget costs the other sessions nothing.
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
