import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Session } from './session.entity.js';

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

/** Opaque tokens: the table has their hashes, the browser has them. */
@Injectable()
export class Sessions {
  constructor(@InjectRepository(Session) private readonly sessions: Repository<Session>) {}

  /** A token, and the hash under which a session will be found by it. */
  draw(): { readonly token: string; readonly tokenHash: string } {
    const token = randomBytes(32).toString('base64url');
    return { token, tokenHash: hashOf(token) };
  }

  /** The session that a header `Authorization: Bearer …` names; undefined without such a header. */
  async findByHeader(authorization: string | undefined): Promise<Session | null | undefined> {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    return this.sessions.findOneBy({ tokenHash: hashOf(token) });
  }
}
