import { jest } from '@jest/globals';
import { AttemptStore } from '../../../src/mfa/core/ports/attempts.js';
import { ACR } from '../../../src/mfa/index.js';
import { payloadOf } from '../../support/forged-tokens.js';
import { type LiveTokens, MAX_AGE_SECONDS, renew } from '../../support/old-proof.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const METHODS = ['app', 'email'] as const;
type Method = (typeof METHODS)[number];
type Step = `prove ${Method}` | `delete ${Method}` | 'refresh';

/** In every order; the same method may be proven before and after it is deleted. */
const STEPS: readonly Step[] = ['prove app', 'delete app', 'prove email', 'refresh'];
/** Then the last method goes, the password is what is left to prove, and its tokens are renewed. */
const END: readonly Step[] = ['delete email', 'prove app', 'refresh'];

/** A session as the rules have it, in a few lines: what was proven when, and what is active. */
class Model {
  readonly active = new Set<Method>(METHODS);
  private readonly proofs: { readonly by: Method | 'pwd'; readonly at: number }[];

  constructor(signedInAt: number) {
    this.proofs = [
      { by: 'pwd', at: signedInAt },
      { by: 'app', at: signedInAt },
    ];
  }

  prove(by: Method | 'pwd', at: number): void {
    this.proofs.push({ by, at });
  }

  get standing() {
    const counting = this.proofs.filter(({ by }) => by === 'pwd' || this.active.has(by));
    const second = counting.filter(({ by }) => by !== 'pwd');
    const isTwo = second.length > 0;
    return {
      amr: isTwo ? ['pwd', 'otp', 'mfa'] : ['pwd'],
      acr: isTwo ? ACR.twoFactors : ACR.singleFactor,
      auth_time: Math.max(...(isTwo ? second : counting).map(({ at }) => at)),
    };
  }

  /** Two factors where one is active, the second one lately; else anything lately. */
  mayChange(now: number): boolean {
    const { acr, auth_time } = this.standing;
    const isStrong = this.active.size === 0 || acr === ACR.twoFactors;
    return isStrong && now - auth_time <= MAX_AGE_SECONDS;
  }
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer({}, { races: true });
});
afterAll(() => server.stop());

const seconds = () => Math.floor(server.clock.now().getTime() / 1000);

/** A session of two factors, beside the one that set both methods up. */
async function twoFactorSession() {
  const account = await server.signUp();
  const app = await server.enrolApp(account);
  await server.enrolEmail(account);
  const login = await server.beginLogin(account.user);
  const { body } = await server.verifyLogin(login, server.totp(app.secret));
  return new Walk(account, app.secret, body);
}

class Walk {
  readonly model = new Model(seconds());

  constructor(
    private readonly account: SignedIn,
    private readonly secret: string,
    private tokens: LiveTokens,
  ) {}

  async take(step: Step): Promise<void> {
    server.clock.advance({ seconds: 31 });
    const [verb, method] = step.split(' ') as [string, Method];
    if (verb === 'prove') await this.prove(method);
    else if (verb === 'delete') await this.delete(method);
    else await this.refresh();
    await this.compare(step);
  }

  /** Without an active method a step-up asks for the password, whatever was asked before. */
  private async prove(method: Method): Promise<void> {
    const { active } = this.model;
    const by = active.size === 0 ? 'pwd' : method;
    const asked = await server.post(
      '/step-up/',
      active.size === 0 ? {} : { method },
      this.tokens.access,
    );
    if (by !== 'pwd' && !active.has(by)) {
      expect(asked.body.code).toBe('method_not_found');
      return;
    }
    const proof = {
      pwd: () => ({ password: this.account.user.password }),
      app: () => ({ code: server.totp(this.secret) }),
      email: () => ({ code: server.inbox.lastCode(this.account.user.email) }),
    }[by]();
    const { ephemeral_token } = asked.body;
    const proven = await server.post('/step-up/verify/', { ephemeral_token, ...proof });
    this.model.prove(by, seconds());
    expect(payloadOf(proven.body.access)).toMatchObject(this.model.standing);
    this.tokens = { ...this.tokens, access: proven.body.access };
  }

