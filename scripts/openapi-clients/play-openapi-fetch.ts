import createClient from 'openapi-fetch';
import type { paths } from './openapi-typescript/schema.js';
import { mustBe, type Stage } from './stage.js';

/** From registration to logout by openapi-fetch, with the types of openapi-typescript. */
export async function play({ baseUrl, person, codeOf }: Stage): Promise<void> {
  const client = createClient<paths>({ baseUrl });
  const { username, password } = person;

  const registered = await client.POST('/api/auth/registration', { body: person });
  mustBe(registered.data?.user.username === username, 'the account is there');

  const first = await client.POST('/api/auth/login', { body: { username, password } });
  mustBe(first.data?.mfa_enabled === false, 'a password signs in');
  const headers = { authorization: `Bearer ${first.data.access}` };

  const setUp = await client.POST('/api/auth/mfa', { headers, body: { method: 'app' } });
  mustBe(setUp.data !== undefined && setUp.data.method === 'app', 'an app is set up');
  const { secret, qr_code } = setUp.data.setup_data;
  mustBe(setUp.data.qr_code === qr_code, 'the QR code is beside the data too');

  const confirmed = await client.POST('/api/auth/mfa/confirm', {
    headers,
    body: { method: 'app', code: codeOf(secret, -1) },
  });
  mustBe(confirmed.data?.detail === 'Activated MFA method', 'the app is active');

  const second = await client.POST('/api/auth/login', { body: { username, password } });
  mustBe(second.data?.mfa_enabled === true, 'a second factor is asked for');
  const { ephemeral_token, methods } = second.data;
  mustBe(methods[0]?.name === 'app', 'the app is on offer');

  const wrong = await client.POST('/api/auth/login/verify', {
    body: { ephemeral_token, code: 'wrong' },
  });
  mustBe(wrong.error?.code === 'invalid_code', 'a wrong code is a problem');

  const verified = await client.POST('/api/auth/login/verify', {
    body: { ephemeral_token, code: codeOf(secret, 0) },
  });
  mustBe(verified.data?.user.username === username, 'the code signs in');
  const { access, refresh } = verified.data;
  const signedIn = { authorization: `Bearer ${access}` };

  const me = await client.GET('/api/auth/user', { headers: signedIn });
  mustBe(me.data?.email === person.email, 'the token opens the API');
  const list = await client.GET('/api/auth/mfa', { headers: signedIn });
  mustBe(list.data?.find(({ name }) => name === 'app')?.is_primary === true, 'the app is primary');

  const out = await client.POST('/api/auth/logout', { body: { refresh } });
  mustBe(out.response.status === 200, 'the session ends');
  const after = await client.POST('/api/auth/token/refresh', { body: { refresh } });
  mustBe(after.error?.code === 'token_not_valid', 'and does not come back');
}
