import { expectFaults, expectProblem, REQUIRED } from '../../support/problems.js';
import { startServer, type TestServer } from '../../support/server.js';

const GOOD = { username: 'alice', email: 'alice@example.org', password: 'correct horse battery' };
const TAKEN = {
  username: ['A user with that username already exists.'],
  email: ['A user is already registered with this email address.'],
};

describe('opening an account', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('gives a user who can sign in', async () => {
    const reply = await server.post('/registration/', GOOD);
    const { username, email } = GOOD;
    const user = { id: expect.any(String), username, email, first_name: '', last_name: '' };
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({ user });
    expect((await server.login(GOOD)).body.user).toEqual(reply.body.user);
  });

  it('needs a user name and an address that nobody has, in whatever case', async () => {
    const { username, email } = await server.register();
    const sameName = { ...GOOD, username: username.toUpperCase(), email: 'new@example.org' };
    const sameAddress = { ...GOOD, username: 'new', email: email.toUpperCase() };
    expectFaults(await server.post('/registration/', sameName), { username: TAKEN.username });
    expectFaults(await server.post('/registration/', sameAddress), { email: TAKEN.email });
  });

  it.each([
    [{}, { username: REQUIRED, email: REQUIRED, password: REQUIRED }],
    [
      { username: '', email: null, password: 12345678 },
      {
        username: ['This field may not be blank.'],
        email: ['This field may not be null.'],
        password: ['Not a valid string.'],
      },
    ],
    [{ ...GOOD, email: 'alice' }, { email: ['Enter a valid email address.'] }],
    [
      { ...GOOD, username: 'a b' },
      {
        username: [
          'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.',
        ],
      },
    ],
    [
      { ...GOOD, password: 'short' },
      { password: ['This password is too short. It must contain at least 8 characters.'] },
    ],
    [
      { ...GOOD, username: 'eight_chars', password: 'eight_chars' },
      { password: ['This password is the username or the email address.'] },
    ],
    [{ ...GOOD, is_staff: true }, { is_staff: ['Unexpected field.'] }],
  ])('refuses %j', async (body, errors) => {
    expectFaults(await server.post('/registration/', body), errors);
  });
});

describe('opening an account where registration is closed', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ REGISTRATION: 'closed' });
  });
  afterAll(() => server.stop());

  it('is forbidden', async () => {
    const reply = await server.post('/registration/', GOOD);
    expectProblem(reply, [403, 'forbidden', 'Registration is closed.']);
  });
});

describe('opening accounts one after the other', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ RATE_LIMIT_PER_MINUTE: '2' });
  });
  afterAll(() => server.stop());

  it('is slowed down, and so is every route that asks for no token; what becomes of a session is not', async () => {
    const limited = [429, 'rate_limited', 'Request was throttled.'] as const;
    await server.post('/registration/', GOOD);
    await server.login(GOOD);
    server.clock.advance({ seconds: 20 });
    for (const path of ['registration', 'login', 'password/reset', 'password/reset/confirm']) {
      expectProblem(await server.post(`/${path}/`, GOOD), limited, { retry_after: 40 });
    }
    for (const path of ['logout', 'token/refresh', 'token/verify']) {
      expect((await server.post(`/${path}/`, GOOD)).status).toBe(400);
    }
    server.clock.advance({ seconds: 40 });
    expect((await server.login(GOOD)).status).toBe(200);
  });
});
