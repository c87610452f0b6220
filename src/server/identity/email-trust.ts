import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntitySubscriberInterface } from 'typeorm';
import { ServerConfig } from '../config/server-config.js';
import { type EmailStanding, User } from './user.entity.js';

/** Sets `emailStanding` on every user that is read. Only this class knows the setting. */
@Injectable()
export class EmailTrust implements EntitySubscriberInterface<User> {
  constructor(
    @InjectDataSource() database: DataSource,
    private readonly config: ServerConfig,
  ) {
    database.subscribers.push(this);
  }

  listenTo(): typeof User {
    return User;
  }

  /** For users that TypeORM reads. */
  afterLoad(user: User): void {
    this.judge(user);
  }

  /** For a user made or read in another way. @returns the same user */
  judge(user: User): User {
    user.emailStanding = this.standingOf(user);
    return user;
  }

  /** Whether this server asks people to confirm their addresses. */
  get isAsked(): boolean {
    return this.config.emailVerification !== 'off';
  }

  private standingOf({ emailVerifiedAt }: User): EmailStanding {
    if (!this.isAsked) return 'unasked';
    return emailVerifiedAt === null ? 'unconfirmed' : 'confirmed';
  }
}
