import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which server cleans up, so that the others need not. At most one row. */
@Entity('clean_up_leases')
export class RetentionLease {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'clean_up_leases_pkey' })
  readonly name!: string;

  /** Made anew for each run. */
  @Column('uuid')
  readonly holder!: string;

  /** A server that dies while it cleans holds the lease until then. */
  @Column('timestamptz', { name: 'held_until' })
  readonly heldUntil!: Date;
}
