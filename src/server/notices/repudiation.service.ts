import { Injectable } from '@nestjs/common';
import {
  AuditTrail,
  type ClientInfo,
  Clock,
  MfaError,
  type MfaEvent,
  Repudiation,
  transactionOf,
} from '../../mfa/index.js';
import { UserSubject } from '../mfa/user-subject.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { RepudiationLinks } from './repudiation-links.js';

/** Takes back what somebody else did to an account. */
@Injectable()
export class RepudiationService {
  constructor(
    private readonly links: RepudiationLinks,
    private readonly repudiation: Repudiation,
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * In one transaction: spends the link, undoes its change where that can be, ends sessions and open
   * logins, and stops the password until it is reset. It gives nobody a session.
   *
   * @throws {MfaError} `invalid_token`
   */
  async repudiate(token: string, client: ClientInfo): Promise<void> {
    const undoing = await this.audit.change(async (manager) => {
      const change = await this.links.spend(token, manager);
      const undone = await this.repudiation.undo(change, transactionOf(manager));
      await this.users.freeze(change.subjectId, manager);
      await this.sessions.endAll(change.subjectId, { manager });
      const user = await manager.findOneBy(User, { id: change.subjectId });
      if (user === null) throw new MfaError('invalid_token');
      const event: MfaEvent = {
        type: 'change_repudiated',
        subject: new UserSubject(user),
        factor: change.factor,
        at: this.clock.now(),
        client,
      };
      return { result: undone, events: [event] };
    });
    await undoing.dispose();
  }
}
