import { expectFaults } from '../../support/problems.js';
import { startServer, type TestServer, type TestUser } from '../../support/server.js';

const BLANK = ['This field may not be blank.'];

let server: TestServer;
let nora: TestUser;

beforeAll(async () => {
  server = await startServer();
  nora = await server.register();
});
afterAll(() => server.stop());

describe('a name with blanks around it', () => {
  it.each([
    ['a blank behind it', (name: string) => `${name} `],
    ['a no-break space', (name: string) => `${name}\u00a0`],
    ['a blank before it', (name: string) => ` ${name}`],
    ['a line end', (name: string) => `${name}\r\n`],
  ])('signs in with %s', async (_, typed) => {
    const { username, email, password } = nora;
    const byName = await server.post('/login/', { username: typed(username), password });
    const byAddress = await server.post('/login/', { email: typed(email), password });
    expect([byName.status, byAddress.status]).toEqual([200, 200]);
  });

  it('is registered without them', async () => {
    const password = 'correct horse battery';
    const names = { username: ' ida ', email: '\u00a0ida@example.org ' };
    const { body } = await server.post('/registration/', { ...names, password });
    expect(body.user).toMatchObject({ username: 'ida', email: 'ida@example.org' });
  });

  it('is sent a link', async () => {
    await server.post('/password/reset/', { email: ` ${nora.email}\u00a0` });
    await server.deliverEvents();
    expect(server.inbox.messages.map(({ to }) => to)).toContain(nora.email);
  });

  it('has its refusal in the log of its user', async () => {
    await server.post('/login/', { username: '', email: `${nora.email} `, password: 'wrong' });
    await server.deliverEvents();
    const { body } = await server.login(nora);
    const log = await server.get('/user/security-log/', body.access);
    const types = log.body.results.map(({ type }: { type: string }) => type);
    expect(types).toContain('login_failed');
  });
});

describe('an empty name beside another', () => {
  it('is none', async () => {
    const { username, email, password } = nora;
    const forms = [
      { username, email: '', password },
      { username, email: ' ', password },
      { username: '', email, password },
    ];
    for (const form of forms) expect((await server.post('/login/', form)).status).toBe(200);
  });

  it('is missing where there is no other', async () => {
    const { password } = nora;
    expectFaults(await server.post('/login/', { username: ' ', password }), { username: BLANK });
    expectFaults(await server.post('/login/', { username: '', email: '', password }), {
      username: BLANK,
      email: BLANK,
    });
  });
});
