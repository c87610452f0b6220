import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AuditTrail, type ClientInfo, widestNetworkOf } from '../../mfa/index.js';
import { type AccountOccasion, accountEvent } from '../identity/account-event.js';
import { lockUser } from '../identity/lock-user.js';

const HOUR_MILLISECONDS = 3_600_000;

/** Networks with a line of their own in one hour of one user; all others share one. */
export const FAILURE_NETWORKS = 5;

/** The line that all other networks share. */
const FURTHER = '';
const NOBODY: ClientInfo = { ip: null, userAgent: null };

/** Locks only its own row: no request of the user waits for a stranger. */
const COUNT_ON = `
  UPDATE login_failures f SET times = f.times + 1
  WHERE f.user_id = $1 AND f.hour = $2 AND f.network = (
    SELECT network FROM login_failures
    WHERE user_id = $1 AND hour = $2 AND network IN ($3, '${FURTHER}')
    ORDER BY network DESC LIMIT 1)`;

const COUNT_NETWORKS = `
  SELECT count(*)::int AS networks FROM login_failures WHERE user_id = $1 AND hour = $2`;

const BEGIN = `
  INSERT INTO login_failures (user_id, hour, network, times, event_seq)
  VALUES ($1, $2, $3, 1, $4)`;

const TIMES_OF = `
  SELECT event_seq AS seq, times FROM login_failures
  WHERE user_id = $1 AND event_seq = ANY ($2::bigint[])`;

/**
 * Refused sign-ins before a first factor is proven. Strangers can cause any number of them, so the audit
 * has one line for each network and hour, and a few lines in each hour; the log counts the others.
 */
@Injectable()
export class LoginFailureLog {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly audit: AuditTrail,
  ) {}

  /** Counts a refusal, and records the first one of its line. Listeners receive every refusal. */
  async note({ user, client, at }: AccountOccasion): Promise<void> {
    const hour = new Date(Math.floor(at.getTime() / HOUR_MILLISECONDS) * HOUR_MILLISECONDS);
    const network = widestNetworkOf(client.ip);
    const event = accountEvent('login_failed', { user, client, at });
    const key = [user.id, hour, network];
    if (!(await this.countOn(this.database, key))) {
      await this.database.transaction(async (manager) => {
        // Lines of one user begin one after the other, so that their number keeps to the limit.
        await lockUser(user.id, manager);
        if (await this.countOn(manager, key)) return;
        const [begun] = await manager.query<{ networks: number }[]>(COUNT_NETWORKS, [
          user.id,
          hour,
        ]);
        const isFull = (begun?.networks ?? 0) >= FAILURE_NETWORKS;
        const line = isFull ? { ...event, client: NOBODY } : event;
        await this.audit.record([line], manager);
        const seq = await this.audit.lastSeq(user.id, manager);
        await manager.query(BEGIN, [user.id, hour, isFull ? FURTHER : network, seq]);
      });
    }
    this.audit.tell([event]);
  }

  /** The number of refusals of each line, by the sequence number of its event. */
  async timesOf(userId: string, seqs: readonly number[]): Promise<ReadonlyMap<number, number>> {
    if (seqs.length === 0) return new Map();
    const rows = await this.database.query<{ seq: string; times: number }[]>(TIMES_OF, [
      userId,
      seqs,
    ]);
    return new Map(rows.map(({ seq, times }) => [Number(seq), times]));
  }

  private async countOn(
    database: Pick<DataSource, 'query'>,
    key: readonly unknown[],
  ): Promise<boolean> {
    const [, counted] = await database.query<[unknown[], number]>(COUNT_ON, [...key]);
    return counted === 1;
  }
}
