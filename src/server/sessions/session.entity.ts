import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { User } from '../identity/user.entity.js';

/** One sign-in, kept alive by its refresh token until it ends. */
@Entity('sessions')
@Index('sessions_expires_at_idx', ['expiresAt'])
@Index('sessions_live_idx', ['userId', 'lastUsedAt', 'id'], { where: 'ended_at IS NULL' })
export class Session {
  /** Leads the key, so that the rows of a user are adjacent in the index. */
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'sessions_pkey' })
  readonly userId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  readonly id!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'sessions_user_id_fkey' })
  readonly user?: Relation<User>;

  /** The number of the present refresh token: the first is 1. */
  @Column('integer', { name: 'refresh_generation' })
  readonly refreshGeneration!: number;

  /** The salt of the present refresh token, in base64url. */
  @Column('text', { name: 'refresh_salt' })
  readonly refreshSalt!: string;

  /** The id of the ring's key that the present refresh token is made with. */
  @Column('text', { name: 'refresh_key_id' })
  readonly refreshKeyId!: string;

  /** The salt of the previous token; null if there was none. */
  @Column('text', { name: 'former_refresh_salt', nullable: true })
  readonly formerRefreshSalt!: string | null;

  /** When the earlier tokens were spent, latest first; old times are dropped. */
  @Column('timestamptz', {
    name: 'refresh_spent_at',
    array: true,
    default: () => `'{}'`,
    select: false,
  })
  readonly refreshSpentAt?: Date[];

  /** The type and the `id` of the first factor of the sign-in, as `type:id`. */
  @Column('text')
  readonly provider!: string;

  /** The {@link User.credentialsVersion} of the session: when the user's differs, the session is over. */
  @Column('uuid', { name: 'credentials_version' })
  readonly credentialsVersion!: string;

  /** All proofs given in it, as {@link storedProofs} writes them. */
  @Column('jsonb')
  readonly proofs!: unknown;

  /** Changes with each proof: access tokens from before it are refused. */
  @Column('uuid', { name: 'proof_id' })
  readonly proofId!: string;

  /** Whether the sign-in took no second factor. */
  @Column('boolean', { name: 'began_by_first_factor' })
  readonly beganByFirstFactor!: boolean;

  /** The number of its user's last event before it began. A trigger writes it, so no clock is involved. */
  @Column('bigint', { name: 'began_after_seq' })
  readonly beganAfterSeq!: string;

  @Column('timestamptz', { name: 'created_at' })
  readonly createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  readonly lastUsedAt!: Date;

  /** When the present refresh token expires. */
  @Column('timestamptz', { name: 'expires_at' })
  readonly expiresAt!: Date;

  /** When the session was ended; null if it was not. It may have expired. */
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  readonly endedAt!: Date | null;

  /** The address of the sign-in; null if unknown. */
  @Column('text', { nullable: true })
  readonly ip!: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  readonly userAgent!: string | null;
}
