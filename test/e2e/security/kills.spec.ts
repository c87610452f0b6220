import { DELIVERY, NOT_ME, PASSWORD_CHANGE } from '../../support/kill-trials.js';
import { Succession } from '../../support/succession.js';

const MANY_SERVERS_MILLISECONDS = 240_000;

function showThatNothingIsHalfDone(): void {
  let line: Succession;
  beforeAll(async () => {
    line = await Succession.begin();
  });
  afterAll(() => line.end());

  describe.each(['before', 'after'] as const)('a server killed %s any statement of', (when) => {
    it(
      'a change of the password leaves the old one or the new one, with all that goes with it',
      () => line.outlive(when, PASSWORD_CHANGE),
      MANY_SERVERS_MILLISECONDS,
    );

    it(
      'a "not me" link leaves it unspent, or everything undone',
      () => line.outlive(when, NOT_ME),
      MANY_SERVERS_MILLISECONDS,
    );

    it(
      'a delivery leaves to the next server what nobody was told of',
      () => line.outlive(when, DELIVERY),
      MANY_SERVERS_MILLISECONDS,
    );
  });
}

describe('kills between two steps', () => {
  if (process.env['RUN_LONG_TRIALS'] === '1') showThatNothingIsHalfDone();
  else
    it('are not shown here: they take minutes, and a PostgreSQL that TEST_DATABASE_URL names', () => {});
});