  private async delete(method: Method): Promise<void> {
    const reply = await server.post('/mfa/delete/', { method }, this.tokens.access);
    if (!this.model.mayChange(seconds())) {
      expect(reply.body.code).toBe('fresh_proof_required');
    } else if (!this.model.active.has(method)) {
      expect(reply.body.code).toBe('method_not_found');
    } else {
      expect(reply.status).toBe(204);
      this.model.active.delete(method);
    }
  }

  private async refresh(): Promise<void> {
    server.clock.advance({ seconds: MAX_AGE_SECONDS / 2 });
    this.tokens = await renew(server, this.tokens.refresh);
    expect(payloadOf(this.tokens.access)).toMatchObject(this.model.standing);
  }

  /** By what its own list says, and by whether it may change a factor. */
  private async compare(step: Step): Promise<void> {
    const { amr, auth_time } = this.model.standing;
    const sessions = (await server.get('/sessions/', this.tokens.access)).body as {
      readonly current: boolean;
    }[];
    expect([step, sessions.find(({ current }) => current)]).toEqual([
      step,
      expect.objectContaining({ amr, auth_time: new Date(auth_time * 1000).toISOString() }),
    ]);
    const change = await server.post('/mfa/primary/', { method: 'app' }, this.tokens.access);
    expect(change.body.code === 'fresh_proof_required').toBe(!this.model.mayChange(seconds()));
  }
}

function permutationsOf(steps: readonly Step[]): Step[][] {
  if (steps.length === 0) return [[]];
  return steps.flatMap((step) =>
    permutationsOf(steps.filter((other) => other !== step)).map((rest) => [step, ...rest]),
  );
}

it.each(STEPS)(
  'is judged as a small model says, in every order that begins with "%s"',
  async (first) => {
    for (const rest of permutationsOf(STEPS.filter((step) => step !== first))) {
      const walk = await twoFactorSession();
      for (const step of [first, ...rest, ...END]) await walk.take(step);
    }
  },
);

it('is worth no more by a backup code once its set is dead', async () => {
  const account = await server.signUp();
  const { secret, backupCodes } = await server.enrolApp(account);
  const login = await server.beginLogin(account.user);
  const { body } = await server.verifyLogin(login, backupCodes[0] ?? '');
  const prefer = () => server.post('/mfa/primary/', { method: 'app' }, body.access);
  expect((await prefer()).status).toBe(200);
  const made = await server.post('/mfa/backup-codes/', { code: server.totp(secret) }, body.access);
  expect(made.status).toBe(200);
  expect((await prefer()).body.code).toBe('fresh_proof_required');
  const { access } = await renew(server, body.refresh);
  expect(payloadOf(access)).toMatchObject({ amr: ['pwd'], acr: ACR.singleFactor });
});

it('keeps a bounded number of proofs, and none that can matter no more', async () => {
  const account = await server.signUp();
  const login = await server.enrolApp(account).then(async ({ secret }) => {
    const { body } = await server.verifyLogin(
      await server.beginLogin(account.user),
      server.totp(secret),
    );
    server.clock.advance({ seconds: 30 });
    return { ...body, code: () => server.totp(secret) };
  });
  const fill = (at: Date) =>
    server.dataSource.query(
      `UPDATE sessions SET proofs = (
          SELECT jsonb_agg(jsonb_build_object('amr', jsonb_build_array('otp'),
            'methodId', gen_random_uuid(), 'authenticatorId', gen_random_uuid(),
            'backupCodesId', null, 'activation', 1, 'at', $2::text))
          FROM generate_series(1, 64))
        WHERE user_id = $1 AND ended_at IS NULL`,
      [account.user.id, at.toISOString()],
    );
  await fill(server.clock.now());
  const refused = await server.post('/step-up/', {}, login.access);
  expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
  await fill(new Date(server.clock.now().getTime() - 7 * 86_400_000));
  const { body } = await server.post('/step-up/', {}, login.access);
  const proof = { ephemeral_token: body.ephemeral_token, code: login.code() };
  expect((await server.post('/step-up/verify/', proof)).status).toBe(200);
  const kept = await server.dataSource.query(
    `SELECT min(jsonb_array_length(proofs))::int AS least FROM sessions WHERE user_id = $1`,
    [account.user.id],
  );
  expect(kept).toEqual([{ least: 1 }]);
});

