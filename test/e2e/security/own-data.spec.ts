import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { untilJudged } from '../../support/until-judged.js';

const USERS = 12;
const ROUNDS = 4;

describe('many users at one moment', () => {
  let server: TestServer;
  let accounts: SignedIn[] = [];

  beforeAll(async () => {
    server = await startServer({}, { races: true });
    accounts = [];
    for (let i = 0; i < USERS; i++) accounts.push(await server.signUp());
  });
  afterAll(() => server.stop());

  it('are each answered with their own data, on the embedded database too', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await Promise.all(
        accounts.map(async ({ user, access }) => {
          const [setUp, me, list] = await Promise.all([
            untilJudged(() => server.post('/mfa/', { method: 'app' }, access)),
            server.get('/user/', access),
            server.get('/mfa/', access),
          ]);
          const isOwnLink = String(setUp.body.setup_data?.qr_link).includes(`:${user.username}?`);
          return [setUp.status, isOwnLink, me.status, me.body.id === user.id, list.status];
        }),
      );
      expect(answers).toEqual(accounts.map(() => [201, true, 200, true, 200]));
    }
  });
});
