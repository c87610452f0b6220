import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Session } from './session.entity.js';

/** Of a name that browsers take over https alone, for this host alone. */
export const SESSION_COOKIE = '__Host-session';

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

/** Opaque tokens: the table has their hashes, the browser has them in a cookie. */
@Injectable()
export class Sessions {
  constructor(@InjectRepository(Session) private readonly sessions: Repository<Session>) {}

  /** A token, and the hash under which a session will be found by it. */
  draw(): { readonly token: string; readonly tokenHash: string } {
    const token = randomBytes(32).toString('base64url');
    return { token, tokenHash: hashOf(token) };
  }

  /** The session that a header `Cookie` names; null where it names none. */
  async findByCookie(header: string | undefined): Promise<Session | null> {
    const cookies = (header ?? '').split('; ').map((cookie) => cookie.split('='));
    const [, token] = cookies.find(([name]) => name === SESSION_COOKIE) ?? [];
    if (token === undefined) return null;
    return this.sessions.findOneBy({ tokenHash: hashOf(token) });
  }
}
