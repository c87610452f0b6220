import { enrolled, resetPassword, resetTokenOf, subjectsTo } from '../support/accounts.js';
import { type TestServer } from '../support/preset-server.js';

export async function resetAsksForTheFactor(server: TestServer): Promise<void> {
  const { account } = await enrolled(server);
  const answer = await resetPassword(server, account.user.email);
  expect(answer).toMatchObject({ mfa_enabled: true, method: 'app' });
}

export async function recoveryTakesTwo(server: TestServer): Promise<void> {
  const { account, app } = await enrolled(server);
  const { ephemeral_token } = await resetPassword(server, account.user.email);
  const recovered = await server.verifyLogin(ephemeral_token, app.backupCodes[0]);
  expect(recovered.status).toBe(200);
  const subjects = await subjectsTo(server, account.user.email);
  expect(subjects).toContain('Your password was reset');
  expect(subjects.join()).toContain('A backup code was used');
}

export async function resetLinksEnd(server: TestServer): Promise<void> {
  const user = await server.register();
  const token = await resetTokenOf(server, user.email);
  server.clock.advance({ seconds: 3600 });
  const body = { token, new_password: 'quite another horse battery' };
  const late = await server.post('/password/reset/confirm/', body);
  expect(late.body.code).toBe('invalid_token');
}

/** Codes of the preset's alphabet, of five bits a character. */
export const backupCodesHaveBits = (least: number) => async (server: TestServer) => {
  const { app } = await enrolled(server);
  for (const code of app.backupCodes) expect(code.length * 5).toBeGreaterThanOrEqual(least);
};
