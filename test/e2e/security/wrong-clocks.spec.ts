import { addSeconds, DatabaseClock } from '../../../src/mfa/index.js';
import { type FakeClock } from '../../../src/mfa/testing/index.js';
import { type Reply } from '../../support/http-client.js';
import { notMeTokenIn, noticesTo } from '../../support/security-emails.js';
import { type LiveTokens, renew } from '../../support/old-proof.js';
import { startServer, type TestServer, type TestUser } from '../../support/server.js';

const NEW_PASSWORD = 'another horse battery';
const LAST_PASSWORD = 'the last horse battery';
const HOUR_SECONDS = 3600;

/** Who takes the steps of a journey, in turn. */
interface Stage {
  readonly one: TestServer;
  readonly other: TestServer;
  /** Between two ceremonies, none of which is under way. */
  readonly turn: (times: number) => void;
}

/** An app that was set up. */
interface App {
  readonly secret: string;
  readonly backupCodes: readonly string[];
}

/** Everything that the owner of an account does with it; the order of events decides on all of it. */
class Journey {
  private turns = 0;

  constructor(
    private readonly stage: Stage,
    private readonly user: TestUser,
    private tokens: LiveTokens,
  ) {}

  static async begin(stage: Stage): Promise<Journey> {
    const { user, access, refresh } = await stage.one.signUp();
    return new Journey(stage, user, { access, refresh });
  }

  async take(): Promise<void> {
    const { one, other } = this.stage;
    await this.turn();
    await this.stepUp({ password: this.user.password });
    const app = await this.enrolApp();
    await this.turn();
    await this.signIn(this.codeOf(app), 200);
    const [backupCode] = app.backupCodes;
    await this.signIn(backupCode, 200);
    await this.signIn(backupCode, 400);
    await this.turn();
    await this.stepUp({ code: this.codeOf(app) });
    await this.enrolApp({ label: 'Tablet' });
    const [method] = (await other.get('/mfa/', this.tokens.access)).body;
    expect(method).toMatchObject({
      name: 'app',
      is_active: true,
      details: { authenticators: [{}, { label: 'Tablet' }] },
    });
    expect((await one.get('/sessions/', this.tokens.access)).body).toHaveLength(3);
    await this.turn();
    await this.stepUp({ code: this.codeOf(app) });
    await this.enrolEmail();
    await this.changePassword();
    await this.turn();
    await this.sayNotMe();
    await this.turn();
    const pending = await this.resetPassword();
    const passed = await one.verifyLogin(pending, this.codeOf(app));
    expect([passed.status, passed.body.code]).toEqual([200, undefined]);
  }

  /** The tokens are as old as the clock says, which may be an hour; a session lives for days. */
  private async turn(): Promise<void> {
    this.stage.turn((this.turns += 1));
    if (this.turns < 5) this.tokens = await renew(this.stage.other, this.tokens.refresh);
    expect(this.tokens.refresh).toEqual(expect.any(String));
  }

  /** A code that nobody has used. */
  private codeOf({ secret }: App): string {
    this.stage.one.clock.advance({ seconds: 30 });
    return this.stage.one.totp(secret);
  }

  private async stepUp(proof: object): Promise<void> {
    const { one, other } = this.stage;
    const asked = await one.post('/step-up/', {}, this.tokens.access);
    const { ephemeral_token } = asked.body;
    const proven = await other.post('/step-up/verify/', { ephemeral_token, ...proof });
    expect([asked.status, proven.status, proven.body.code]).toEqual([200, 200, undefined]);
    this.tokens = { ...this.tokens, access: proven.body.access };
  }

  private async enrolApp(fields: object = {}): Promise<App> {
    const { one, other } = this.stage;
    const { access } = this.tokens;
    const setUp = await one.post('/mfa/', { method: 'app', ...fields }, access);
    const { authenticator_id, setup_data, backup_codes: backupCodes } = setUp.body;
    const app = { secret: String(setup_data?.secret), backupCodes };
    const proof = { method: 'app', authenticator_id, code: this.codeOf(app) };
    const confirmed = await other.post('/mfa/confirm/', proof, access);
    expect([setUp.body.code, confirmed.status, confirmed.body.code]).toEqual([
      ...[undefined, 200, undefined],
    ]);
    return app;
  }

  private async enrolEmail(): Promise<void> {
    const { one, other } = this.stage;
    const { access } = this.tokens;
    const setUp = await one.post('/mfa/', { method: 'email' }, access);
    const code = one.inbox.lastCode(this.user.email);
    const confirmed = await other.post('/mfa/confirm/', { method: 'email', code }, access);
    expect([setUp.body.code, confirmed.status]).toEqual([undefined, 200]);
  }

  private async signIn(code: unknown, status: number): Promise<Reply> {
    const { one, other } = this.stage;
    const { body } = await one.login(this.user);
    const reply = await other.verifyLogin(body.ephemeral_token, code);
    expect([reply.status, reply.body.code]).toEqual([
      status,
      status === 200 ? undefined : 'invalid_code',
    ]);
    return reply;
  }

