import { describeHandlerContract } from 'nestjs-mfa/testing';
import { DongleHandler } from './dongle.handler.js';

/** The key and its first codes [RFC 4226, Appendix D]. */
const KEY = '3132333435363738393031323334353637383930';
const PRESSES = ['755224', '287082'];

describeHandlerContract('DongleHandler', {
  makeHandler: () => new DongleHandler(),
  subject: {
    id: '1',
    displayName: 'alice',
    addresses: {},
    isEnabled: true,
    credentialsVersion: '1',
  },
  fields: { serial: 'FT-204417', key: KEY },
  now: new Date('2026-01-01T12:00:00Z'),
  makeProof: async ({ state }) => ({ press: PRESSES[state.counter] ?? '' }),
  makeWrongProofs: async () => [{ press: '755225' }],
  makeTypedProof: (press) => ({ press }),
  secretsOf: () => [KEY],
});
