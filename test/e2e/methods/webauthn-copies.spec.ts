import { expectProblem } from '../../support/problems.js';
import { enrolKey, SECURITY_KEYS } from '../../support/security-keys.js';
import { startServer, type TestServer } from '../../support/server.js';

describe('a proof that a copy of a security key has signed', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SECURITY_KEYS);
  });
  afterAll(() => server.stop());

  it('is refused as often as it comes, costs no attempt, and shuts no key out', async () => {
    const { access, user } = await server.signUp();
    const key = await enrolKey(server, { access });
    const verify = (ephemeral_token: string, credential: object) =>
      server.post('/login/verify/', { ephemeral_token, credential });
    const first = (await server.login(user)).body;
    const counted = key.get(first.challenge, { signCount: 7 });
    expect((await verify(first.ephemeral_token, counted)).status).toBe(200);
    const { ephemeral_token, challenge } = (await server.login(user)).body;
    for (let i = 0; i < 12; i++) {
      const copy = key.get(challenge, { signCount: 0 });
      const refused = [400, 'invalid_code', 'Invalid code'] as const;
      expectProblem(await verify(ephemeral_token, copy), refused, { attempts_left: 5 });
    }
    const right = key.get(challenge, { signCount: 8 });
    expect((await verify(ephemeral_token, right)).status).toBe(200);
  });
});
