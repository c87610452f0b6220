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
import { LiveSessions } from '../sessions/live-sessions.js';

/** The server's users, for the library. */
@Injectable()
export class UserSubjectDirectory extends SubjectDirectory {
  override readonly row: SubjectRow;

  constructor(
    private readonly users: UsersService,
    rows: UserRows,
    liveSessions: LiveSessions,
  ) {
    super();
    this.row = {
      table: 'users',
      idColumn: 'id',
      credentialsVersion: 'credentials_version',
      columns: { ...rows.columns, hasRoom: liveSessions.roomForOneMore },
      subjectOf: ({ hasRoom, ...user }) =>
        new UserSubject(rows.userOf(user), { hasRoom: hasRoom === true }),
    };
  }

  async find(userId: string, transaction?: Transaction): Promise<UserSubject | null> {
    const database = transaction === undefined ? [] : [entityManagerOf(transaction)];
    const user = await this.users.findById(userId, ...database);
    return user === null ? null : new UserSubject(user);
  }
}
