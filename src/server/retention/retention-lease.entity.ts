import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The lease of the server that runs retention, so that the others need not. At most one row. */
@Entity('clean_up_leases')
export class RetentionLease {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'clean_up_leases_pkey' })
  readonly name!: string;

  /** A new one for each run. */
  @Column('uuid')
  readonly holder!: string;

  /** A server that dies during a run holds the lease until then. */
  @Column('timestamptz', { name: 'held_until' })
  readonly heldUntil!: Date;
}
