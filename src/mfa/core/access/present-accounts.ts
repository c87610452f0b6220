import { Injectable, Optional } from '@nestjs/common';
import { MfaError } from '../../contract/errors.js';
import { type Subject } from '../../contract/handler.js';
import { AccountReading, type AccountQuery } from '../ports/account-reading.js';
import { HostPorts } from '../ports/host-ports.js';
import {
  type ChallengeRecord,
  ChallengeStore,
  type MethodSnapshot,
  MethodStore,
  type Transaction,
} from '../ports/stores.js';

/** An account as it is now. */
export interface PresentAccount {
  /** Null where there is none, or where the subject may not sign in. */
  readonly subject: Subject | null;
  readonly snapshot: MethodSnapshot;
  /** The open challenge that was asked for, or null. */
  readonly challenge: ChallengeRecord | null;
}

/** The methods of a subject who may sign in, and who that is. */
export interface SignedInAccount extends MethodSnapshot {
  readonly subject: Subject;
}

/** Reads accounts: in one statement where host and storage allow it, else one thing after the other. */
@Injectable()
export class PresentAccounts {
  constructor(
    private readonly host: HostPorts,
    private readonly methods: MethodStore,
    private readonly challenges: ChallengeStore,
    @Optional() private readonly reading?: AccountReading,
  ) {}

  /** @param transaction of the change; everything is read in it */
  async read(query: AccountQuery, transaction?: Transaction): Promise<PresentAccount> {
    const { row } = this.host.subjects;
    if (row === undefined || this.reading === undefined) return this.readApart(query, transaction);
    const { values, ...facts } = await this.reading.read(query, row, transaction);
    return { ...facts, subject: values && enabled(row.subjectOf(values)) };
  }

  /**
   * The account of somebody who is signed in.
   *
   * @param transaction as in {@link read}
   * @throws {MfaError} `token_not_valid` when the subject is gone or may not sign in any more
   */
  async signedIn(
    { subjectId }: Pick<AccountQuery, 'subjectId'>,
    transaction?: Transaction,
  ): Promise<SignedInAccount> {
    const { subject, snapshot } = await this.read({ subjectId }, transaction);
    if (subject === null) throw new MfaError('token_not_valid');
    return { ...snapshot, subject };
  }

  private async readApart(
    { subjectId, challenge: asked }: AccountQuery,
    transaction?: Transaction,
  ): Promise<PresentAccount> {
    const snapshot = await this.methods.read(subjectId, transaction);
    const subject = await this.host.subjects.find(subjectId, transaction);
    const challenge =
      asked === undefined
        ? null
        : await this.challenges.findOpen({ subjectId, id: asked.id }, asked.now);
    return { subject: subject && enabled(subject), snapshot, challenge };
  }
}

function enabled(subject: Subject): Subject | null {
  return subject.isEnabled ? subject : null;
}
