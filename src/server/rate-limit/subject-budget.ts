import { Injectable } from '@nestjs/common';
import { InjectThrottlerStorage, type ThrottlerStorage } from '@nestjs/throttler';
import {
  type BudgetedRequest,
  MfaError,
  RequestBudget,
  type RequestKind,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { WINDOW_MILLISECONDS } from './window.js';

/** Requests in a minute. */
interface Limits {
  /** Of one session, of one challenge, or of one network that signs in. */
  readonly ofCredential: number;
  /** Of all of one subject. */
  readonly ofSubject: number;
}

/** Counts what each subject asks for, whatever the address, where requests of addresses are counted. */
@Injectable()
export class SubjectBudget extends RequestBudget {
  private readonly limits: Readonly<Record<RequestKind, Limits>>;

  constructor(
    @InjectThrottlerStorage() private readonly storage: ThrottlerStorage,
    { requestBudgets }: ServerConfig,
  ) {
    super();
    const { sessionReads, sessionWrites, subjectReads, subjectWrites } = requestBudgets;
    // A few sessions must not keep another one from ending them, nor a few logins another one.
    const many = { ofCredential: sessionWrites, ofSubject: subjectReads };
    this.limits = {
      read: { ofCredential: sessionReads, ofSubject: subjectReads },
      write: { ofCredential: sessionWrites, ofSubject: subjectWrites },
      ending: many,
      renewal: many,
      login_step: many,
      step_up_step: many,
    };
  }

  async spend({ kind, subjectId, credentialId }: BudgetedRequest): Promise<void> {
    const { ofCredential, ofSubject } = this.limits[kind];
    const subject = `${kind}:${subjectId}`;
    // What a session asks for beyond its own budget costs the other sessions nothing.
    if (credentialId !== null)
      await this.take(`credential:${subject}:${credentialId}`, ofCredential);
    await this.take(`subject:${subject}`, ofSubject);
  }

  private async take(key: string, limit: number): Promise<void> {
    const [window, block] = [WINDOW_MILLISECONDS, WINDOW_MILLISECONDS];
    const count = await this.storage.increment(key, window, limit, block, 'subject');
    if (!count.isBlocked) return;
    throw new MfaError('rate_limited', { retryAfterSeconds: count.timeToBlockExpire });
  }
}
