import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import {
  AuditTrail,
  type ClientInfo,
  Clock,
  MfaError,
  type MfaEvent,
  type ReversedChange,
  ChangeReversal,
  transactionOf,
  type Undoing,
  type UndoneChange,
} from '../../mfa/index.js';
import { UserSubject } from '../identity/user-subject.js';
import { type AddressPutBack, FormerAddresses } from '../account/email-change/former-addresses.js';
import { FormerPasswords } from '../account/passwords/former-passwords.js';
import { beginOf, sessionsProvenBy } from '../sessions/sessions-proven-by.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { User } from '../identity/user.entity.js';
import { UsersService } from '../identity/users.service.js';
import { ReversalLinks } from './reversal-links.js';

/** Reverses what somebody else did to an account. */
@Injectable()
export class ReversalService {
  constructor(
    private readonly links: ReversalLinks,
    private readonly reversal: ChangeReversal,
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly passwords: FormerPasswords,
    private readonly addresses: FormerAddresses,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * In one transaction: spends the link, and undoes where possible what the link's session and the
   * authenticators that it enrolled have changed since, or all of it if a refresh token of that
   * session was reused. It ends sessions and open logins, puts back the former address and the former
   * password, and freezes it until it is reset. It gives nobody a session.
   *
   * @returns the undone changes, newest first
   * @throws {MfaError} `invalid_token`
   */
  async reverse(token: string, client: ClientInfo): Promise<readonly UndoneChange[]> {
    const owner = await this.links.ownerOf(token);
    const undoing = await this.audit.change(async (manager) => {
      const told = await this.links.spend(token, manager);
      const begun = { ...told, seq: await seqOf(told, manager) };
      // Nobody knows since when two people had the refresh token, so all changes of its session are
      // reversed.
      const change = told.type === 'refresh_token_reused' ? { ...begun, seq: 0 } : begun;
      const { subjectId: userId } = change;
      const user = await manager.findOneBy(User, { id: userId });
      if (user === null) throw new MfaError('invalid_token');
      const undone = await this.reversal.undo(change, transactionOf(manager), {
        provenBy: (_, credentialIds, sessionIds, openings) =>
          sessionsProvenBy({ change, credentialIds, sessionIds, openings }, manager),
        addresses: await this.addresses.ofUser(user, manager),
      });
      const { sessionIds } = undone;
      const address = await this.addresses.putBack({ ...change, userId, sessionIds }, manager);
      // The thief may have set the present password through that very mailbox.
      await this.passwords.putBack(
        { ...change, userId, sessionIds, mailedSeq: begun.seq },
        manager,
      );
      // Somebody with the mailbox alone may have removed the owner's own second factor, or may be all
      // who still reads the former mailbox.
      const needsPassword = undone.needsPassword || address !== null;
      await this.users.freeze(userId, { needsPassword }, manager);
      await this.sessions.endAll(userId, { manager });
      const secured = await manager.findOneByOrFail(User, { id: userId });
      const occasion = { subject: new UserSubject(secured), at: this.clock.now(), client };
      const result = { ...undone, changes: withAddress(undone.changes, address) };
      return { result, events: eventsOf(change, result, occasion) };
    }, owner);
    await undoing.dispose();
    return undoing.changes;
  }
}

/**
 * The number of the event where the change began. A new device is reported later than its sign-in,
 * so there the session's beginning counts.
 */
async function seqOf(
  { type, subjectId: userId, sessionId, seq }: ReversedChange,
  manager: EntityManager,
): Promise<number> {
  if (type !== 'new_device_seen' || typeof sessionId !== 'string') return seq;
  return (await beginOf(userId, sessionId, manager)) ?? seq;
}

/** The changes, newest first, and that of the address among them. */
function withAddress(
  changes: readonly UndoneChange[],
  address: AddressPutBack | null,
): readonly UndoneChange[] {
  if (address === null) return changes;
  const { isBack: isUndone, sessionId, at } = address;
  const change = { type: 'email_changed' as const, factor: null, sessionId, at, isUndone };
  return [...changes, change].sort((one, other) => other.at.getTime() - one.at.getTime());
}

/**
 * One event for all undone changes of one kind, target and session; if none was undone, one event
 * for the disowned change.
 */
function eventsOf(
  disowned: ReversedChange,
  { changes, codesRevoked }: Undoing,
  occasion: Pick<MfaEvent, 'subject' | 'at' | 'client'>,
): MfaEvent[] {
  const undone = changes.filter(({ isUndone }) => isUndone);
  const type = 'change_repudiated' as const;
  const { factor, sessionId } = disowned;
  const kinds = new Map(
    undone.map((one) => [JSON.stringify([one.type, one.factor, one.target, one.sessionId]), one]),
  );
  const events: MfaEvent[] = [...kinds.values()].map((change) => ({
    ...occasion,
    type,
    factor: change.factor,
    target: change.target,
    sessionId: change.sessionId,
    detail: { undone: change.type },
  }));
  const codes = { ...occasion, factor: null, sessionId, detail: { codes: codesRevoked } };
  // The event whose mail says what to do next comes last.
  return [
    ...(codesRevoked > 0 ? [{ ...codes, type: 'backup_codes_revoked' as const }] : []),
    ...(events.length > 0 ? events : [{ ...occasion, type, factor, sessionId }]),
  ];
}
