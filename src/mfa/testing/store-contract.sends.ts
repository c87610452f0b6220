/// <reference types="jest" />
import { type SendAllowance, type TakenSend } from '../core/sending/send-budgets.js';
import { addSeconds } from '../contract/clock.js';
import { atOnce, NOW, type StoreStage } from './store-contract.stage.js';

const WINDOW_SECONDS = 600;

/** Rules for the budgets of sent codes. */
export function describeSending(stage: StoreStage): void {
  describeTaking(stage);
  describeTakingAtOnce(stage);
  describeRestoring(stage);
  describeSlots(stage);
}

type Changes = Partial<Pick<SendAllowance, 'maxSends' | 'cooldownSeconds' | 'slots'>>;

function allowance(stage: StoreStage, changes: Changes = {}): SendAllowance {
  const limits = { cooldownSeconds: 30, maxSends: 2, windowSeconds: WINDOW_SECONDS };
  return { key: stage.newId(), ...limits, ...changes };
}

/** The time some seconds later. */
function at(seconds: number): Date {
  return addSeconds(NOW, seconds);
}

/** Takes a send that must be allowed. */
async function taken(
  { stores: { sendBudgets } }: StoreStage,
  allowances: readonly SendAllowance[],
  now = NOW,
): Promise<TakenSend> {
  const verdict = await sendBudgets.take(allowances, now);
  if (!verdict.allowed) throw new Error('The send is refused.');
  return verdict.taken;
}

function describeTaking(stage: StoreStage): void {
  it('lets nothing be sent within the cool-down, to the instant', async () => {
    const own = allowance(stage);
    const { sendBudgets } = stage.stores;
    await taken(stage, [own]);
    const refused = { allowed: false, reason: 'cooldown', key: own.key, until: at(30) };
    expect(await sendBudgets.take([own], at(29.999))).toEqual(refused);
    expect(await sendBudgets.take([own], at(30))).toMatchObject({ allowed: true });
  });

  it('lets no more be sent than the limit of a window, and again in the next', async () => {
    const own = allowance(stage, { cooldownSeconds: 0 });
    const { sendBudgets } = stage.stores;
    await taken(stage, [own]);
    await taken(stage, [own], at(1));
    const refused = { allowed: false, reason: 'limit', key: own.key, until: at(600) };
    expect(await sendBudgets.take([own], at(599))).toEqual(refused);
    expect(await sendBudgets.take([own], at(600))).toMatchObject({ allowed: true });
  });

  it('takes a send from all budgets or from none, and names the one that refuses', async () => {
    const [free, spent] = [allowance(stage, { maxSends: 1 }), allowance(stage, { maxSends: 1 })];
    const { sendBudgets } = stage.stores;
    await taken(stage, [spent]);
    const refused = { allowed: false, key: spent.key };
    expect(await sendBudgets.take([free, spent], at(60))).toMatchObject(refused);
    expect(await sendBudgets.take([free], at(60))).toMatchObject({ allowed: true });
  });
}

function describeTakingAtOnce(stage: StoreStage): void {
  it('lets one be sent of many at one moment', async () => {
    const own = [allowance(stage), allowance(stage)];
    const verdicts = await atOnce(10, () => stage.stores.sendBudgets.take(own, NOW));
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(1);
  });

  it('counts none in the other budgets of those that it refuses of many at one moment', async () => {
    const { sendBudgets } = stage.stores;
    const shared = allowance(stage, { cooldownSeconds: 0, maxSends: 3 });
    const own = Array.from({ length: 10 }, () => allowance(stage, { maxSends: 1 }));
    const verdicts = await Promise.all(own.map((one) => sendBudgets.take([one, shared], NOW)));
    const isAllowed = verdicts.map(({ allowed }) => allowed);
    expect(isAllowed.filter(Boolean)).toHaveLength(3);
    const again = await Promise.all(own.map((one) => sendBudgets.take([one], NOW)));
    expect(again.map(({ allowed }) => allowed)).toEqual(isAllowed.map((was) => !was));
  });

  it('keeps nobody waiting for each other, in whatever order budgets are named', async () => {
    const own = Array.from({ length: 6 }, () =>
      allowance(stage, { cooldownSeconds: 0, maxSends: 100 }),
    );
    const orders = [own, [...own].reverse()];
    const sends = await atOnce(20, (index) => taken(stage, orders[index % 2] ?? own));
    await atOnce(20, (index) => {
      const { rows = [], at: when = NOW } = sends[index] ?? {};
      const order = index % 2 === 0 ? rows : [...rows].reverse();
      return stage.stores.sendBudgets.giveBack({ rows: order, at: when });
    });
    await taken(
      stage,
      own.map((one) => ({ ...one, maxSends: 1 })),
    );
  });
}

