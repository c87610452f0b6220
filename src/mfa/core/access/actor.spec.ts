import { SubjectResolver, type Principal, proofsOf } from './actor.js';
import { type LiveSession } from '../ports/ports.js';
import { HostPorts } from '../ports/host-ports.js';
import { SessionDirectory, SubjectDirectory, type TokenIssuer } from '../ports/ports.js';
import { type Transaction } from '../ports/stores.js';

const NOON = new Date('2026-01-01T12:00:00.000Z');
const PASSWORD = {
  amr: ['pwd'],
  methodId: null,
  authenticatorId: null,
  backupCodesId: null,
  activation: null,
  at: NOON,
};
const ADA: Principal = { subjectId: 'ada', sessionId: 's1', authenticatedAt: NOON, amr: ['pwd'] };

class Everybody extends SubjectDirectory {
  async find(id: string) {
    return { id, displayName: id, addresses: {}, isEnabled: true, credentialsVersion: '1' };
  }
}

class OneSession extends SessionDirectory {
  async find({ sessionId }: { readonly sessionId: string }): Promise<LiveSession | null> {
    return sessionId === 's1' ? { proofs: [PASSWORD] } : null;
  }
}

// Nobody here asks for a token, or looks at the transaction.
const tokens = {} as TokenIssuer;
const transaction = {} as Transaction;

describe('SubjectResolver', () => {
  const keeping = new SubjectResolver(
    new HostPorts(new Everybody(), tokens, { sessions: new OneSession() }),
  );

  it('takes the proofs of the session as it is now', async () => {
    expect(await keeping.asOfNow(ADA, transaction)).toEqual({ ...ADA, proofs: [PASSWORD] });
  });

  it.each([null, 's2'])('refuses session %s where the host keeps sessions', async (sessionId) => {
    await expect(keeping.asOfNow({ ...ADA, sessionId }, transaction)).rejects.toMatchObject({
      code: 'token_not_valid',
    });
  });

  it('believes the host that keeps none', async () => {
    const stateless = new SubjectResolver(new HostPorts(new Everybody(), tokens));
    expect(await stateless.asOfNow(ADA, transaction)).toBe(ADA);
  });
});

describe('proofsOf', () => {
  it('makes one proof of what a token says, and none of one without a time', () => {
    expect(proofsOf(ADA)).toEqual([PASSWORD]);
    expect(proofsOf({ ...ADA, authenticatedAt: null })).toEqual([]);
    expect(proofsOf({ ...ADA, proofs: [] })).toEqual([]);
  });
});
