import { type JsonObject, type Subject } from '../../src/mfa/contract/handler.js';
import { CLIENT, type MfaHarness, startMfa } from '../support/mfa-harness.js';

interface Listed {
  readonly id: string;
  readonly label: string;
  readonly confirmed_at: string | null;
  readonly last_used_at: string | null;
}

interface Added {
  readonly id: string;
  readonly secret: string;
}

/** What a test does with the authenticators of one person. */
function drawer(mfa: MfaHarness, subject: Subject) {
  const actor = mfa.actor(subject);
  const { enrolment, methods } = mfa.parts;
  const confirm = async ({ id, secret }: Added) => {
    const proof = { code: mfa.totp(secret) };
    await enrolment.confirm(actor, { handler: 'app', authenticatorId: id, proof });
    mfa.nextStep();
  };
  const setUp = async (fields: JsonObject = {}): Promise<Added> => {
    const { authenticatorId, setupData } = await enrolment.setUp(actor, {
      handler: 'app',
      fields: fields,
    });
    return { id: String(authenticatorId), secret: String(setupData['secret']) };
  };
  return {
    actor,
    remove: (id: string, proof: JsonObject | null = null, by = actor) =>
      mfa.parts.removal.authenticator(by, id, proof),
    rename: (id: string, label: string, by = actor) => methods.renameAuthenticator(by, id, label),
    setUp,
    confirm,
    add: async (label: string): Promise<Added> => {
      const added = await setUp({ label });
      await confirm(added);
      return added;
    },
    listed: async (): Promise<Listed[]> => {
      const [app] = await methods.list(actor);
      // What `details` of a method with several authenticators holds.
      return (app?.details['authenticators'] ?? []) as unknown as Listed[];
    },
    signIn: (secret: string) => mfa.signIn(subject, mfa.totp(secret)),
  };
}

