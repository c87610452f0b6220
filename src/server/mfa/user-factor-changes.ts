import { Injectable } from '@nestjs/common';
import {
  entityManagerOf,
  type FactorChange,
  FactorChangeHook,
  MfaAccounts,
  MfaError,
  type MfaEvent,
  type MfaEventType,
  type Transaction,
} from '../../mfa/index.js';
import { UsersService } from '../identity/users.service.js';
import { FactorChangeEndings } from '../sessions/factor-change-endings.js';

/** Changes after which a passkey may be gone. */
const REMOVALS: readonly MfaEventType[] = [
  'method_deactivated',
  'method_deleted',
  'authenticator_removed',
];

/** What a change of factors means to a user of this server. */
@Injectable()
export class UserFactorChanges extends FactorChangeHook {
  constructor(
    private readonly endings: FactorChangeEndings,
    private readonly users: UsersService,
    private readonly accounts: MfaAccounts,
  ) {
    super();
  }

  onFactorChange(change: FactorChange, transaction: Transaction): Promise<readonly MfaEvent[]> {
    return this.endings.onFactorChange(change, transaction);
  }

  /**
   * Keeps the last way in of a user without a password.
   *
   * @throws {MfaError} `delete_last_forbidden`
   */
  override async afterFactorChange(
    { type, subject }: FactorChange,
    transaction: Transaction,
  ): Promise<void> {
    if (!REMOVALS.includes(type)) return;
    const user = await this.users.findById(subject.id, entityManagerOf(transaction));
    if (user?.hasPasskeysAlone !== true) return;
    if ((await this.accounts.countPasskeys(subject.id, transaction)) > 0) return;
    throw new MfaError('delete_last_forbidden', {
      detail: 'Without a password, this passkey is the last way into the account.',
    });
  }
}
