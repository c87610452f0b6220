import { createClient } from './openapi-ts/client/index.js';
import {
  confirmMethod,
  listMethods,
  login,
  logout,
  refreshToken,
  register,
  setUpMethod,
  showUser,
  verifyLogin,
} from './openapi-ts/sdk.gen.js';
import { mustBe, type Stage } from './stage.js';

/** From registration to logout by the functions that @hey-api/openapi-ts makes. */
export async function play({ baseUrl, person, codeOf }: Stage): Promise<void> {
  const { username, password } = person;
  let access = '';
  const client = createClient({ baseUrl, auth: () => access });

  const registered = await register({ client, body: person });
  mustBe(registered.data?.user.username === username, 'the account is there');

  const first = await login({ client, body: { username, password } });
  mustBe(first.data?.mfa_enabled === false, 'a password signs in');
  access = first.data.access;

  const setUp = await setUpMethod({ client, body: { method: 'app' } });
  mustBe(setUp.data !== undefined && setUp.data.method === 'app', 'an app is set up');
  const { secret } = setUp.data.setup_data;
  mustBe(setUp.data.qr_code.startsWith('data:image/png'), 'there is a QR code to show');

  const code = codeOf(secret, -1);
  const confirmed = await confirmMethod({ client, body: { method: 'app', code } });
  mustBe(confirmed.data?.detail === 'Activated MFA method', 'the app is active');

  const second = await login({ client, body: { username, password } });
  mustBe(second.data?.mfa_enabled === true, 'a second factor is asked for');
  const { ephemeral_token } = second.data;

  const wrong = await verifyLogin({ client, body: { ephemeral_token, code: 'wrong' } });
  mustBe(wrong.error?.code === 'invalid_code', 'a wrong code is a problem');

  const verified = await verifyLogin({
    client,
    body: { ephemeral_token, code: codeOf(secret, 0) },
  });
  mustBe(verified.data?.user.username === username, 'the code signs in');
  const { refresh } = verified.data;
  access = verified.data.access;

  const me = await showUser({ client });
  mustBe(me.data?.email === person.email, 'the token opens the API');
  const list = await listMethods({ client });
  mustBe(list.data?.find(({ name }) => name === 'app')?.is_primary === true, 'the app is primary');

  const out = await logout({ client, body: { refresh } });
  mustBe(out.response?.status === 200, 'the session ends');
  const after = await refreshToken({ client, body: { refresh } });
  mustBe(after.error?.code === 'token_not_valid', 'and does not come back');
}
