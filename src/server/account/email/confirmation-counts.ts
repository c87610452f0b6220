import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { addSeconds, Clock, KeyRing } from '../../../mfa/index.js';
import { CONFIRMATION_LIMIT } from './email-verification-limits.js';

/** Accounts that share nothing but the address count their mails to it one after the other. */
const LOCK_ADDRESS = `
  SELECT pg_advisory_xact_lock(hashtextextended('confirmations of ' || $1::text, 0))`;

const COUNT = `
  SELECT count(*)::int AS mails, min(sent_at) AS "firstAt" FROM email_confirmations
  WHERE address_tag = ANY($1) AND sent_at > $2 AND id IS DISTINCT FROM $3`;

/** Redates to now what a fast clock has counted. */
const REDATE = `
  UPDATE email_confirmations SET sent_at = $2 WHERE address_tag = ANY($1) AND sent_at > $2`;

const ADD = `
  INSERT INTO email_confirmations (id, address_tag, sent_at) VALUES ($1, $2, $3)
  ON CONFLICT (id) DO NOTHING`;

const ANSWERED = `DELETE FROM email_confirmations WHERE address_tag = ANY($1)`;

/** Counts the unanswered mails to an address, over all accounts that have given it. */
@Injectable()
export class ConfirmationCounts {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts one mail; another try of a delivery counts once.
   *
   * @param manager of a transaction, whose last lock this takes
   * @returns false if the address has reached its limit: then nothing is counted
   */
  async take(address: string, deliveryId: string, manager: EntityManager): Promise<boolean> {
    const tags = this.tagsOf(address);
    await manager.query(LOCK_ADDRESS, [tags[0]]);
    const { mails } = await this.count(manager, tags, deliveryId);
    if (mails >= CONFIRMATION_LIMIT.maxMails) return false;
    await manager.query(ADD, [deliveryId, tags[0], this.clock.now()]);
    return true;
  }

  /** Until when the address gets no further mail; null if it may get one. */
  async fullUntil(address: string): Promise<Date | null> {
    const { mails, firstAt } = await this.count(this.database, this.tagsOf(address), null);
    if (mails < CONFIRMATION_LIMIT.maxMails || firstAt === null) return null;
    return addSeconds(firstAt, CONFIRMATION_LIMIT.windowSeconds);
  }

  /** Forgets the mails to an address that its owner has confirmed. */
  async forget(address: string, manager: EntityManager): Promise<void> {
    await manager.query(ANSWERED, [this.tagsOf(address)]);
  }

  /** The first tag is stored; counts look for all of them, so that a new key forgets nothing. */
  private tagsOf(address: string): string[] {
    return this.keyRing.tags('send-address', address.toLowerCase());
  }

  /** @param except the delivery at hand */
  private async count(
    database: DataSource | EntityManager,
    tags: readonly string[],
    except: string | null,
  ): Promise<MailCount> {
    const now = this.clock.now();
    await database.query(REDATE, [tags, now]);
    const since = addSeconds(now, -CONFIRMATION_LIMIT.windowSeconds);
    const [count] = await database.query<MailCount[]>(COUNT, [tags, since, except]);
    return count ?? { mails: 0, firstAt: null };
  }
}

interface MailCount {
  readonly mails: number;
  readonly firstAt: Date | null;
}
