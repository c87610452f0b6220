import { Injectable } from '@nestjs/common';
import sql, { type Sql } from 'sql-template-tag';
import { type Transaction } from '../../core/ports/stores.js';
import { type AuditFault, EventChainWalk, type StoredEvent } from './event-chain-walk.js';
import { HostDatabase } from '../database/host-database.js';
import { Statements, transactionOf } from '../database/statements.js';

/** The progress, and in the end the result, of a verification. */
export interface AuditProgress {
  /** Events checked so far. */
  readonly seen: number;
  /** Events to check. */
  readonly total: number;
  /** Users with a fault. */
  readonly broken: number;
}

/** The chains to verify, and the callbacks. */
export interface VerificationRequest {
  /** Absent: all users. */
  readonly subjectId?: string;
  /** Called with the first fault of each user. */
  readonly onFault: (fault: AuditFault) => void;
  /** Called after every page of events. */
  readonly onProgress: (progress: AuditProgress) => void;
}

/** A user whose chain has an end and no event. */
interface EndWithoutEvents {
  readonly subjectId: string;
}

const ROWS_PER_PAGE = 1000;

/**
 * Recomputes every chain of the audit from its start, and compares it with what is stored.
 *
 * It finds events that were changed, removed, inserted or moved, unless everything after them was
 * rewritten as well, end included. A rewritten chain shows against a hash kept elsewhere, as
 * consumers of events receive it.
 */
@Injectable()
export class AuditVerification {
  constructor(
    private readonly host: HostDatabase,
    private readonly statements: Statements,
  ) {}

  /** Reads one snapshot, page by page, so that concurrent writes do not look like faults. */
  run(request: VerificationRequest): Promise<AuditProgress> {
    return this.host.dataSource.transaction('REPEATABLE READ', (manager) =>
      this.verify(request, transactionOf(manager)),
    );
  }

  private async verify(
    request: VerificationRequest,
    transaction: Transaction,
  ): Promise<AuditProgress> {
    const walk = new EventChainWalk();
    let progress = { seen: 0, total: await this.count(request, transaction), broken: 0 };
    const note = (faults: readonly AuditFault[]) => {
      faults.forEach(request.onFault);
      progress = { ...progress, broken: progress.broken + faults.length };
    };
    for await (const events of this.pages(request, transaction)) {
      note(events.flatMap((event) => walk.step(event)));
      progress = { ...progress, seen: progress.seen + events.length };
      request.onProgress(progress);
    }
    note(walk.end());
    for await (const ends of this.pagesOfEnds(request, transaction)) note(ends.map(missingFirst));
    return progress;
  }

  private async count(
    { subjectId }: VerificationRequest,
    transaction: Transaction,
  ): Promise<number> {
    const [row] = await this.statements.rows<{ total: number }>(
      sql`SELECT count(*)::int AS total FROM mfa_events e WHERE ${isOf(subjectId)}`,
      transaction,
    );
    return row?.total ?? 0;
  }

  private async *pages({ subjectId }: VerificationRequest, transaction: Transaction) {
    let after = { subjectId: '', seq: '0' };
    for (;;) {
      const events: StoredEvent[] = await this.statements.rows<StoredEvent>(
        sql`SELECT e.user_id AS "subjectId", e.seq::text AS seq, e.id::text AS id,
            (extract(epoch FROM e.at) * 1000000)::bigint::text AS "atMicroseconds",
            e.type, e.factor, e.ip, e.user_agent AS "userAgent", e.hash,
            h.seq::text AS "headSeq", h.hash AS "headHash"
          FROM mfa_events e LEFT JOIN mfa_event_heads h ON h.user_id = e.user_id
          WHERE (e.user_id, e.seq) > (${after.subjectId}, ${after.seq}::bigint) AND ${isOf(subjectId)}
          ORDER BY e.user_id, e.seq LIMIT ${ROWS_PER_PAGE}`,
        transaction,
      );
      const last = events.at(-1);
      if (last === undefined) return;
      yield events;
      after = last;
    }
  }

  private async *pagesOfEnds({ subjectId }: VerificationRequest, transaction: Transaction) {
    let after = '';
    for (;;) {
      const ends: EndWithoutEvents[] = await this.statements.rows<EndWithoutEvents>(
        sql`SELECT h.user_id AS "subjectId" FROM mfa_event_heads h
          WHERE h.user_id > ${after} AND ${subjectId === undefined ? sql`true` : sql`h.user_id = ${subjectId}`}
            AND NOT EXISTS (SELECT 1 FROM mfa_events e WHERE e.user_id = h.user_id)
          ORDER BY h.user_id LIMIT ${ROWS_PER_PAGE}`,
        transaction,
      );
      const last = ends.at(-1);
      if (last === undefined) return;
      yield ends;
      after = last.subjectId;
    }
  }
}

function missingFirst({ subjectId }: EndWithoutEvents): AuditFault {
  return { subjectId, seq: 1, eventId: null, problem: 'event_missing' };
}

function isOf(subjectId: string | undefined): Sql {
  return subjectId === undefined ? sql`true` : sql`e.user_id = ${subjectId}`;
}