/** A session of two factors, by the password and `code`. */
async function signedInBy(account: SignedIn, code: string): Promise<LiveTokens> {
  const { body } = await server.verifyLogin(await server.beginLogin(account.user), code);
  return body;
}

const proofsOf = (session: LiveTokens) =>
  server.dataSource
    .query<{ proofs: { methodId: string | null }[] }[]>(
      'SELECT proofs FROM sessions WHERE id = $1',
      [payloadOf(session.access).sid],
    )
    .then(([row]) => row?.proofs.map(({ methodId }) => methodId));

/** Two step-ups of a session that have begun, each with what gives its proof. */
async function twoStepUps() {
  const account = await server.signUp();
  const { secret } = await server.enrolApp(account);
  await server.enrolEmail(account);
  const ask = async (method: Method) => {
    server.clock.advance({ seconds: 31 });
    return (await server.post('/step-up/', { method }, account.access)).body.ephemeral_token;
  };
  const [ofApp, ofEmail] = [await ask('app'), await ask('email')];
  const [appCode, sentCode] = [server.totp(secret), server.inbox.lastCode(account.user.email)];
  const verify = async (ephemeral_token: string, code: string) =>
    (await server.post('/step-up/verify/', { ephemeral_token, code })).status;
  return {
    account,
    giveApp: () => verify(ofApp, appCode),
    giveEmail: () => verify(ofEmail, sentCode),
  };
}

it('is found by each proof that it was given, whichever step-up had begun before', async () => {
  const { account, giveApp, giveEmail } = await twoStepUps();
  expect([await giveEmail(), await giveApp()]).toEqual([200, 200]);
  expect(new Set(await proofsOf(account)).size).toBe(3);
});

it('is found by each of two proofs that are given at one moment', async () => {
  const { account, giveApp, giveEmail } = await twoStepUps();
  expect(await Promise.all([giveApp(), giveEmail()])).toEqual([200, 200]);
  expect(new Set(await proofsOf(account)).size).toBe(3);
});

it('is found by a proof that is given while another one is judged', async () => {
  const { account, giveApp, giveEmail } = await twoStepUps();
  const attempts = server.app.get(AttemptStore, { strict: false });
  const spend = attempts.spend.bind(attempts);
  jest.spyOn(attempts, 'spend').mockImplementationOnce(async (request) => {
    const spent = await spend(request);
    expect(await giveEmail()).toBe(200);
    return spent;
  });
  expect(await giveApp()).toBe(200);
  expect(new Set(await proofsOf(account)).size).toBe(3);
});

it('is worth no more by what was proven before its method was deactivated, ever', async () => {
  const account = await server.signUp();
  const { secret, backupCodes } = await server.enrolApp(account);
  await server.enrolEmail(account);
  const old = await signedInBy(account, backupCodes[0] ?? '');
  await server.post('/mfa/primary/', { method: 'email' }, account.access);
  const code = () => {
    server.clock.advance({ seconds: 31 });
    return { method: 'app', code: server.totp(secret) };
  };
  expect((await server.post('/mfa/deactivate/', code(), account.access)).status).toBe(200);
  expect((await server.post('/mfa/confirm/', code(), account.access)).status).toBe(200);
  const { access } = await renew(server, old.refresh);
  expect(payloadOf(access)).toMatchObject({ amr: ['pwd'], acr: ACR.singleFactor });
});
