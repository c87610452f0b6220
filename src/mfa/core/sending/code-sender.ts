import { Injectable, Logger } from '@nestjs/common';
import { Clock, secondsUntil } from '../../contract/clock.js';
import { reasonOf } from '../../contract/reason-of.js';
import { MfaOptions } from '../options/mfa.options.js';
import { MfaError, problemOnly } from '../../contract/errors.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type MfaEventType } from '../ports/events.js';
import { type Delivery, type Subject } from '../../contract/handler.js';
import { KeyRing } from '../keys/key-ring.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { SendBudgetStore, type TakenSend } from './send-budgets.js';
import {
  keptAllowancesOf,
  type SendCause,
  sendAllowancesOf,
  spareAllowancesOf,
} from './send-policy.js';
import { SendRefusals } from './send-refusals.js';
import { type ChallengePurpose } from '../ports/challenge-purpose.js';

/** Who is sent a code, and for what. */
export interface DispatchContext {
  readonly subject: Subject;
  readonly purpose: ChallengePurpose;
  /** The handler's name. */
  readonly factor: string;
  readonly client: ClientInfo;
  /**
   * Whether the subject has confirmed the address before. Absent: true, except for an enrolment.
   */
  readonly isBound?: boolean;
}

/** A code to send, and what is stored before it is sent. */
export interface SendRequest<T> {
  /** Undefined: nothing is sent. */
  readonly delivery: Delivery | undefined;
  readonly context: DispatchContext;
  /**
   * Stores and commits what the code is checked against.
   *
   * @param isAllowed whether the budgets allow the code to be sent
   */
  readonly store: (isAllowed: boolean) => Promise<T>;
  /**
   * Deletes the part of what was stored that only the answer shows, after a failed send. The rest stays:
   * a code may arrive although its gateway reports a failure, and then confirms it.
   */
  readonly withdraw?: (stored: T) => Promise<void>;
}

/** What was stored, and why its code was not sent. `failure` is null when it was, or when there was none. */
export interface SendResult<T> {
  readonly stored: T;
  readonly failure: MfaError | null;
}

/** A send that the budgets allow and that is not made yet. */
interface Reservation {
  readonly delivery: Delivery;
  readonly context: DispatchContext;
  readonly taken: TakenSend;
}

/** Sends the codes of handlers within the budgets of sending. */
@Injectable()
export class CodeSender {
  private readonly logger = new Logger(CodeSender.name);

