import { authenticator } from '../../../../test/support/scripted-ceremony.js';
import { SystemRandomSource } from '../../contract/random.js';
import { KeyRing } from '../../core/keys/key-ring.js';
import { resolveMfaOptions } from '../../core/options/mfa.options.js';
import { type FormerMethod } from '../../core/reversal/changes.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { PayloadCipher } from '../sealing/payload-cipher.js';
import { SealedChanges } from './sealed-changes.js';

const NOW = new FakeClock().now();
const METHOD: FormerMethod = {
  id: 'm1',
  handler: 'word',
  isActive: true,
  isPrimary: false,
  createdAt: NOW,
  confirmedAt: NOW,
  activatedAt: NOW,
  activation: 1,
  activatedVersion: 1,
  activatedIn: null,
  lastUsedAt: null,
  authenticators: [authenticator('open sesame')],
  stateVersion: 3,
  version: 2,
  failures: 0,
  lockedUntil: null,
};
const ROW = { user_id: 'u1', id: 'c1', type: 'method_deleted' } as const;
const OWNER = { use: 'change', subjectId: 'u1', rowId: 'c1', purpose: 'method_deleted' } as const;

describe('SealedChanges', () => {
  const options = resolveMfaOptions({ secretKeys: [{ id: 'k', key: Buffer.alloc(32, 7) }] });
  const cipher = new PayloadCipher(new KeyRing(options), new SystemRandomSource());
  const changes = new SealedChanges(cipher);
  const sealed = () => changes.seal({ kind: 'method', method: METHOD }, ROW);

  it('opens a method as it was sealed', () => {
    const facts = { session_id: null, factor: 'word', target: 'm1', at: NOW, after_seq: '0' };
    expect(changes.open({ ...ROW, ...facts, former: sealed() }).method).toEqual(METHOD);
  });

  it('keeps the names that stored rows have', () => {
    expect(cipher.open(sealed(), OWNER)).toMatchObject({
      method: { payloadVersion: 3, stored: [{ id: 'a1', state: 'open sesame' }] },
    });
  });
});
