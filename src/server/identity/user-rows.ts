import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { EmailTrust } from './email-trust.js';
import { User } from './user.entity.js';

/** Computed by the database, so that a misread time lets nobody sign in. */
const FACTS = { isEnabled: 'disabled_at IS NULL', isUnfrozen: 'frozen_at IS NULL' };

/**
 * Reads users by statements that are made once: they run so often that building them each time would
 * show.
 */
@Injectable()
export class UserRows {
  /** SQL expressions on the columns of `users`, by the properties of {@link userOf}. */
  readonly columns: Readonly<Record<string, string>>;
  /** `SELECT … FROM` of all {@link columns}. */
  readonly select: string;

  constructor(
    @InjectRepository(User) { metadata }: Repository<User>,
    private readonly trust: EmailTrust,
  ) {
    const named = metadata.columns.map(
      ({ databaseName, propertyName }) => [propertyName, `"${databaseName}"`] as const,
    );
    this.columns = { ...Object.fromEntries(named), ...FACTS };
    const selected = Object.entries(this.columns).map(
      ([name, expression]) => `${expression} AS "${name}"`,
    );
    this.select = `SELECT ${selected.join(', ')} FROM "${metadata.tableName}"`;
  }

  /** The user of a row with these columns. */
  userOf(row: object): User {
    return this.trust.judge(Object.assign(new User(), row));
  }
}