  constructor(
    private readonly budgets: SendBudgetStore,
    private readonly events: EventRecorder,
    private readonly refusals: SendRefusals,
    private readonly keys: KeyRing,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes one send from the budgets, stores what the code is checked against, and sends the code.
   *
   * @returns what was stored
   * @throws {MfaError} `send_too_soon` or `send_limit`, with nothing stored; `delivery_failed`
   */
  async send<T>(request: SendRequest<T>): Promise<T> {
    const reservation = await this.reserve(request);
    const stored = await this.whileReserved(reservation, () => request.store(true));
    try {
      await this.deliver(reservation);
    } catch (error) {
      const { context, withdraw } = request;
      const left = `What was stored for a code of ${context.factor} that was not sent stays`;
      await this.orLog(async () => withdraw?.(stored), left);
      throw error;
    }
    return stored;
  }

  /** As {@link send}, but also stores when the budgets refuse the code, and returns the reason. */
  async trySend<T>(request: SendRequest<T>): Promise<SendResult<T>> {
    const reserved = await this.reserve(request).catch(problemOnly);
    if (reserved instanceof MfaError) {
      return { stored: await request.store(false), failure: reserved };
    }
    const stored = await this.whileReserved(reserved, () => request.store(true));
    const failure = (await this.deliver(reserved).catch(problemOnly)) ?? null;
    return { stored, failure };
  }

  /** Called before the store, so that a refused code replaces no older one. Null: nothing is sent. */
  private async reserve({
    delivery,
    context,
  }: Pick<SendRequest<unknown>, 'delivery' | 'context'>): Promise<Reservation | null> {
    if (delivery === undefined) return null;
    const now = this.clock.now();
    const { allowances, verdict } = await this.take(this.causeOf(delivery, context), now);
    if (verdict.allowed) return { delivery, context, taken: verdict.taken };
    const { key, reason, until } = verdict;
    for (const allowance of allowances.filter((one) => one.key === key)) {
      this.refusals.tell({ factor: context.factor, reason, allowance });
    }
    throw new MfaError(reason === 'cooldown' ? 'send_too_soon' : 'send_limit', {
      retryAfterSeconds: secondsUntil(until, now),
    });
  }

  /** Gives the send back when `store` throws, because nothing is sent then. */
  private async whileReserved<T>(
    reservation: Reservation | null,
    store: () => Promise<T>,
  ): Promise<T> {
    let isStored = false;
    try {
      const stored = await store();
      isStored = true;
      return stored;
    } finally {
      if (!isStored && reservation !== null) {
        const { context, taken } = reservation;
        const left = `A ${context.factor} code that is not sent stays counted`;
        await this.orLog(() => this.budgets.giveBack(taken), left);
      }
    }
  }

  /** @throws {MfaError} `delivery_failed` */
  private async deliver(reservation: Reservation | null): Promise<void> {
    if (reservation === null) return;
    const { delivery, context } = reservation;
    try {
      await delivery.send();
    } catch (cause) {
      this.logger.warn(`A ${context.factor} code could not be sent. Reason: ${reasonOf(cause)}`);
      await this.noteFailure(reservation);
      throw new MfaError('delivery_failed', {}, { cause });
    }
    const left = `A code of ${context.factor} was sent, and that is not recorded`;
    await this.orLog(() => this.record('code_sent', context), left);
  }

  private async noteFailure({ context, taken }: Reservation): Promise<void> {
    const { factor } = context;
    await this.orLog(
      () => this.budgets.release(taken),
      `The cool-down of a ${factor} code that was not sent goes on`,
    );
    await this.orLog(
      () => this.record('code_not_sent', context),
      `That a ${factor} code was not sent is not recorded`,
    );
  }

  /** Logs a failure of the work instead of throwing it: it must hide neither a success nor an earlier error. */
  private async orLog(work: () => Promise<void>, left: string): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.logger.error(`${left}: ${reasonOf(error)}`);
    }
  }

  private async take(cause: SendCause, now: Date) {
    const allowances = sendAllowancesOf(this.options, cause);
    const verdict = await this.budgets.take(allowances, now);
    if (verdict.allowed) return { allowances, verdict };
    const kept = keptAllowancesOf(this.options, cause, verdict.key);
    if (kept !== null) {
      const onKept = await this.budgets.take(kept, now);
      // The cap is the reason to report, also when the network has used its part of the reserve.
      const isOfNetwork = !onKept.allowed && onKept.key !== verdict.key;
      return isOfNetwork ? { allowances, verdict } : { allowances: kept, verdict: onKept };
    }
    const spare = spareAllowancesOf(allowances, cause, verdict.key);
    if (spare === null) return { allowances, verdict };
    return { allowances: spare, verdict: await this.budgets.take(spare, now) };
  }

  /** Addresses are counted under every key of the ring, so that a new key resets no budget. */
  private causeOf(delivery: Delivery, context: DispatchContext): SendCause {
    const { subject, purpose, factor, client, isBound = purpose !== 'enrol' } = context;
    const own = alike(Object.values(subject.addresses));
    const addresses = alike(delivery.addresses);
    const tagsOf = (some: readonly string[]) =>
      some.flatMap((address) => this.keys.tags('send-address', address));
    return {
      subjectId: subject.id,
      purpose,
      factor,
      isBound,
      addressTags: tagsOf(addresses),
      ownAddressTags: tagsOf(addresses.filter((address) => own.includes(address))),
      ip: client.ip,
    };
  }

  private async record(type: MfaEventType, context: DispatchContext): Promise<void> {
    const { subject, factor, client } = context;
    const event = { type, subject, factor, client, at: this.clock.now() };
    await this.events.record([event]);
  }
}

/** The addresses in lower case, without duplicates. */
function alike(addresses: readonly string[]): string[] {
  return [...new Set(addresses.map((address) => address.toLowerCase()))];
}
