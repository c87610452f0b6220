import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { addSeconds } from '../../contract/clock.js';
import { type Ceremony, type Conclusion, type ProofRequest } from './ceremony.js';
import { type ChallengePurpose } from '../ports/challenge-purpose.js';
import {
  authenticator,
  BACKUP_CODES,
  HANDLER,
  KeptEvents,
  METHOD,
  NOW,
  ScriptedAttempts,
  scriptedCeremony,
  spentAttempt,
  SUBJECT,
} from '../../../../test/support/scripted-ceremony.js';

const CODES_OWNER = { subject: SUBJECT, client: { ip: null } };

/** The steps after the counting of an attempt that a test breaks. */
interface BrokenParts {
  readonly conclude?: () => Promise<Conclusion<void>>;
  readonly settle?: () => Promise<boolean>;
  readonly giveBack?: () => Promise<void>;
}

describe('Ceremony', () => {
  let attempts: ScriptedAttempts;
  let events: KeptEvents;
  let ceremony: Ceremony;

  beforeEach(() => {
    attempts = new ScriptedAttempts();
    events = new KeptEvents();
    ceremony = scriptedCeremony(attempts, events);
  });

  function requestOf(code: unknown, changes: Partial<ProofRequest> = {}): ProofRequest {
    return {
      subject: SUBJECT,
      key: { subjectId: 's1', id: 'c1' },
      purpose: 'login',
      judgedBy: [HANDLER],
      proof: { code },
      acceptsBackupCode: true,
      client: { ip: null, userAgent: null },
      wrongProofDetail: 'Invalid code',
      ...changes,
    };
  }

  function prove(code: unknown, changes?: Partial<ProofRequest>) {
    return ceremony.prove(requestOf(code, changes), async () => ({ result: undefined }));
  }

  it('commits a right proof', async () => {
    attempts.spends = [spentAttempt()];
    attempts.settles = [true];
    await prove('open sesame');
    expect(attempts.settlements).toMatchObject([
      {
        proven: { by: 'method', authenticators: [{ state: 'open sesame' }] },
        rows: [],
        now: NOW,
      },
    ]);
  });

  it('judges once more when it lost a race, by what is there then', async () => {
    const spent = spentAttempt();
    attempts.spends = [spent];
    attempts.settles = [false];
    attempts.reloads = [
      { ...spent, method: { ...METHOD, authenticators: [authenticator('closed sesame')] } },
    ];
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'invalid_code' });
    expect(events.events.map(({ type }) => type)).toEqual(['second_factor_failed']);
  });

  it('asks to try again when it lost every race', async () => {
    attempts.spends = [spentAttempt()];
    attempts.reloads = [spentAttempt(), spentAttempt()];
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'unavailable' });
    expect(attempts.settlements).toHaveLength(3);
    expect(attempts.givenBack).toHaveLength(1);
  });

  it('makes its last try behind the lock, with what it concluded before', async () => {
    attempts.spends = [spentAttempt()];
    attempts.reloads = [spentAttempt(), spentAttempt()];
    attempts.settles = [false, false, true];
    const changes: string[] = [];
    let conclusions = 0;
    await ceremony.prove(requestOf('open sesame'), async () => {
      const name = `change ${(conclusions += 1)}`;
      return {
        result: undefined,
        change: async () => {
          changes.push(name);
          return [];
        },
      };
    });
    expect(attempts.isInTransaction).toEqual([true, true, true]);
    expect(attempts.lockedReloads).toBe(1);
    expect(changes).toEqual(['change 2']);
    expect(attempts.givenBack).toEqual([]);
  });

  it('concludes anew, behind the lock, where what it concluded from no longer holds', async () => {
    attempts.spends = [spentAttempt()];
    attempts.reloads = [spentAttempt()];
    attempts.settles = [true];
    let conclusions = 0;
    const proof = ceremony.prove(requestOf('open sesame'), async () => {
      const result = (conclusions += 1);
      return { result, stillHolds: async () => result === 2 };
    });
    await expect(proof).resolves.toBe(2);
    expect(conclusions).toBe(2);
    expect(attempts.isInTransaction).toEqual([true]);
    expect(attempts.givenBack).toEqual([]);
  });

  it('concludes anew, in its last try too, where what it concluded from no longer holds', async () => {
    attempts.spends = [spentAttempt()];
    attempts.reloads = [spentAttempt(), spentAttempt()];
    attempts.settles = [true];
    let conclusions = 0;
    const proof = ceremony.prove(requestOf('open sesame'), async () => {
      const result = (conclusions += 1);
      return { result, stillHolds: async () => result === 3 };
    });
    await expect(proof).resolves.toBe(3);
    expect(attempts.lockedReloads).toBe(0);
  });

  it('settles its last try where nothing else is to change', async () => {
    attempts.spends = [spentAttempt()];
    attempts.reloads = [spentAttempt(), spentAttempt()];
    attempts.settles = [false, false, true];
    await expect(prove('open sesame')).resolves.toBeUndefined();
    expect(attempts.isInTransaction).toEqual([false, false, true]);
  });

  it('judges its last try by what is there then', async () => {
    attempts.spends = [spentAttempt()];
    const authenticators = [authenticator('closed sesame')];
    attempts.reloads = [spentAttempt(), spentAttempt({ method: { ...METHOD, authenticators } })];
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'invalid_code' });
    expect(events.events.map(({ type }) => type)).toEqual(['second_factor_failed']);
    expect(attempts.givenBack).toEqual([]);
  });

  it('knows in its last try that the challenge is dead', async () => {
    attempts.spends = [spentAttempt()];
    attempts.reloads = [spentAttempt()];
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'invalid_token' });
    expect(attempts.givenBack).toHaveLength(1);
  });

  it('concludes nothing in its last try from what it did not see before', async () => {
    attempts.spends = [spentAttempt()];
    attempts.reloads = [spentAttempt(), spentAttempt({ method: { ...METHOD, isActive: false } })];
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'unavailable' });
    expect(attempts.settlements).toHaveLength(2);
  });

  it.each([
    ['judged', { ...HANDLER, verify: async () => Promise.reject(new Error('broken')) }, {}],
    ['followed', HANDLER, { conclude: () => Promise.reject(new Error('broken')) }],
    ['committed', HANDLER, { settle: () => Promise.reject(new Error('broken')) }],
    [
      'reported',
      HANDLER,
      {
        giveBack: () => Promise.reject(new Error('lost')),
        conclude: () => Promise.reject(new Error('broken')),
      },
    ],
  ])('gives an attempt back that could not be %s', async (_, handler, parts) => {
    ceremony = scriptedCeremony(attempts, events, handler);
    const { conclude = async () => ({ result: undefined }), ...stores } = {
      ...parts,
    } as BrokenParts;
    const giveBack = jest.spyOn(attempts, 'giveBack');
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    Object.assign(attempts, stores.settle && { settle: stores.settle });
    if (stores.giveBack) giveBack.mockImplementation(stores.giveBack);
    attempts.spends = [spentAttempt()];
    await expect(ceremony.prove(requestOf('open sesame'), conclude)).rejects.toThrow('broken');
    expect(giveBack).toHaveBeenCalledTimes(1);
    jest.restoreAllMocks();
  });

  it('keeps a wrong proof counted when it cannot be told of', async () => {
    attempts.spends = [spentAttempt()];
    jest.spyOn(events, 'append').mockRejectedValue(new Error('full'));
    await expect(prove('closed sesame')).rejects.toThrow('full');
    expect(attempts.givenBack).toEqual([]);
  });

  it('gives no wrong proof back', async () => {
    attempts.spends = [spentAttempt()];
    await expect(prove('closed sesame')).rejects.toMatchObject({ code: 'invalid_code' });
    expect(attempts.givenBack).toEqual([]);
  });

  it('proves by the present clock what was activated by one that was ahead', async () => {
    attempts.settles = [true];
    attempts.spends = [spentAttempt({ method: { ...METHOD, activatedAt: addSeconds(NOW, 7200) } })];
    await prove('open sesame');
    expect(attempts.settlements).toMatchObject([{ now: NOW }]);
  });

  it.each<[ChallengePurpose, string, string]>([
    ['login', 'invalid_token', 'Invalid token'],
    ['step_up', 'invalid_token', 'Invalid token'],
    ['enrol', 'invalid_code', 'Invalid OTP code'],
    ['manage', 'invalid_code', 'Invalid OTP code'],
  ])('answers a dead challenge of purpose %s with %s', async (purpose, code, message) => {
    attempts.spends = [spentAttempt()];
    const proof = prove('open sesame', { purpose, wrongProofDetail: 'Invalid OTP code' });
    await expect(proof).rejects.toMatchObject({ code, message });
  });

  it('spends again when what stood in the way is gone', async () => {
    attempts.spends = [null, spentAttempt()];
    attempts.refusals = [null];
    attempts.settles = [true];
    await expect(prove('open sesame')).resolves.toBeUndefined();
  });

  it('asks to try again when it can neither spend nor say why', async () => {
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('spends nothing on what no handler can read', async () => {
    attempts.refusals = [{ reason: 'unreadable', handler: 'word' }];
    await expect(prove([])).rejects.toMatchObject({
      code: 'validation_failed',
      extras: { errors: { code: ['Not a valid string.'] } },
    });
    expect(attempts.requests).toEqual([]);
  });

  it('takes a challenge of a handler that is gone for one whose method is gone', async () => {
    attempts.refusals = [{ reason: 'unreadable', handler: 'gone' }];
    await expect(prove('open sesame')).rejects.toMatchObject({ code: 'method_not_found' });
  });

  it('looks for a backup code only where one is accepted and the text may be one', async () => {
    const code = 'ABCDEFGHJKMN';
    for (const [text, acceptsBackupCode] of [
      [code, false],
      ['123456', true],
      [code, true],
    ] as const) {
      attempts.refusals = [{ reason: 'exhausted' }];
      await prove(text, { acceptsBackupCode }).catch(() => {});
    }
    const lookups = attempts.requests.map(({ backupLookups }) => backupLookups.length);
    expect(lookups).toEqual([0, 0, 1]);
  });

  it('judges a backup code by its hash', async () => {
    const [stored] = await BACKUP_CODES.seal(CODES_OWNER, ['ABCDEFGHJKMN']);
    const backupCode = { lookup: stored?.lookup ?? '', hash: stored?.hash ?? '', setId: 's1' };
    attempts.spends = [spentAttempt({ backupCode }), spentAttempt({ backupCode })];
    attempts.settles = [true];
    await prove('abcd-efgh-jkmn');
    expect(attempts.givenBack).toEqual([]);
    expect(attempts.settlements[0]?.proven).toEqual({
      by: 'backup_code',
      lookup: backupCode.lookup,
    });
    await expect(prove('ABCDEFGHJKMM')).rejects.toMatchObject({ code: 'invalid_code' });
  });

  it('takes a backup code in the place of a proof of another shape', async () => {
    class Pin {
      pin = '';
    }
    const judgedBy = [{ ...HANDLER, proofSchema: Pin }];
    const [stored] = await BACKUP_CODES.seal(CODES_OWNER, ['ABCDEFGHJKMN']);
    const backupCode = stored === undefined ? null : { ...stored, setId: 's1' };
    attempts.spends = [spentAttempt({ backupCode })];
    attempts.settles = [true];
    await expect(prove('ABCDEFGHJKMN', { judgedBy })).resolves.toBeUndefined();
  });

  it('makes no further change when the proof lost its race', async () => {
    attempts.spends = [spentAttempt()];
    const changes: string[] = [];
    const request = requestOf('open sesame');
    const proof = ceremony.prove(request, async () => ({
      result: undefined,
      change: async () => {
        changes.push('changed');
        return [];
      },
    }));
    await expect(proof).rejects.toMatchObject({ code: 'invalid_token' });
    expect(changes).toEqual([]);
  });

  it('gives back what its authenticator made and is refused, and says why', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const verify = async () => ({ ok: false as const, reason: 'sign_count_fell' });
    const key = { ...HANDLER, isGuessable: false, verify };
    ceremony = scriptedCeremony(attempts, events, key);
    const spent = spentAttempt({ locksMethod: true, locksAccount: true, locksSession: true });
    attempts.spends = [spent];
    const refused = ceremony.prove({ ...requestOf('open sesame'), judgedBy: [key] }, async () => ({
      result: undefined,
    }));
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_code',
      extras: { attemptsLeft: 5 },
    });
    expect(attempts.givenBack).toEqual([spent]);
    const detail = { purpose: 'login', reason: 'sign_count_fell' };
    expect(events.events).toMatchObject([{ type: 'second_factor_failed', detail }]);
    expect(events.events).toHaveLength(1);
    expect(warn.mock.calls).toEqual([['A proof of word is refused: sign_count_fell.']]);
    warn.mockRestore();
  });

  it('records the locks that a failure sets', async () => {
    attempts.spends = [
      spentAttempt({ locksMethod: true, locksAccount: true }),
      spentAttempt({ locksSession: true }),
    ];
    await expect(prove('wrong')).rejects.toMatchObject({ extras: { attemptsLeft: 4 } });
    expect(events.events.map(({ type }) => type)).toEqual([
      'second_factor_failed',
      'method_locked',
      'account_locked',
    ]);
    await prove('wrong').catch(() => {});
    expect(events.events.slice(3).map(({ type }) => type)).toEqual([
      'second_factor_failed',
      'session_locked',
    ]);
  });
});
