import { addSeconds } from '../../contract/clock.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { authenticator } from '../../../../test/support/scripted-ceremony.js';
import { type AccountAtHand } from './account-at-hand.js';
import { type Authenticator } from '../ports/authenticators.js';
import { ChangeUndoing } from './change-undoing.js';
import { type ChangeStore, type FormerMethod, type LoggedChange } from './changes.js';
import { type HandlerRegistry } from '../ceremony/handler-registry.js';
import { MethodRestoring } from './method-restoring.js';
import {
  type BackupCodeStore,
  type MethodRecord,
  MethodStore,
  type Transaction,
} from '../ports/stores.js';
import { KeptSince } from './undone.js';

const BOUND = new FakeClock().now();
const CHANGED = addSeconds(BOUND, 60);
const LATER = addSeconds(BOUND, 120);

const former: FormerMethod = {
  id: 'm1',
  handler: 'word',
  isActive: true,
  isPrimary: true,
  createdAt: BOUND,
  confirmedAt: BOUND,
  activatedAt: BOUND,
  activation: 1,
  activatedVersion: 1,
  activatedIn: null,
  lastUsedAt: null,
  authenticators: [],
  stateVersion: 1,
  version: 1,
  failures: 0,
  lockedUntil: null,
};

/** Keeps one method, and what was saved of it. */
class OneMethod extends MethodStore {
  saved: readonly Authenticator[] | null = null;
  readonly primaries: string[] = [];

  constructor(private readonly methods: readonly MethodRecord[]) {
    super();
  }

  async read(subjectId: string) {
    return { subjectId, methods: this.methods, backupCodesId: null, version: 1 };
  }

  async save({ authenticators }: { readonly authenticators: readonly Authenticator[] }) {
    this.saved = authenticators;
  }

  async activate() {}
  deactivate = async () => true;
  switchOff = async () => {};
  makePrimary = async ({ id }: { readonly id: string }) => {
    this.primaries.push(id);
    return true;
  };
  delete = async () => true;
}

const changeOf = (type: LoggedChange['type']): LoggedChange => ({
  id: 'c1',
  subjectId: 's1',
  sessionId: 'x',
  type,
  factor: 'word',
  target: 'a1',
  at: CHANGED,
  afterSeq: 0,
  method: former,
  backupCodes: null,
});

/** Undoes the activation of an authenticator that was there before, as it is by now. */
async function undoOn(
  present: readonly Authenticator[],
  type: LoggedChange['type'],
  facts: Partial<LoggedChange> = {},
) {
  const methods = new OneMethod(
    present.length === 0 ? [] : [{ ...former, subjectId: 's1', authenticators: present }],
  );
  // Neither the log nor the codes nor the handlers are asked for what these changes are.
  const changes = {} as ChangeStore;
  const codes = {
    count: async () => ({ id: 'c1', remaining: 2 }),
    deleteAll: async () => 2,
  } as unknown as BackupCodeStore;
  const restoring = new MethodRestoring({} as HandlerRegistry, changes, methods);
  const undoing = new ChangeUndoing(restoring, changes, methods, codes);
  const change = { ...changeOf(type), ...facts };
  const transaction = {} as Transaction;
  const account = undoing.takeUp('s1', transaction);
  const undone = await undoing.undo({ change, kept: new KeptSince(), account });
  return { undone, saved: methods.saved };
}

const one = (confirmedAt: Date) => ({ ...authenticator('word'), boundAt: BOUND, confirmedAt });

describe('ChangeUndoing', () => {
  it('leaves an authenticator alone that was confirmed again since', async () => {
    const { undone, saved } = await undoOn([one(LATER)], 'authenticator_added');
    expect([undone.isUndone, saved]).toEqual([false, null]);
  });

  it('has one that it knows nothing older of wait for its proof', async () => {
    const { undone, saved } = await undoOn([one(CHANGED)], 'authenticator_added');
    expect(undone.isUndone).toBe(true);
    expect(saved).toMatchObject([{ confirmedAt: BOUND, confirmedIn: null }]);
  });

  it('kills codes where there were none before', async () => {
    const { undone } = await undoOn([], 'backup_codes_issued', { backupCodes: [] });
    expect(undone).toMatchObject({ isUndone: true, codes: 2, bringsBack: false });
  });

  it('leaves alone what it does not know how to undo', async () => {
    const { undone } = await undoOn([one(CHANGED)], 'method_locked');
    expect(undone.isUndone).toBe(false);
  });

  it('reactivates no method that is gone', async () => {
    const { undone } = await undoOn([], 'method_deactivated');
    expect(undone.isUndone).toBe(false);
  });

  it.each([
    ['nothing more than was done since, where it is active again', false, false, []],
    ['beside another primary one', true, true, []],
    ['as the primary one, where there is none', false, true, ['m1']],
  ])('brings a method back %s', async (_, isOtherPrimary, isReactivated, primaries) => {
    const method = { ...former, subjectId: 's1', isPrimary: false, authenticators: [one(BOUND)] };
    const other = { ...method, id: 'm2', isPrimary: isOtherPrimary };
    const methods = new OneMethod([method, other]);
    const changes = { reactivate: async () => isReactivated } as unknown as ChangeStore;
    const restoring = new MethodRestoring({} as HandlerRegistry, changes, methods);
    const transaction = {} as Transaction;
    // Nothing of these changes is at hand.
    const account = {} as AccountAtHand;
    const { isUndone } = await restoring.reactivate({
      change: changeOf('method_deactivated'),
      former,
      kept: new KeptSince(),
      methods: [method, other],
      account,
      transaction,
    });
    expect(isUndone).toBe(isReactivated);
    expect(methods.primaries).toEqual(primaries);
  });
});