function describeRestoring(stage: StoreStage): void {
  it('ends the cool-down of a send that failed, and keeps it counted', async () => {
    const own = [allowance(stage)];
    const { sendBudgets } = stage.stores;
    await sendBudgets.release(await taken(stage, own));
    await sendBudgets.release(await taken(stage, own, at(1)));
    expect(await sendBudgets.take(own, at(2))).toMatchObject({ reason: 'limit' });
  });

  it('ends a cool-down that has begun by a moment, and keeps the send counted', async () => {
    const [own, other] = [allowance(stage), allowance(stage)];
    const { sendBudgets } = stage.stores;
    await taken(stage, [own, other]);
    await sendBudgets.endCooldown(own.key, at(-1));
    expect(await sendBudgets.take([own], at(1))).toMatchObject({ reason: 'cooldown' });
    await sendBudgets.endCooldown(own.key, NOW);
    await taken(stage, [own], at(1));
    await sendBudgets.endCooldown(own.key, at(1));
    expect(await sendBudgets.take([own], at(2))).toMatchObject({ reason: 'limit' });
    expect(await sendBudgets.take([other], at(2))).toMatchObject({ reason: 'cooldown' });
  });

  it('gives back the count and the cool-down of a send that was never tried', async () => {
    const own = [allowance(stage, { maxSends: 1 }), allowance(stage, { maxSends: 1 })];
    await stage.stores.sendBudgets.giveBack(await taken(stage, own));
    await taken(stage, own, at(1));
    expect(await stage.stores.sendBudgets.take(own, at(32))).toMatchObject({ reason: 'limit' });
  });

  it('leaves the cool-down of a later send, and a later window, as they are', async () => {
    const own = allowance(stage, { maxSends: 1 });
    const { sendBudgets } = stage.stores;
    const first = await taken(stage, [own]);
    await taken(stage, [own], at(WINDOW_SECONDS));
    for (const restore of ['release', 'giveBack'] as const) await sendBudgets[restore](first);
    const again = await sendBudgets.take([own], at(WINDOW_SECONDS + 1));
    expect(again).toMatchObject({ reason: 'limit' });
    const wider = { ...own, maxSends: 5 };
    const soon = await sendBudgets.take([wider], at(WINDOW_SECONDS + 1));
    expect(soon).toMatchObject({ reason: 'cooldown' });
  });
}

function describeSlots(stage: StoreStage): void {
  const shared = (maxSends: number) => allowance(stage, { cooldownSeconds: 0, maxSends, slots: 4 });

  it('lets exactly the limit of a divided budget be sent, of many at one moment', async () => {
    const own = shared(10);
    const verdicts = await atOnce(30, () => stage.stores.sendBudgets.take([own], NOW));
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(10);
    const refused = { allowed: false, reason: 'limit', key: own.key, until: at(WINDOW_SECONDS) };
    expect(await stage.stores.sendBudgets.take([own], at(1))).toEqual(refused);
    await taken(stage, [own], at(WINDOW_SECONDS));
  });

  it('keeps of a divided budget what some may not use for those who may', async () => {
    const all = shared(10);
    const some = { ...all, maxSends: 8 };
    const { sendBudgets } = stage.stores;
    for (let sent = 0; sent < 5; sent += 1) await taken(stage, [all]);
    for (let sent = 5; sent < 8; sent += 1) await taken(stage, [some]);
    expect(await sendBudgets.take([some], NOW)).toMatchObject({ reason: 'limit' });
    await taken(stage, [all]);
    await taken(stage, [all]);
    expect(await sendBudgets.take([all], NOW)).toMatchObject({ reason: 'limit' });
  });

  it('gives back a send of a divided budget', async () => {
    const own = shared(4);
    const sends = await atOnce(4, () => taken(stage, [own]));
    const [first] = sends;
    if (first === undefined) throw new Error('Nothing was sent.');
    await stage.stores.sendBudgets.giveBack(first);
    await taken(stage, [own], at(1));
    expect(await stage.stores.sendBudgets.take([own], at(2))).toMatchObject({ reason: 'limit' });
  });
}
