import { SignJWT, UnsecuredJWT } from 'jose';
import { resolveMfaOptions } from '../options/mfa.options.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { EphemeralTokens } from './ephemeral-token.js';
import { KeyRing } from './key-ring.js';

const NEW = { id: 'new', key: Buffer.alloc(32, 1) };
const OLD = { id: 'old', key: Buffer.alloc(32, 2) };
const STRANGE = { id: 'new', key: Buffer.alloc(32, 3) };

const refused = expect.objectContaining({
  code: 'invalid_token',
  message: 'Invalid token',
});

function tokensOf(clock: FakeClock, ...secretKeys: (typeof NEW)[]) {
  return new EphemeralTokens(new KeyRing(resolveMfaOptions({ secretKeys })), clock);
}

describe('EphemeralTokens', () => {
  const clock = new FakeClock();
  const tokens = tokensOf(clock, NEW, OLD);
  const expiresAt = new Date(clock.now().getTime() + 900_000);
  const challenge = { subjectId: 'u1', id: 'c1', expiresAt };
  const keys = new KeyRing(resolveMfaOptions({ secretKeys: [NEW] }));
  const bytes = keys.newest('ephemeral-token').secret;

  /** A token that is right but for the changes. */
  function forge({ header = {}, audience = 'nestjs-mfa:login', claims = {}, key = bytes } = {}) {
    return new SignJWT({ sub: 'u1', jti: 'c1', ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'mfa-ephemeral+jwt', kid: 'new', ...header })
      .setAudience(audience)
      .setIssuedAt(clock.now())
      .setExpirationTime(expiresAt)
      .sign(key);
  }

  it('names the challenge', async () => {
    const token = tokens.sign(challenge, 'login');
    expect(tokens.verify(token)).toEqual({
      subjectId: 'u1',
      challengeId: 'c1',
      purpose: 'login',
    });
    expect(tokens.verify(await forge())).toBeDefined();
  });

  it('is the same to the byte as the tokens of jose that were given out before', async () => {
    const theirs = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256', typ: 'mfa-ephemeral+jwt', kid: 'new' })
      .setAudience('nestjs-mfa:step_up')
      .setSubject('u1')
      .setJti('c1')
      .setIssuedAt(clock.now())
      .setExpirationTime(expiresAt)
      .sign(bytes);
    expect(tokens.sign(challenge, 'step_up')).toBe(theirs);
    expect(tokens.verify(theirs, 'step_up').challengeId).toBe('c1');
  });

  it('reads tokens of older keys', () => {
    const token = tokensOf(clock, OLD).sign(challenge, 'login');
    expect(tokens.verify(token)).toBeDefined();
  });

  it('holds until its end, and no longer', () => {
    const late = new FakeClock(new Date(expiresAt.getTime() - 1000));
    const token = tokens.sign(challenge, 'login');
    expect(tokensOf(late, NEW).verify(token)).toBeDefined();
    late.advance({ seconds: 1 });
    expect(() => tokensOf(late, NEW).verify(token)).toThrow(refused);
  });

  it.each<[string, () => string | Promise<string>]>([
    ['garbage', () => 'garbage'],
    ['an empty text', () => ''],
    ['another purpose', () => tokens.sign(challenge, 'step_up')],
    ['another type', () => forge({ header: { typ: 'at+jwt' } })],
    ['no type', () => forge({ header: { typ: undefined } })],
    ['another audience', () => forge({ audience: 'api' })],
    ['another algorithm', () => forge({ header: { alg: 'HS512' } })],
    ['no key id', () => forge({ header: { kid: undefined } })],
    ['an unknown key id', () => forge({ header: { kid: '../new' } })],
    ['a strange key', () => tokensOf(clock, STRANGE).sign(challenge, 'login')],
    ['no subject', () => forge({ claims: { sub: undefined } })],
    ['a subject that is no text', () => forge({ claims: { sub: 1 } })],
    ['an id that is no text', () => forge({ claims: { jti: ['c1'] } })],
    ['a start in the future', () => forge({ claims: { nbf: expiresAt.getTime() / 1000 } })],
    [
      'no signature',
      () => new UnsecuredJWT({ sub: 'u1', jti: 'c1' }).setAudience('nestjs-mfa:login').encode(),
    ],
  ])('refuses %s with one answer', async (_, make) => {
    const token = await make();
    expect(() => tokens.verify(token)).toThrow(refused);
  });

  it('refuses a changed claim', async () => {
    const [header, , signature] = (await forge()).split('.');
    const body = Buffer.from(JSON.stringify({ sub: 'u2', jti: 'c1' })).toString('base64url');
    expect(() => tokens.verify([header, body, signature].join('.'))).toThrow(refused);
  });
});

describe('KeyRing', () => {
  it('derives another key for each use', () => {
    const ring = new KeyRing(resolveMfaOptions({ secretKeys: [NEW, OLD] }));
    const derived = [
      'state',
      'challenge',
      'backup-lookup',
      'send-address',
      'ephemeral-token',
    ] as const;
    const distinct = new Set(
      derived.flatMap((use) => ring.all(use).map((key) => key.secret.export().toString('hex'))),
    );
    expect(distinct.size).toBe(10);
    expect(ring.all('state')).toBe(ring.all('state'));
  });

  it('takes another ring while it runs, and keeps the present one where that is wrong', () => {
    const ring = new KeyRing(resolveMfaOptions({ secretKeys: [OLD] }));
    const before = ring.newest('state');
    ring.replace([NEW, OLD]);
    expect(ring.newest('state').id).toBe(NEW.id);
    expect(ring.find('state', OLD.id)?.secret.equals(before.secret)).toBe(true);
    expect(() => ring.replace([])).toThrow('secretKeys takes at least one key');
    expect(() => ring.replace([OLD, OLD])).toThrow('the same id');
    expect(ring.newest('state').id).toBe(NEW.id);
  });

  it('names the key in each tag', () => {
    const ring = new KeyRing(resolveMfaOptions({ secretKeys: [NEW, OLD] }));
    const named = (id: string) => expect.stringMatching(new RegExp(`^${id}\\.[\\w-]{43}$`));
    expect(ring.tags('send-address', 'x')).toEqual([named(NEW.id), named(OLD.id)]);
    expect(ring.tag('send-address', 'x')).toBe(ring.tags('send-address', 'x')[0]);
  });

  it('is never empty', () => {
    const options = { ...resolveMfaOptions({ secretKeys: [NEW] }), secretKeys: [] };
    expect(() => new KeyRing(options).newest('state')).toThrow('The key ring is empty.');
  });
});
