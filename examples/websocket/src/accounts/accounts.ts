import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const KEY_BYTES = 32;

/** Nobody's: an unknown name costs as much time as a wrong password. */
const NOBODYS_HASH = `${'0'.repeat(32)}:${'0'.repeat(2 * KEY_BYTES)}`;

export interface User {
  readonly id: string;
  readonly name: string;
}

/** One signed-in client: whoever has the token whose hash is here. */
export interface Session {
  readonly tokenHash: string;
  readonly userId: string;
  readonly amr: string[];
  readonly provenAt: Date;
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

/** Users with passwords, and sessions with opaque tokens. The tables have hashes of both. */
@Injectable()
export class Accounts {
  constructor(private readonly dataSource: DataSource) {}

  async register(name: string, password: string): Promise<void> {
    const salt = randomBytes(16);
    const key = await derive(password, salt, KEY_BYTES);
    const hash = `${salt.toString('hex')}:${key.toString('hex')}`;
    await this.dataSource.query('INSERT INTO users (name, password_hash) VALUES ($1, $2)', [
      name,
      hash,
    ]);
  }

  async find(id: string): Promise<User | null> {
    const sql = 'SELECT id, name FROM users WHERE id = $1';
    const [user = null] = await this.dataSource.query<User[]>(sql, [id]);
    return user;
  }

  async checkPassword(name: string, password: string): Promise<User | null> {
    const sql = 'SELECT id, name, password_hash AS hash FROM users WHERE name = $1';
    const [user] = await this.dataSource.query<(User & { hash: string })[]>(sql, [name]);
    const [salt = '', key = ''] = (user?.hash ?? NOBODYS_HASH).split(':');
    const derived = await derive(password, Buffer.from(salt, 'hex'), KEY_BYTES);
    const isRight = timingSafeEqual(derived, Buffer.from(key, 'hex'));
    return user !== undefined && isRight ? { id: user.id, name: user.name } : null;
  }

  /** A token, and the hash under which its session will be found. */
  drawToken(): { readonly token: string; readonly tokenHash: string } {
    const token = randomBytes(32).toString('base64url');
    return { token, tokenHash: hashOf(token) };
  }

  async findSession(token: string): Promise<Session | null> {
    const sql = `
      SELECT token_hash AS "tokenHash", user_id AS "userId", amr, proven_at AS "provenAt"
      FROM sessions WHERE token_hash = $1`;
    const [session = null] = await this.dataSource.query<Session[]>(sql, [hashOf(token)]);
    return session;
  }

  async endSession(tokenHash: string): Promise<void> {
    await this.dataSource.query('DELETE FROM sessions WHERE token_hash = $1', [tokenHash]);
  }
}