describe('several authenticators of one method', () => {
  let mfa: MfaHarness;
  let users = 0;
  beforeAll(async () => {
    mfa = await startMfa();
  });
  afterAll(() => mfa.stop());
  const newDrawer = () => drawer(mfa, mfa.parts.subjects.add(`several${++users}`));
  const labelsOf = (listed: readonly Listed[]) => listed.map(({ label }) => label);

  it('each passes a login, and each remembers its own last step and use', async () => {
    const mine = newDrawer();
    const [phone, tablet] = [await mine.add('Phone'), await mine.add('Tablet')];
    await expect(mine.signIn(phone.secret)).resolves.toHaveProperty('access');
    await expect(mine.signIn(tablet.secret)).resolves.toHaveProperty('access');
    await expect(mine.signIn(phone.secret)).rejects.toMatchObject({ code: 'invalid_code' });
    mfa.parts.clock.advance({ seconds: 30 });
    await expect(mine.signIn(phone.secret)).resolves.toHaveProperty('access');
    const [first, second] = await mine.listed();
    expect(Date.parse(first?.last_used_at ?? '')).toBeGreaterThan(
      Date.parse(second?.last_used_at ?? ''),
    );
  });

  it('the old one works until the new one is confirmed, and after', async () => {
    const mine = newDrawer();
    const old = await mine.add('Old');
    const next = await mine.setUp({ label: 'New' });
    await expect(mine.signIn(next.secret)).rejects.toMatchObject({ code: 'invalid_code' });
    await expect(mine.signIn(old.secret)).resolves.toHaveProperty('access');
    await mine.confirm(next);
    await expect(mine.signIn(next.secret)).resolves.toHaveProperty('access');
    await expect(mine.signIn(old.secret)).resolves.toHaveProperty('access');
  });

  it('a login that is open goes on while another one is added', async () => {
    const mine = newDrawer();
    const phone = await mine.add('Phone');
    const { subjectId } = mine.actor;
    const subject = await mfa.parts.subjects.find(subjectId);
    if (subject === null) throw new Error('It was added.');
    const pending = await mfa.begin(subject);
    await mine.add('Tablet');
    await expect(mfa.verify(pending, mfa.totp(phone.secret))).resolves.toHaveProperty('access');
  });

  it('takes no second one without a label, or under one that is in use', async () => {
    const mine = newDrawer();
    await mine.add('Phone');
    for (const fields of [{}, { label: 'Phone' }, { label: ' Phone ' }]) {
      await expect(mine.setUp(fields)).rejects.toMatchObject({ code: 'method_exists' });
    }
    expect(labelsOf(await mine.listed())).toEqual(['Phone']);
  });

  it('calls the first one by the name of its method when it has no label', async () => {
    const mine = newDrawer();
    await mine.confirm(await mine.setUp());
    expect(labelsOf(await mine.listed())).toEqual(['Authenticator app']);
  });

  it('a pending one makes room for another of its label, and its secret is dead', async () => {
    const mine = newDrawer();
    await mine.add('Phone');
    const dead = await mine.setUp({ label: 'Tablet' });
    const live = await mine.setUp({ label: 'Tablet' });
    await expect(mine.confirm(dead)).rejects.toMatchObject({ code: 'method_not_found' });
    await mine.confirm(live);
    await expect(mine.signIn(dead.secret)).rejects.toMatchObject({ code: 'invalid_code' });
    await expect(mine.signIn(live.secret)).resolves.toHaveProperty('access');
  });

  it('asks which one is confirmed where several are pending', async () => {
    const mine = newDrawer();
    const phone = await mine.setUp({ label: 'Phone' });
    await mine.setUp({ label: 'Tablet' });
    const proof = { code: mfa.totp(phone.secret) };
    await expect(
      mfa.parts.enrolment.confirm(mine.actor, { handler: 'app', proof }),
    ).rejects.toMatchObject({ code: 'validation_failed' });
    await mine.confirm(phone);
    const states = (await mine.listed()).map(({ confirmed_at }) => confirmed_at !== null);
    expect(states).toEqual([true, false]);
  });

  it('takes the code of the one that is confirmed, and of no other', async () => {
    const mine = newDrawer();
    const phone = await mine.add('Phone');
    const tablet = await mine.setUp({ label: 'Tablet' });
    await expect(mine.confirm({ ...tablet, secret: phone.secret })).rejects.toMatchObject({
      code: 'invalid_code',
    });
  });

  it('begins anew where the method is not active and no label is given', async () => {
    const mine = newDrawer();
    await mine.setUp({ label: 'Phone' });
    await mine.setUp({ label: 'Tablet' });
    await mine.setUp();
    expect(labelsOf(await mine.listed())).toEqual(['Authenticator app']);
  });

  it('holds ten, and refuses the next one without touching them', async () => {
    const mine = newDrawer();
    for (let count = 1; count <= 10; count++) await mine.setUp({ label: `App ${count}` });
    await expect(mine.setUp({ label: 'App 11' })).rejects.toMatchObject({
      code: 'too_many_authenticators',
    });
    expect(await mine.listed()).toHaveLength(10);
  });

  it('removing one leaves the rest; its codes pass no login, not even an open one', async () => {
    const mine = newDrawer();
    const [phone, tablet] = [await mine.add('Phone'), await mine.add('Tablet')];
    await mine.remove(phone.id);
    await expect(mine.signIn(phone.secret)).rejects.toMatchObject({ code: 'invalid_code' });
    await expect(mine.signIn(tablet.secret)).resolves.toHaveProperty('access');
    await mine.remove(tablet.id);
    expect(await mine.listed()).toEqual([]);
  });

  it('a pending one can be removed, and the method stays', async () => {
    const mine = newDrawer();
    const phone = await mine.add('Phone');
    const tablet = await mine.setUp({ label: 'Tablet' });
    await mine.remove(tablet.id);
    await expect(mine.signIn(phone.secret)).resolves.toHaveProperty('access');
  });

  it('one of several of a method that never worked can be removed, and with the last goes the method', async () => {
    const mine = newDrawer();
    const [phone, tablet] = [
      await mine.setUp({ label: 'Phone' }),
      await mine.setUp({ label: 'Tablet' }),
    ];
    await mine.remove(phone.id);
    expect(labelsOf(await mine.listed())).toEqual(['Tablet']);
    await mine.remove(tablet.id);
    expect((await mfa.parts.methods.list(mine.actor))[0]).toMatchObject({ isSetUp: false });
  });

  it('renames one, but not to the name of another', async () => {
    const mine = newDrawer();
    const phone = await mine.add('Phone');
    await mine.add('Tablet');
    await expect(mine.rename(phone.id, 'Tablet')).rejects.toMatchObject({
      code: 'method_exists',
    });
    await expect(mine.rename(phone.id, 'Watch')).resolves.toMatchObject({
      id: phone.id,
      label: 'Watch',
    });
    expect(labelsOf(await mine.listed())).toEqual(['Watch', 'Tablet']);
    await expect(mine.signIn(phone.secret)).resolves.toHaveProperty('access');
  });

  it("someone else's is one that does not exist", async () => {
    const [mine, other] = [newDrawer(), newDrawer()];
    const phone = await mine.add('Phone');
    await expect(mine.rename(phone.id, 'Mine', other.actor)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(mine.remove(phone.id, null, other.actor)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(labelsOf(await mine.listed())).toEqual(['Phone']);
  });

  it('brings back what was switched off by its own proof, and nothing beside it', async () => {
    const mine = newDrawer();
    const [phone, tablet] = [await mine.add('Phone'), await mine.add('Tablet')];
    const subject = await mfa.parts.subjects.find(mine.actor.subjectId);
    if (subject === null) throw new Error('It was added.');
    await mfa.enrolEmail(subject);
    await mfa.parts.methods.makePrimary(mine.actor, 'email', null);
    const code = mfa.totp(phone.secret);
    await mfa.parts.methods.deactivate(mine.actor, 'app', { code });
    mfa.nextStep();
    await mine.confirm(tablet);
    expect((await mfa.parts.methods.list(mine.actor))[0]).toMatchObject({ isActive: true });
    await mfa.parts.methods.makePrimary(mine.actor, 'app', null);
    await expect(mine.signIn(phone.secret)).rejects.toMatchObject({ code: 'invalid_code' });
    await expect(mine.signIn(tablet.secret)).resolves.toHaveProperty('access');
    const confirmed = (await mine.listed()).map(({ confirmed_at }) => confirmed_at !== null);
    expect(confirmed).toEqual([false, true]);
    await mine.confirm(phone);
    await expect(mine.signIn(phone.secret)).resolves.toHaveProperty('access');
  });

  it('removing asks for a proof where that is set, once, and for no pending one of a new method', async () => {
    const strict = await startMfa({ deleteActiveMethodRequireCode: true });
    const mine = drawer(strict, strict.parts.subjects.add('strict'));
    const [phone, tablet] = [await mine.add('Phone'), await mine.add('Tablet')];
    await expect(mine.remove(phone.id)).rejects.toMatchObject({
      code: 'validation_failed',
    });
    await expect(mine.remove(phone.id, { code: '000000' })).rejects.toMatchObject({
      code: 'invalid_code',
    });
    await mine.remove(phone.id, { code: strict.totp(tablet.secret) });
    expect(labelsOf(await mine.listed())).toEqual(['Tablet']);
    await strict.stop();
  });

  it('tells what was done to them', async () => {
    const mine = newDrawer();
    const phone = await mine.add('Phone');
    const tablet = await mine.add('Tablet');
    await mine.rename(tablet.id, 'Slate');
    await mine.remove(phone.id);
    const { subjectId } = mine.actor;
    const told = mfa.parts.listener.events
      .filter(({ subject }) => subject.id === subjectId)
      .map(({ type }) => type)
      .filter((type) => type.startsWith('method_a') || type.startsWith('authenticator_'));
    expect(told).toEqual([
      'method_activated',
      'authenticator_added',
      'authenticator_renamed',
      'authenticator_removed',
    ]);
    expect(mfa.parts.listener.events.at(-1)?.client).toEqual(CLIENT);
  });

  it('two that are removed at once take their method with them', async () => {
    const mine = newDrawer();
    const [phone, tablet] = [await mine.add('Phone'), await mine.add('Tablet')];
    await Promise.all([phone, tablet].map(({ id }) => mine.remove(id)));
    expect((await mfa.parts.methods.list(mine.actor))[0]).toMatchObject({ isSetUp: false });
  });
});
