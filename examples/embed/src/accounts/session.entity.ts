import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One signed-in browser: whoever has the token whose hash is here. */
@Entity('sessions')
export class Session {
  /** SHA-256 of the token, in hexadecimal. */
  @PrimaryColumn('text', { name: 'token_hash' })
  tokenHash!: string;

  @Column('integer', { name: 'user_id' })
  userId!: number;

  /** What was proven at the sign-in: `pwd`, and with a second factor `mfa`. */
  @Column('text', { array: true })
  amr!: string[];

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;
}
