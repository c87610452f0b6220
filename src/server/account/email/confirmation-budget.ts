import { Injectable } from '@nestjs/common';
import {
  type ClientInfo,
  Clock,
  MfaError,
  networkAllowancesOf,
  type SendAllowance,
  SendBudgetStore,
} from '../../../mfa/index.js';
import { ConfirmationCounts } from './confirmation-counts.js';
import { VERIFICATION_LIMIT, VERIFICATION_NETWORK_LIMIT } from './email-verification-limits.js';

/** A mail that somebody who is signed in asks for. */
export interface ConfirmationRequest {
  /** What is counted for the account: a use and the user's id. */
  readonly account: string;
  readonly address: string;
  readonly client: ClientInfo;
}

/** Who pays for mails that confirm an address: the account and the network that ask for them. */
@Injectable()
export class ConfirmationBudget {
  constructor(
    private readonly counts: ConfirmationCounts,
    private readonly budgets: SendBudgetStore,
    private readonly clock: Clock,
  ) {}

  /** Takes one mail from the network alone. False if it has none left. */
  async takeOfNetwork(client: ClientInfo): Promise<boolean> {
    const { allowed } = await this.budgets.take(networkAllowances(client), this.clock.now());
    return allowed;
  }

  /**
   * Takes one mail from the account and the network, unless the address is full. Needs a connection of
   * its own, so call it before any transaction.
   *
   * @throws {MfaError} `send_too_soon` or `send_limit`
   */
  async take({ account: key, address, client }: ConfirmationRequest): Promise<void> {
    const now = this.clock.now();
    const fullUntil = await this.counts.fullUntil(address);
    if (fullUntil !== null) throw refusedUntil('send_limit', fullUntil, now);
    const account = { key, ...VERIFICATION_LIMIT };
    const verdict = await this.budgets.take([account, ...networkAllowances(client)], now);
    if (verdict.allowed) return;
    const code = verdict.reason === 'cooldown' ? 'send_too_soon' : 'send_limit';
    throw refusedUntil(code, verdict.until, now);
  }
}

function networkAllowances({ ip }: ClientInfo): SendAllowance[] {
  return networkAllowancesOf(ip, 'email-verification', VERIFICATION_NETWORK_LIMIT);
}

function refusedUntil(code: 'send_too_soon' | 'send_limit', until: Date, now: Date): MfaError {
  const detail =
    code === 'send_too_soon' ? 'A mail was sent a moment ago.' : 'Too many mails were sent.';
  const seconds = Math.ceil((until.getTime() - now.getTime()) / 1000);
  return new MfaError(code, { detail, retryAfterSeconds: Math.max(1, seconds) });
}
