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
  /** Leads the key, so that all rows of a user lie together. */
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

  /** What the present refresh token is made of beside its key, in base64url. */
  @Column('text', { name: 'refresh_salt' })
  readonly refreshSalt!: string;

  /** The key of the ring that the present refresh token is made by. */
  @Column('text', { name: 'refresh_key_id' })
  readonly refreshKeyId!: string;

  /** The salt of the token just before the present one; null: there was none. */
  @Column('text', { name: 'former_refresh_salt', nullable: true })
  readonly formerRefreshSalt!: string | null;

  /** When the tokens before the present one were spent, the latest first; those of long ago are dropped. */
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

  /** {@link User.credentialsVersion} that the session stands on: with another one it is over. */
  @Column('uuid', { name: 'credentials_version' })
  readonly credentialsVersion!: string;

  /** Each proof that was given in it, as {@link storedProofs} writes them. */
  @Column('jsonb')
  readonly proofs!: unknown;

  /** Another one after each proof: an access token from before it is refused. */
  @Column('uuid', { name: 'proof_id' })
  readonly proofId!: string;

  /** Whether the sign-in took no second factor. */
  @Column('boolean', { name: 'began_by_first_factor' })
  readonly beganByFirstFactor!: boolean;

  /** The number of its user's last event before it began: a trigger writes it, and no clock. */
  @Column('bigint', { name: 'began_after_seq' })
  readonly beganAfterSeq!: string;

  @Column('timestamptz', { name: 'created_at' })
  readonly createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  readonly lastUsedAt!: Date;

  /** When the present refresh token ends. */
  @Column('timestamptz', { name: 'expires_at' })
  readonly expiresAt!: Date;

  /** Null while the session lives. */
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  readonly endedAt!: Date | null;

  /** From where the sign-in came; null when not known. */
  @Column('text', { nullable: true })
  readonly ip!: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  readonly userAgent!: string | null;
}
