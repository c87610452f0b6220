import { Injectable } from '@nestjs/common';
import { type Actor, SubjectResolver } from '../access/actor.js';
import { BackupCodeIssuer, type IssuedBackupCodes } from './backup-code-issuer.js';
import { ChangeLog, type ChangeOccasion, revocationOf } from '../reversal/change-log.js';
import { MfaError, type ProblemCode, problemOnly } from '../../contract/errors.js';
import { type MfaEvent } from '../ports/events.js';
import { FreshProof } from '../access/fresh-proof.js';
import { type Subject } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { MethodCeremony } from '../ceremony/method-ceremony.js';
import { activeOf } from '../ceremony/policy.js';
import {
  type BackupCodeCount,
  BackupCodeStore,
  type MethodRecord,
  MethodStore,
  type Transaction,
} from '../ports/stores.js';

/** Refusals by one method after which the proof is tried with the next one. */
const MAY_BE_OF_ANOTHER: ReadonlySet<ProblemCode> = new Set([
  'invalid_code',
  'validation_failed',
  'attempts_exhausted',
  'method_locked',
  'method_not_found',
]);

/** Counts a subject's backup codes and replaces them. */
@Injectable()
export class BackupCodeService {
  constructor(
    private readonly actors: SubjectResolver,
    private readonly registry: HandlerRegistry,
    private readonly methods: MethodStore,
    private readonly store: BackupCodeStore,
    private readonly issuer: BackupCodeIssuer,
    private readonly ceremony: MethodCeremony,
    private readonly log: ChangeLog,
    private readonly freshProof: FreshProof,
  ) {}

  async count(actor: Actor): Promise<BackupCodeCount> {
    const subject = await this.actors.subjectOf(actor);
    return this.store.count(subject.id);
  }

  /**
   * Replaces the set, by the proof of any active method. The proof is judged by one method after the other
   * until one accepts it. Each refusal counts as a guess of the session. A failure that is no refusal ends
   * the search, because the proof may have been right.
   *
   * @returns the new codes, which are shown this once
   * @throws {MfaError} `method_not_found` without an active method, else the refusal by the primary method,
   * or the failure that ended the search
   */
  async regenerate(actor: Actor, proof: Record<string, unknown>): Promise<readonly string[]> {
    const subject = await this.actors.subjectOf(actor);
    const active = activeOf(await this.methods.list(subject.id)).filter(({ handler }) =>
      this.registry.has(handler),
    );
    let firstRefusal: MfaError | null = null;
    for (const method of active) {
      const outcome = await this.regenerateBy(method, subject, actor, proof);
      if (!(outcome instanceof MfaError)) return outcome;
      if (!MAY_BE_OF_ANOTHER.has(outcome.code)) throw outcome;
      firstRefusal ??= outcome;
    }
    throw firstRefusal ?? new MfaError('method_not_found');
  }

  private async regenerateBy(
    method: MethodRecord,
    subject: Subject,
    actor: Actor,
    proof: Record<string, unknown>,
  ): Promise<readonly string[] | MfaError> {
    const { client, sessionId } = actor;
    let drawn: IssuedBackupCodes | null = null;
    try {
      return await this.ceremony.prove(
        {
          subject,
          method,
          authenticatorId: null,
          purpose: 'manage',
          proof,
          acceptsBackupCode: false,
          client,
          sessionId,
          wrongProofDetail: 'Invalid code',
        },
        async ({ proof: { at } }) => {
          // The codes are kept when a lost race is repeated: drawing them waits in line.
          drawn ??= await this.issuer.draw({ subject, client }, at);
          const codes = drawn;
          const occasion = this.log.occasion({ actor, subject, factor: method.handler }, at);
          return {
            result: codes.shown,
            events: ['backup_codes_issued'],
            changeId: occasion.changeId,
            change: async (transaction) => {
              await this.freshProof.require(actor, transaction);
              return this.replace(occasion, codes, transaction);
            },
          };
        },
      );
    } catch (error) {
      return problemOnly(error);
    }
  }

  /**
   * The old set is logged: it comes back where its owner says that they made no new one. Whoever spends a
   * code locks the account, which this transaction holds: none is spent between the count and the deletion.
   */
  private async replace(
    occasion: ChangeOccasion,
    codes: IssuedBackupCodes,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    const { changeId } = occasion;
    const { id } = occasion.subject;
    const { remaining } = await this.store.count(id, transaction);
    const about = { kind: 'backup_codes' } as const;
    const type = 'backup_codes_issued' as const;
    const further = await this.log.record({ type }, { occasion, about }, transaction);
    await this.store.replaceAll(id, { ...codes, id: changeId }, transaction);
    return [...revocationOf(occasion, remaining), ...further];
  }
}
