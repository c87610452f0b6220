import 'reflect-metadata';
import { type Strategy as PassportStrategy } from 'passport';
import { Strategy } from 'passport-custom';
import { authenticateBy } from './authenticate-by.js';
import { User } from '../identity/user.entity.js';
import { type ConfiguredFirstFactor, FirstFactors } from './first-factors.js';

class Form {}

/** A first factor whose strategy only does this. */
function firstFactor(
  id: string,
  verify: (succeed: (user: unknown) => void) => void = () => {},
  type = id,
): ConfiguredFirstFactor {
  const strategy = new Strategy((_, done) => verify((user) => done(null, user)));
  return configured(strategy, id, type);
}

function configured(strategy: PassportStrategy, id: string, type = id): ConfiguredFirstFactor {
  const authenticate = authenticateBy(strategy);
  return { type, id, name: id, factor: { authenticate, schema: Form, amr: [], supportsMfa: true } };
}

const REQUEST = { headers: {} };

/** First factors of users of whom only this one has a second factor. */
function factorsOf(all: readonly ConfiguredFirstFactor[], protectedId = 'u2'): FirstFactors {
  return new FirstFactors(all, { isProtected: async (userId) => userId === protectedId });
}

describe('the first factor of a login', () => {
  const [card, local, second] = [
    firstFactor('card'),
    firstFactor('front', undefined, 'local'),
    firstFactor('back', undefined, 'local'),
  ];
  const factors = factorsOf([card, local, second]);

  it.each([undefined, null, 'text', [], [{ provider: 'card' }], {}])(
    'is the first of type local where %j names none',
    (body) => {
      expect(factors.chosenBy(body)).toBe(local);
    },
  );

  it('is the first of all where none is of type local', () => {
    expect(factorsOf([card, firstFactor('badge')]).chosenBy({})).toBe(card);
  });

  it('is the one that the body names', () => {
    expect(factors.chosenBy({ provider: 'card' })).toBe(card);
    expect(factors.chosenBy({ provider: 'back' })).toBe(second);
  });

  it.each(['', 'LOCAL', 'local', '__proto__', 'session'])('is not %j', (provider) => {
    expect(() => factors.chosenBy({ provider })).toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        extras: { errors: { provider: [`"${provider}" is not a valid choice.`] } },
      }),
    );
  });

  it.each([
    [1, 'Not a valid string.'],
    [['card'], 'Not a valid string.'],
    [null, 'This field may not be null.'],
  ])('is not %j', (provider, text) => {
    expect(() => factors.chosenBy({ provider })).toThrow(
      expect.objectContaining({ extras: { errors: { provider: [text] } } }),
    );
  });

  it('is there', () => {
    expect(() => factorsOf([]).default).toThrow('No way to sign in');
  });
});

describe('a strategy', () => {
  const outcomeOf = (factor: ConfiguredFirstFactor) =>
    factorsOf([factor]).authenticate(factor, REQUEST);

  it('succeeds with a user', async () => {
    const user = new User();
    expect(await outcomeOf(firstFactor('card', (succeed) => succeed(user)))).toBe(user);
  });

  it('that fails, redirects, or leaves a request to others, lets nobody in', async () => {
    const silent: PassportStrategy = new Strategy(() => undefined);
    silent.authenticate = function () {
      this.pass();
    };
    const leading: PassportStrategy = new Strategy(() => undefined);
    leading.authenticate = function () {
      this.redirect('https://accounts.example/');
    };
    const failing = firstFactor('card', (succeed) => succeed(false));
    for (const factor of [failing, configured(silent, 'card'), configured(leading, 'card')]) {
      await expect(outcomeOf(factor)).rejects.toMatchObject({ code: 'invalid_credentials' });
    }
  });

  it('that breaks lets nobody in', async () => {
    const broken = firstFactor('card', () => {
      throw new Error('no reader');
    });
    await expect(outcomeOf(broken)).rejects.toThrow('no reader');
  });

  it('that succeeds with something else lets nobody in', async () => {
    const wrong = firstFactor('card', (succeed) => succeed({ id: 'root' }));
    await expect(outcomeOf(wrong)).rejects.toThrow('"card" succeeded with what is no user');
  });

  it('answers each of two requests at once with its own user', async () => {
    const waiting: (() => void)[] = [];
    const users = [new User(), new User()];
    const factor = firstFactor('card', (succeed) => {
      const user = users[waiting.length];
      waiting.push(() => succeed(user));
    });
    const outcomes = [outcomeOf(factor), outcomeOf(factor)];
    for (const answer of waiting.toReversed()) answer();
    const found = await Promise.all(outcomes);
    expect(found.map((user, index) => user === users[index])).toEqual([true, true]);
  });

  it('is that of its own server, whatever another one calls by the same name', async () => {
    const [one, other] = [new User(), new User()];
    const factor = firstFactor('card', (succeed) => succeed(one));
    const factors = factorsOf([factor]);
    factorsOf([firstFactor('card', (succeed) => succeed(other))]);
    expect(await factors.authenticate(factor, REQUEST)).toBe(one);
  });
});

describe('a session', () => {
  const session = { userId: 'u1', provider: 'card:card' };
  const [card, badge] = [firstFactor('card'), firstFactor('badge')];
  const goesOn = (all: readonly ConfiguredFirstFactor[], protectedId?: string) =>
    factorsOf(all, protectedId).isStillAllowed(session, REQUEST);
  const changed = (changes: Partial<ConfiguredFirstFactor['factor']>) => ({
    ...card,
    factor: { ...card.factor, ...changes },
  });

  it('goes on where its first factor has nothing against it', async () => {
    expect(await goesOn([badge, card])).toBe(true);
    expect(await goesOn([changed({ isStillAllowed: async () => true })])).toBe(true);
    expect(await goesOn([changed({ isStillAllowed: async () => false })])).toBe(false);
  });

  it('ends where its first factor is asked and does not say yes', async () => {
    // A factor written in JavaScript may forget to return a value.
    const silent = (async () => undefined) as unknown as () => Promise<boolean>;
    expect(await goesOn([changed({ isStillAllowed: silent })])).toBe(false);
  });

  it('ends with its first factor', async () => {
    expect(await goesOn([badge])).toBe(false);
  });

  it('does not become one of another type', async () => {
    expect(await goesOn([firstFactor('card', undefined, 'badge')])).toBe(false);
  });

  it('ends with a second factor that its first one cannot lead on to', async () => {
    expect(await goesOn([card], 'u1')).toBe(true);
    expect(await goesOn([changed({ supportsMfa: false })], 'u2')).toBe(true);
    expect(await goesOn([changed({ supportsMfa: false })], 'u1')).toBe(false);
  });
});
