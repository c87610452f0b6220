import { Injectable } from '@nestjs/common';
import { entityManagerOf, SubjectDirectory, type Transaction } from '../../mfa/index.js';
import { UsersService } from '../identity/users.service.js';
import { UserSubject } from '../identity/user-subject.js';

/** The server's users, for the library. */
@Injectable()
export class UserSubjectDirectory extends SubjectDirectory {
  constructor(private readonly users: UsersService) {
    super();
  }

  async find(userId: string, transaction?: Transaction): Promise<UserSubject | null> {
    const database = transaction === undefined ? [] : [entityManagerOf(transaction)];
    const user = await this.users.findById(userId, ...database);
    return user === null ? null : new UserSubject(user);
  }
}
