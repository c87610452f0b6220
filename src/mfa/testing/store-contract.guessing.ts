/// <reference types="jest" />
import { type AttemptBudgets } from '../core/ports/attempts.js';
import { AMPLE, atOnce, type StoreStage } from './store-contract.stage.js';

/** Rule: guesses at the same moment exceed no budget. */
export function describeGuessesAtOnce(stage: StoreStage): void {
  const GUESSES = 20;
  const BUDGET = 5;

  it.each<keyof AttemptBudgets>([
    'maxAttemptsPerChallenge',
    'maxFailuresPerMethod',
    'maxFailuresPerAccount',
    'maxFailuresEver',
  ])('spends no more than %s allows, however many come at one moment', async (budget) => {
    const method = await stage.newMethod();
    const budgets = { ...AMPLE, [budget]: BUDGET };
    const one = await stage.openChallenge(method);
    const isOfChallenge = budget === 'maxAttemptsPerChallenge';
    const targets = await atOnce(GUESSES, async () =>
      isOfChallenge ? one : stage.openChallenge(method),
    );
    const requests = targets.map((challenge) => stage.request(challenge, { budgets }));
    const spent = await Promise.all(requests.map((own) => stage.stores.attempts.spend(own)));
    expect(spent.filter((attempt) => attempt !== null)).toHaveLength(BUDGET);
  });
}
