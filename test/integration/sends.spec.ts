import { jest } from '@jest/globals';
import { BackupCodes } from '../../src/mfa/core/ceremony/backup-codes.js';
import { type Actor } from '../../src/mfa/core/access/actor.js';
import { EnrolmentStore } from '../../src/mfa/core/methods/enrolments.js';
import { MfaError } from '../../src/mfa/contract/errors.js';
import { type Subject } from '../../src/mfa/contract/handler.js';
import { KeyRing } from '../../src/mfa/core/keys/key-ring.js';
import { SendBudgetStore } from '../../src/mfa/core/sending/send-budgets.js';
import { ChallengeStore } from '../../src/mfa/core/ports/stores.js';
import { EmailHandler } from '../../src/mfa/handlers/email/index.js';
import { SystemRandomSource } from '../../src/mfa/contract/random.js';
import { resolveMfaOptions } from '../../src/mfa/core/options/mfa.options.js';
import { Inbox } from '../../src/mfa/testing/index.js';
import { type HarnessOptions, type MfaHarness, startMfa } from '../support/mfa-harness.js';

const OLD = { id: 'test', key: Buffer.alloc(32, 7) };
const NEW = { id: 'newer', key: Buffer.alloc(32, 8) };
const ADDRESS = 'owner@example.org';
const SENT = 'sent';

let mfa: MfaHarness;
let people = 0;
afterEach(() => mfa.stop());

/** `email`, and `other_email`, which asks for the address. */
async function start(options: HarnessOptions = {}): Promise<Inbox> {
  const inbox = new Inbox();
  const defaults = resolveMfaOptions({ secretKeys: [OLD] });
  const random = new SystemRandomSource();
  const other = { name: 'other_email', address: 'asked' } as const;
  const handlers = [
    new EmailHandler(defaults, random, inbox),
    new EmailHandler(defaults, random, inbox, other),
  ];
  mfa = await startMfa({ handlers, ...options });
  return inbox;
}

/** Somebody, in a network of their own. */
function newActor(email?: string): Actor {
  const name = `person${++people}`;
  const subject = mfa.parts.subjects.add(name, {
    addresses: { email: email ?? `${name}@example.org` },
  });
  const client = { ip: `198.51.100.${people}`, userAgent: null };
  return { ...mfa.actor(subject), client };
}

/** @returns `sent`, or the code of the problem */
async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => SENT,
    (problem: MfaError) => problem.code,
  );
}

function enrol(actor: Actor, email?: string): Promise<string> {
  const request =
    email === undefined
      ? { handler: 'email', fields: {} }
      : { handler: 'other_email', fields: { email } };
  return outcomeOf(mfa.parts.enrolment.setUp(actor, request));
}

async function enrolments(actors: readonly Actor[], email?: string): Promise<string[]> {
  const outcomes: string[] = [];
  for (const actor of actors) outcomes.push(await enrol(actor, email));
  return outcomes;
}

const some = (count: number, email?: string) =>
  Array.from({ length: count }, () => newActor(email));

/** The owner of an address, who has confirmed it. */
async function owner(inbox: Inbox, address = ADDRESS): Promise<Actor & { subject: Subject }> {
  const actor = newActor(address);
  await mfa.parts.enrolment.setUp(actor, { handler: 'email', fields: {} });
  const proof = { code: inbox.lastCode(address) };
  await mfa.parts.enrolment.confirm(actor, { handler: 'email', proof });
  mfa.parts.clock.advance({ seconds: 3600 });
  const subject = await mfa.parts.subjects.find(actor.subjectId);
  if (subject === null) throw new Error('There is no such subject.');
  return { ...actor, ...mfa.actor(subject), client: actor.client, subject };
}

const challengeOf = async (subject: Subject) => (await mfa.begin(subject)).challenge;
const SHOWN = { sent_to: 'o•••@example.org' };