  private async changePassword(): Promise<void> {
    const passwords = { old_password: this.user.password, new_password: NEW_PASSWORD };
    const reply = await this.stage.other.post('/password/change/', passwords, this.tokens.access);
    expect([reply.status, reply.body.code]).toEqual([200, undefined]);
  }

  private async sayNotMe(): Promise<void> {
    const { one, other } = this.stage;
    const mails = await noticesTo(one, this.user);
    const mail = mails.findLast(({ subject }) => /password/i.test(subject));
    const token = notMeTokenIn(mail ?? { text: '' });
    const reply = await other.post('/repudiate/', { token });
    expect([reply.status, reply.body.code]).toEqual([200, undefined]);
  }

  /** The mail comes, and its link is good. @returns the token of the second step */
  private async resetPassword(): Promise<string> {
    const { one, other } = this.stage;
    await one.post('/password/reset/', { email: this.user.email });
    const mails = await noticesTo(one, this.user);
    const [token] = mails.flatMap(({ text }) => /reset-password#(\S+)$/m.exec(text)?.[1] ?? []);
    const reply = await other.post('/password/reset/confirm/', {
      token,
      new_password: LAST_PASSWORD,
      old_password: this.user.password,
    });
    expect([reply.status, reply.body.code]).toEqual([200, undefined]);
    return String(reply.body.ephemeral_token);
  }
}

describe('two servers whose machines have clocks an hour apart, on one database', () => {
  let one: TestServer;
  let other: TestServer;

  /** The clock of the test is the database's; as much time goes by everywhere. */
  const readOn = (secondsAhead: number) => async (database: FakeClock) => {
    const machine = {
      now: () => addSeconds(database.now(), secondsAhead),
      elapsedMilliseconds: () => database.elapsedMilliseconds(),
    };
    const clock = new DatabaseClock(async () => database.now(), machine);
    await clock.adjust();
    return clock;
  };

  beforeAll(async () => {
    one = await startServer({}, { timeOf: readOn(HOUR_SECONDS) });
    other = await one.startSibling({}, { timeOf: readOn(-HOUR_SECONDS) });
  });
  afterAll(async () => {
    await other.stop();
    await one.stop();
  });

  it.each(['the one ahead', 'the one behind'])(
    'are as one to an owner, %s first',
    async (first) => {
      const isOne = first === 'the one ahead';
      const stage = isOne ? { one, other } : { one: other, other: one };
      await (await Journey.begin({ ...stage, turn: () => {} })).take();
    },
  );
});

describe('two servers whose times are three seconds apart', () => {
  it('take the code at once, and a backup code', async () => {
    const one = await startServer();
    const behind = async (clock: FakeClock) => ({
      now: () => addSeconds(clock.now(), -3),
      elapsedMilliseconds: () => clock.elapsedMilliseconds(),
    });
    const other = await one.startSibling({}, { timeOf: behind });
    await (await Journey.begin({ one, other, turn: () => {} })).take();
    await (await Journey.begin({ one: other, other: one, turn: () => {} })).take();
    await other.stop();
    await one.stop();
  });
});

describe('a clock that is corrected', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({ MFA_MAX_FAILURES_PER_METHOD: '2' });
  });
  afterAll(() => server.stop());

  const OFF_SECONDS = [HOUR_SECONDS, -HOUR_SECONDS, 2 * HOUR_SECONDS, -2 * HOUR_SECONDS];

  it.each(OFF_SECONDS)('and was %d s ahead, and again, refuses its owner nothing', async (off) => {
    server.clock.advance({ seconds: off });
    const turn = (times: number) => server.clock.advance({ seconds: times % 2 === 1 ? -off : off });
    await (await Journey.begin({ one: server, other: server, turn })).take();
  });

  it.each([7200, -7200].flatMap((off) => [2, 3, 4, 5, 6].map((last) => [off, last])))(
    'and was %d s ahead until turn %d refuses its owner nothing',
    async (off = 0, last = 0) => {
      server.clock.advance({ seconds: off });
      const turn = (times: number) => {
        if (times === last) server.clock.advance({ seconds: -off });
      };
      await (await Journey.begin({ one: server, other: server, turn })).take();
    },
  );

  it.each(OFF_SECONDS)('and was %d s ahead gives nobody more tries', async (off) => {
    const { user, ...tokens } = await server.signUp();
    const { secret } = await server.enrolApp(tokens);
    server.clock.advance({ seconds: off });
    const login = await server.beginLogin(user);
    for (let times = 0; times < 2; times++) await server.verifyLogin(login, '000000');
    server.clock.advance({ seconds: -off });
    const refused = await server.verifyLogin(await server.beginLogin(user), server.totp(secret));
    if (off > 0) expect([refused.status, refused.body.code]).toEqual([429, 'method_locked']);
    const wait = Number(refused.headers.get('retry-after') ?? 0);
    expect(wait).toBeLessThanOrEqual(900);
    server.clock.advance({ seconds: wait });
    const passed = await server.verifyLogin(await server.beginLogin(user), server.totp(secret));
    expect(off > 0 ? passed.status : 200).toBe(200);
  });
});
