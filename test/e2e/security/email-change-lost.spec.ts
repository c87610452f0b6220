import {
  addressOf,
  askChange,
  changeToken,
  confirmChange,
  countChanges,
  freeAddress,
  signUpConfirmed,
} from '../../support/email-change.js';
import { mailsTo } from '../../support/email-confirmation.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { type SignedIn, TestServer } from '../../support/server.js';
import { createTestDatabase } from '../../support/test-database.js';

let proxy: TcpProxy;
let server: TestServer;
let account: SignedIn;
let email: string;

beforeAll(async () => {
  const database = await createTestDatabase();
  proxy = await TcpProxy.start(database.url);
  const settings = {
    DATABASE_URL: proxy.url,
    // So that the text of each statement is on the wire.
    DATABASE_PREPARED_STATEMENTS: 'off',
    EMAIL_VERIFICATION: 'link',
  };
  server = await TestServer.start(database, settings, true, { races: true });
});
afterAll(async () => {
  await server.stop();
  await proxy.stop();
});
beforeEach(async () => {
  account = await signUpConfirmed(server);
  email = freeAddress();
});

describe('where the answer of the database is lost, another address', () => {
  it('is asked for, and again with the same answer and one mail', async () => {
    proxy.cut(/COMMIT/, 'after');
    const first = await askChange(server, account, email);
    await proxy.recover();
    const again = await askChange(server, account, email);
    expect([proxy.hasCut, first.status, again.status]).toEqual([true, 200, 200]);
    expect(await mailsTo(server, { email })).toHaveLength(1);
  });

  it('is confirmed once: the link was used, and the account has it', async () => {
    const token = await changeToken(server, account, email);
    proxy.cut(/COMMIT/, 'after');
    const first = await confirmChange(server, token);
    await proxy.recover();
    const again = await confirmChange(server, token);
    expect([proxy.hasCut, first.status, again.body.code]).toEqual([true, 200, 'invalid_token']);
    expect(await addressOf(server, account.user)).toBe(email);
    expect(await countChanges(server, account.user)).toBe(1);
  });

  it('is not confirmed by half, and the same link works again', async () => {
    const token = await changeToken(server, account, email);
    proxy.cut(/UPDATE email_changes SET confirmed_at/, 'after');
    const first = await confirmChange(server, token);
    await proxy.recover();
    expect([proxy.hasCut, first.body.code]).toEqual([true, 'unavailable']);
    expect(await addressOf(server, account.user)).toBe(account.user.email);
    expect((await confirmChange(server, token)).status).toBe(200);
    expect(await countChanges(server, account.user)).toBe(1);
  });
});
