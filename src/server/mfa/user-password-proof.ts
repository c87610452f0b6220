import { Injectable } from '@nestjs/common';
import { type ClientInfo, PasswordProof, type Subject } from '../../mfa/index.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { UserSubject } from '../identity/user-subject.js';

/** Checks the password of a step-up of a user without a second factor. */
@Injectable()
export class UserPasswordProof extends PasswordProof {
  constructor(private readonly hasher: PasswordHasher) {
    super();
  }

  verify(subject: Subject, password: string, { ip }: ClientInfo): Promise<boolean> {
    if (!(subject instanceof UserSubject)) {
      throw new TypeError('A subject that UserSubjectDirectory did not make has no password.');
    }
    const { id, passwordHash } = subject.user;
    return this.hasher.verify(password, passwordHash, { subject: id, ip });
  }
}