describe('who pays for a code', () => {
  it('is whoever enrols an address: its owner signs in all the same', async () => {
    const inbox = await start();
    const own = await owner(inbox);
    const strangers = await enrolments(some(6, ADDRESS));
    expect(strangers).toEqual([...Array<string>(5).fill(SENT), 'send_limit']);
    const before = inbox.messages.length;
    expect(await challengeOf(own.subject)).toEqual(SHOWN);
    expect(inbox.messages).toHaveLength(before + 1);
    expect(await outcomeOf(mfa.parts.asking.send(own, 'email'))).toBe(SENT);
  });

  it('is whoever names an address: an account whose own it is enrols it all the same', async () => {
    await start({ sendCooldownSeconds: 0 });
    const strangers = await enrolments(some(6), ADDRESS);
    expect(strangers).toEqual([...Array<string>(5).fill(SENT), 'send_limit']);
    const own = newActor(ADDRESS.toUpperCase());
    expect(await enrol(own)).toBe(SENT);
    expect(await enrol(own, ADDRESS)).toBe(SENT);
    expect(await enrol(newActor(), ADDRESS)).toBe('send_limit');
    // Nor is the mailbox flooded by those who claim it.
    expect(await enrolments(some(4, ADDRESS))).toEqual([SENT, SENT, SENT, 'send_limit']);
  });

  it('is the owner where a binding that was proven once is proven again', async () => {
    const inbox = await start();
    const own = await owner(inbox);
    await enrol(own, 'second@example.org');
    const proof = { code: inbox.lastCode('second@example.org') };
    await mfa.parts.enrolment.confirm(own, { handler: 'other_email', proof });
    await mfa.parts.asking.send(own, 'other_email');
    const code = inbox.lastCode('second@example.org');
    await mfa.parts.methods.deactivate(own, 'other_email', { code });
    await enrolments(some(5), 'second@example.org');
    mfa.parts.clock.advance({ seconds: 31 });
    expect(await outcomeOf(mfa.parts.asking.challenge(own, 'other_email'))).toBe(SENT);
    expect(await enrol(newActor(), 'second@example.org')).toBe('send_limit');
  });

  it('is the subject, over all methods and addresses', async () => {
    await start();
    const actor = newActor();
    const outcomes = [await enrol(actor)];
    for (let i = 1; i < 5; i += 1) {
      mfa.parts.clock.advance({ seconds: 30 });
      outcomes.push(await enrol(actor, `number${i}@example.org`));
    }
    expect(outcomes).toEqual(Array<string>(5).fill(SENT));
    mfa.parts.clock.advance({ seconds: 30 });
    const sixth = { handler: 'other_email', fields: { email: 'number5@example.org' } };
    await expect(mfa.parts.enrolment.setUp(actor, sixth)).rejects.toMatchObject({
      code: 'send_limit',
      extras: { retryAfterSeconds: 900 - 5 * 30 },
    });
  });

  it('is the network, over all accounts, and all that is unknown is one', async () => {
    await start({ maxEnrolmentSendsPerNetwork: 3 });
    const from = (ip: string | null) => ({ ...newActor(), client: { ip, userAgent: null } });
    const one = ['2001:db8:0:1::1', '2001:db8:0:2::1', '2001:db8:0:ff::3', '2001:db8:0:1::4'];
    const refused = [SENT, SENT, SENT, 'send_limit'];
    expect(await enrolments(one.map(from))).toEqual(refused);
    expect(await enrolments([null, '', 'junk', null].map(from))).toEqual(refused);
    expect(await enrol(from('2001:db8:0:100::1'))).toBe(SENT);
  });

  it('is the /48 of IPv6, up to sixteen times what a network may', async () => {
    await start({ maxEnrolmentSendsPerNetwork: 1 });
    const from = (ip: string) => ({ ...newActor(), client: { ip, userAgent: null } });
    const networks = Array.from({ length: 17 }, (_, i) => `2001:db8:0:${i.toString(16)}00::1`);
    const outcomes = await enrolments(networks.map(from));
    expect(outcomes).toEqual([...Array<string>(16).fill(SENT), 'send_limit']);
    expect(await enrol(from('2001:db8:1::1'))).toBe(SENT);
  });

  it('is the network for a confirmed binding too, behind which everybody keeps a share', async () => {
    const inbox = await start({ maxSendsPerNetwork: 1, sendCooldownSeconds: 0 });
    const own = await owner(inbox);
    const other = { ...(await owner(inbox, 'other@example.org')), client: own.client };
    const send = (actor: Actor) => outcomeOf(mfa.parts.asking.send(actor, 'email'));
    const sends = [await send(other), await send(other), await send(other), await send(other)];
    expect(sends).toEqual([SENT, SENT, SENT, 'send_limit']);
    expect([await send(own), await send(own), await send(own)]).toEqual([SENT, SENT, 'send_limit']);
    const elsewhere = { ...own, client: { ip: '203.0.113.9', userAgent: null } };
    expect(await send(elsewhere)).toBe(SENT);
  });

  it('is the binding, over all that its subject has sent there', async () => {
    const inbox = await start({ maxSendsPerAddress: 2 });
    const own = await owner(inbox);
    for (const shown of [SHOWN, SHOWN, { delivery: 'failed' }]) {
      expect(await challengeOf(own.subject)).toMatchObject(shown);
      mfa.parts.clock.advance({ seconds: 31 });
    }
    mfa.parts.clock.advance({ seconds: 3600 });
    expect(await challengeOf(own.subject)).toEqual(SHOWN);
  });

  it('is the session, whatever it asks for: a sign-in draws on nothing of that', async () => {
    const limits = { maxSendsPerAddress: 3, maxSendsPerSubject: 100, sendCooldownSeconds: 0 };
    const inbox = await start({ ...limits, maxSendsPerNetwork: 1 });
    const own = await owner(inbox);
    const elsewhere = { ...own, client: { ip: '203.0.113.9', userAgent: null } };
    const send = (actor: Actor) => outcomeOf(mfa.parts.asking.send(actor, 'email'));
    const sends = [await send(own), await send(own), await send(own), await send(elsewhere)];
    expect(sends).toEqual([SENT, SENT, SENT, 'send_limit']);
    const outcome = () => mfa.parts.login.begin({ subject: own.subject, amr: ['pwd'] }, own.client);
    for (let i = 0; i < 2; i += 1) {
      expect(await outcome()).toMatchObject({ pending: { challenge: SHOWN } });
    }
  });

  it('is everybody in the end: enrolments stop first, and sign-ins last', async () => {
    const inbox = await start({ maxSendsPerHour: 10, sendCooldownSeconds: 0 });
    const own = await owner(inbox);
    const outcomes = await enrolments(some(9));
    expect(outcomes).toEqual([...Array<string>(8).fill(SENT), 'send_limit']);
    // Another factor has a cap of its own.
    expect(await enrol(newActor(), 'else@example.org')).toBe(SENT);
    const shown = [];
    for (let i = 0; i < 3; i += 1) shown.push(await challengeOf(own.subject));
    const refused = { delivery: 'failed', retry_after: 3600 };
    expect(shown).toEqual([SHOWN, SHOWN, refused]);
    const elsewhere = { ip: '203.0.113.9', userAgent: null };
    const other = await mfa.parts.login.begin({ subject: own.subject, amr: ['pwd'] }, elsewhere);
    expect(other).toMatchObject({ pending: { challenge: refused } });
    mfa.parts.clock.advance({ seconds: 3600 });
    expect(await enrol(newActor())).toBe(SENT);
  });

  it('is one network, however many confirmed bindings it fills the cap with', async () => {
    const inbox = await start({ maxSendsPerHour: 20, sendCooldownSeconds: 0 });
    const thieves = [];
    for (let i = 0; i < 4; i += 1) thieves.push(await owner(inbox, `thief${i}@example.org`));
    const own = await owner(inbox);
    const client = { ip: '203.0.113.66', userAgent: null };
    const outcomes: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      const actor = { ...thieves[i % 4], client };
      outcomes.push(await outcomeOf(mfa.parts.asking.send(actor as Actor, 'email')));
    }
    expect(outcomes.filter((outcome) => outcome === SENT)).toHaveLength(16 + 2);
    expect(await challengeOf(own.subject)).toEqual(SHOWN);
  });
});

