import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What was sent lately to one address, or to one user for one purpose. */
@Entity('mfa_send_budgets')
@Index('mfa_send_budgets_window_started_at_idx', ['windowStartedAt'])
export class MfaSendBudgetEntity {
  /** `subject:<user>:<purpose>` or `address:<keyed hash>`. */
  @PrimaryColumn('text')
  key!: string;

  @Column('timestamptz', { name: 'window_started_at' })
  windowStartedAt!: Date;

  @Column('integer')
  sends!: number;

  /** Null when the last one failed, so that it can be tried again at once. */
  @Column('timestamptz', { name: 'last_sent_at', nullable: true })
  lastSentAt!: Date | null;
}
