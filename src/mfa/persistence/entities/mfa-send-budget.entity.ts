import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The recent sends that are charged to one key. */
@Entity('mfa_send_budgets')
@Index('mfa_send_budgets_window_started_at_idx', ['windowStartedAt'])
@Index('mfa_send_budgets_user_id_idx', ['subjectId'], { where: 'user_id IS NOT NULL' })
export class MfaSendBudgetEntity {
  /**
   * `subject:<user>:<purpose>`, `spare:<user>` or `binding:<user>:<keyed hash of an address>` (the
   * last two with the prefix `session-` for what a session asks for), `kept:<handler>:<network>`,
   * `address:<keyed hash>`, `own-address:<keyed hash>`, `network:<network or site>`,
   * `bound:<network or site>`, `total:<handler>:<slot>`, or a key of the host's own.
   */
  @PrimaryColumn('text')
  key!: string;

  /** Null where it belongs to no user. */
  @Column('text', { name: 'user_id', nullable: true })
  subjectId!: string | null;

  @Column('timestamptz', { name: 'window_started_at' })
  windowStartedAt!: Date;

  @Column('integer')
  sends!: number;

  /** Null when the last one failed, so that it can be tried again at once. */
  @Column('timestamptz', { name: 'last_sent_at', nullable: true })
  lastSentAt!: Date | null;
}
