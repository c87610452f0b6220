import { Injectable } from '@nestjs/common';
import {
  entityManagerOf,
  SubjectDirectory,
  type SubjectRow,
  type Transaction,
} from '../../mfa/index.js';
import { UserRows } from '../identity/user-rows.js';
import { UsersService } from '../identity/users.service.js';
import { UserSubject } from '../identity/user-subject.js';

/** The server's users, for the library. */
@Injectable()
export class UserSubjectDirectory extends SubjectDirectory {
  override readonly row: SubjectRow;

  constructor(
    private readonly users: UsersService,
    rows: UserRows,
  ) {
    super();
    this.row = {
      table: 'users',
      idColumn: 'id',
      credentialsVersion: 'credentials_version',
      columns: rows.columns,
      subjectOf: (user) => new UserSubject(rows.userOf(user)),
    };
  }

  async find(userId: string, transaction?: Transaction): Promise<UserSubject | null> {
    const database = transaction === undefined ? [] : [entityManagerOf(transaction)];
    const user = await this.users.findById(userId, ...database);
    return user === null ? null : new UserSubject(user);
  }
}
