import { type Principal } from '../../core/access/actor.js';
import { HostAccess } from './host-access.js';

const principalOf = (sessionId: string | null): Principal => ({
  ...{ subjectId: 'ada', sessionId, authenticatedAt: null, amr: [] },
});

const authenticate = (sessionId: string | null) =>
  new HostAccess({ authenticate: async () => principalOf(sessionId) }).authenticate({});

describe('HostAccess', () => {
  it.each(['s1', null])('takes the session %p from the host', async (sessionId) => {
    expect(await authenticate(sessionId)).toEqual(principalOf(sessionId));
  });

  it.each(['*', ''])('refuses the session id %p, which is counted as others', async (sessionId) => {
    await expect(authenticate(sessionId)).rejects.toThrow(
      `No session may have the id "${sessionId}"`,
    );
  });
});
