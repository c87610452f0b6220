import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('users')
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  email!: string;

  /** Salt and derived key, both in hexadecimal, with a colon between. */
  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  /** Counts the changes of the password. */
  @Column('integer', { name: 'password_version', default: 1 })
  passwordVersion!: number;

  @Column('boolean', { name: 'is_blocked', default: false })
  isBlocked!: boolean;
}
