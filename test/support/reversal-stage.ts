import { type Actor } from '../../src/mfa/core/access/actor.js';
import {
  type ReversedChange,
  type SessionsProvenBy,
} from '../../src/mfa/core/reversal/culprits.js';
import { type MfaEventType } from '../../src/mfa/core/ports/events.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { OutboxWorker } from '../../src/mfa/core/events/outbox-worker.js';
import { ChangeReversal, type Undoing } from '../../src/mfa/core/reversal/change-reversal.js';
import { UnitOfWork } from '../../src/mfa/core/ports/stores.js';
import { KeepingConsumer } from './keeping-consumer.js';
import { type MfaHarness, startMfa } from './mfa-harness.js';

/* One account with its owner's authenticator app. Tests make changes in sessions and reverse them. */

export const OWNER = 'owner';
export const THIEF = 'thief';

let consumer: KeepingConsumer;
export let mfa: MfaHarness;
export let ada: Subject;
/** The secret of the owner's app. */
export let secret: string;
export let ownId: string;

/** Gives each test of a file a new account. */
export function stageOneAccount(): void {
  beforeEach(async () => {
    consumer = new KeepingConsumer();
    mfa = await startMfa({ consumers: [consumer] });
    ada = mfa.parts.subjects.add('ada');
    ({ secret, id: ownId } = await enrolApp(OWNER));
  });
  afterEach(() => mfa.stop());
}

export const by = (sessionId: string): Actor => ({ ...mfa.actor(ada), sessionId });

/** Enrols `app` in a session, or another authenticator of it under a label, and confirms it. */
export async function enrolApp(
  session: string,
  fields: Record<string, unknown> = {},
  confirmedIn = session,
) {
  const set = await mfa.parts.enrolment.setUp(by(session), { handler: 'app', fields });
  const own = String(set.setupData['secret']);
  const { authenticatorId: id } = set;
  await confirmApp(confirmedIn, own, id);
  return { secret: own, id: String(id), backupCodes: set.backupCodes };
}

export async function confirmApp(
  session: string,
  own = secret,
  id: string | null = null,
): Promise<void> {
  await mfa.parts.enrolment.confirm(by(session), {
    handler: 'app',
    authenticatorId: id ?? undefined,
    proof: { code: mfa.totp(own) },
  });
  mfa.nextStep();
}

export async function enrolEmail(session: string): Promise<void> {
  await mfa.parts.enrolment.setUp(by(session), { handler: 'email', fields: {} });
  const proof = { code: mfa.mailed(ada) };
  await mfa.parts.enrolment.confirm(by(session), { handler: 'email', proof });
  mfa.parts.clock.advance({ seconds: 31 });
}

export async function deactivateApp(session: string): Promise<void> {
  await mfa.parts.methods.deactivate(by(session), 'app', { code: mfa.totp(secret) });
  mfa.nextStep();
}

export async function regenerate(session: string): Promise<readonly string[]> {
  const codes = await mfa.parts.backupCodes.regenerate(by(session), { code: mfa.totp(secret) });
  mfa.nextStep();
  return codes;
}

export const prefer = (session: string, method: string) =>
  mfa.parts.methods.makePrimary(by(session), method, null);
export const deleteMethod = (session: string, method = 'app') =>
  mfa.parts.removal.method(by(session), method, null);

/** The changes of this kind so far, from their events. */
export async function changes(type: MfaEventType): Promise<ReversedChange[]> {
  await mfa.parts.get(OutboxWorker).runOnce();
  const events = consumer.taken.map(({ event }) => event).filter((event) => event.type === type);
  return events.map(({ factor, target, changeId, sessionId, seq, at }) => ({
    subjectId: ada.id,
    ...{ type, factor, target, changeId, sessionId, seq, at },
  }));
}

export async function undo(
  change: ReversedChange | undefined,
  provenBy?: SessionsProvenBy,
): Promise<Undoing> {
  if (change === undefined) throw new Error('There was no such change.');
  return mfa.parts
    .get(UnitOfWork)
    .runForAccount(ada.id, (own) =>
      mfa.parts.get(ChangeReversal).undo(change, own, provenBy === undefined ? {} : { provenBy }),
    );
}

export const newest = async (type: MfaEventType) => (await changes(type)).at(-1);

/** Reverses the newest change of a kind. @returns the changes concerned, as `type` or `type not` */
export async function undoNewest(
  type: MfaEventType,
  provenBy?: SessionsProvenBy,
): Promise<string[]> {
  const { changes: taken } = await undo(await newest(type), provenBy);
  return taken.map((one) => (one.isUndone ? one.type : `${one.type} not`));
}

/** The enrolled methods, as `name`, `name active` or `name primary`. */
export async function methods(): Promise<string[]> {
  const listed = await mfa.parts.methods.list(by(OWNER));
  return listed
    .filter(({ isSetUp }) => isSetUp)
    .map(({ name, isActive, isPrimary }) => {
      if (isPrimary) return `${name} primary`;
      return isActive ? `${name} active` : name;
    });
}

export const codesLeft = async () => (await mfa.parts.backupCodes.count(by(OWNER))).remaining;