describe('a change of the keys', () => {
  it('makes no budget of sending begin anew', async () => {
    const inbox = await start({ maxSendsPerAddress: 2 });
    const own = await owner(inbox);
    await challengeOf(own.subject);
    await enrolments(some(4, ADDRESS));
    mfa.parts.get(KeyRing).replace([NEW, OLD]);
    expect(await enrolments(some(2, ADDRESS))).toEqual([SENT, 'send_limit']);
    mfa.parts.clock.advance({ seconds: 31 });
    expect(await challengeOf(own.subject)).toEqual(SHOWN);
    mfa.parts.clock.advance({ seconds: 31 });
    expect(await challengeOf(own.subject)).toMatchObject({ delivery: 'failed' });
  });
});

describe('a code that is never sent', () => {
  const LIMITS = { maxSendsPerSubject: 1, maxEnrolmentSendsPerAddress: 1, maxSendsPerAddress: 1 };
  const GONE = new Error('The database is gone.');
  const TOO_MANY = new MfaError('rate_limited');

  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['the line for slow hashes is full', TOO_MANY, () => mockSeal(TOO_MANY)],
    ['it cannot be stored', GONE, () => mockStore(GONE)],
  ])('costs a set-up nothing when %s', async (_, failure, fail) => {
    await start(LIMITS);
    const actor = newActor();
    fail();
    const setUp = mfa.parts.enrolment.setUp(actor, { handler: 'email', fields: {} });
    await expect(setUp).rejects.toBe(failure);
    expect(await enrol(actor)).toBe(SENT);
    mfa.parts.clock.advance({ seconds: 31 });
    expect(await enrol(actor)).toBe('send_limit');
  });

  function mockSeal(failure: Error): void {
    jest.spyOn(mfa.parts.get(BackupCodes), 'seal').mockRejectedValueOnce(failure);
  }

  function mockStore(failure: Error): void {
    jest.spyOn(mfa.parts.get(EnrolmentStore), 'store').mockRejectedValueOnce(failure);
  }

  it('costs a login nothing when it cannot be opened', async () => {
    const own = await owner(await start(LIMITS));
    jest.spyOn(mfa.parts.get(ChallengeStore), 'open').mockRejectedValueOnce(GONE);
    await expect(mfa.begin(own.subject)).rejects.toBe(GONE);
    expect(await challengeOf(own.subject)).toEqual(SHOWN);
  });

  it('costs a resend nothing when the login has changed meanwhile', async () => {
    const own = await owner(
      await start({ ...LIMITS, maxSendsPerSubject: 2, maxSendsPerAddress: 2 }),
    );
    const { ephemeralToken } = await mfa.begin(own.subject);
    const claims = mfa.parts.ephemeralTokens.verify(ephemeralToken);
    mfa.parts.clock.advance({ seconds: 31 });
    jest.spyOn(mfa.parts.get(ChallengeStore), 'change').mockResolvedValueOnce(false);
    const resend = () => outcomeOf(mfa.parts.login.resend(claims, own.client));
    expect([await resend(), await resend()]).toEqual(['invalid_token', SENT]);
  });

  it('costs who is signed in nothing when it cannot be stored', async () => {
    const own = await owner(await start(LIMITS));
    jest.spyOn(mfa.parts.get(ChallengeStore), 'open').mockRejectedValueOnce(GONE);
    await expect(mfa.parts.asking.send(own, 'email')).rejects.toBe(GONE);
    expect(await outcomeOf(mfa.parts.asking.send(own, 'email'))).toBe(SENT);
  });

  it('stays counted when it cannot be given back, and the first failure is told', async () => {
    await start(LIMITS);
    const actor = newActor();
    mockStore(GONE);
    const budgets = mfa.parts.get(SendBudgetStore);
    jest.spyOn(budgets, 'giveBack').mockRejectedValueOnce(new Error('It is still gone.'));
    const setUp = mfa.parts.enrolment.setUp(actor, { handler: 'email', fields: {} });
    await expect(setUp).rejects.toBe(GONE);
    mfa.parts.clock.advance({ seconds: 31 });
    expect(await enrol(actor)).toBe('send_limit');
  });

  it('stays counted when the carrier does not take it, and can be tried again at once', async () => {
    const inbox = await start({ ...LIMITS, maxSendsPerSubject: 2, maxSendsPerAddress: 2 });
    const own = await owner(inbox);
    inbox.failOnce();
    const send = () => outcomeOf(mfa.parts.asking.send(own, 'email'));
    expect([await send(), await send()]).toEqual(['delivery_failed', SENT]);
    mfa.parts.clock.advance({ seconds: 31 });
    expect(await send()).toBe('send_limit');
  });
});
