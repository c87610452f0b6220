import { type Described, DescribedAnswers } from '../../support/described-answers.js';
import { type Reply } from '../../support/http-client.js';
import {
  loginOnDevice,
  type Remembered,
  signUpOnDevice,
  verifyOnDevice,
  WITH_DEVICES,
} from '../../support/remembered-device.js';
import { startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let described: DescribedAnswers;
let person: Remembered;

beforeAll(async () => {
  server = await startServer(WITH_DEVICES);
  const { body } = await server.get('//api/docs-json');
  described = new DescribedAnswers(body);
  person = await signUpOnDevice(server);
});
afterAll(() => server.stop());

/** The members of a body: of each of its alternatives, if it has several. */
function membersOf(of: DescribedAnswers, path: string): string[][] {
  const { operation } = of.operations().find((one) => one.path === `/api/auth/${path}`) ?? {};
  const schema = of.resolve(operation?.requestBody.content['application/json'].schema);
  const alternatives: Described[] = schema.oneOf ?? [schema];
  return alternatives.map((one) => Object.keys(of.resolve(one).properties));
}

describe('the OpenAPI document, where devices are remembered', () => {
  it('has the fields of logins, and has them nowhere else', async () => {
    for (const members of membersOf(described, 'login'))
      expect(members).toContain('trusted_device');
    for (const members of membersOf(described, 'login/verify')) {
      expect(members).toContain('remember_device');
    }
    for (const members of membersOf(described, 'step-up/verify')) {
      expect(members).not.toContain('remember_device');
    }
    const plain = await server.startSibling();
    const without = new DescribedAnswers((await plain.get('//api/docs-json')).body);
    await plain.stop();
    expect(membersOf(without, 'login').flat()).not.toContain('trusted_device');
    expect(membersOf(without, 'login/verify').flat()).not.toContain('remember_device');
  });

  it('describes every answer about devices', async () => {
    const fits = (method: string, path: string, reply: Reply) =>
      expect(described.faultsOfAnswer(method, `/api/auth/${path}`, reply)).toBeNull();
    server.clock.advance({ seconds: 30 });
    const verified = await verifyOnDevice(server, person, server.totp(person.app.secret));
    fits('POST', 'login/verify', verified);
    fits('POST', 'login', await loginOnDevice(server, person.user, person.device));
    const { access } = verified.body;
    const listed = await server.get('/mfa/devices/', access);
    fits('GET', 'mfa/devices', listed);
    const headers = { authorization: `Bearer ${access}` };
    const [{ id }] = listed.body;
    for (const status of [204, 404]) {
      const ended = await server.send('DELETE', `/mfa/devices/${id}/`, { headers });
      expect(ended.status).toBe(status);
      if (status === 404) fits('DELETE', 'mfa/devices/{id}', ended);
    }
    expect((await server.send('DELETE', '/mfa/devices/', { headers })).status).toBe(204);
  });
});
