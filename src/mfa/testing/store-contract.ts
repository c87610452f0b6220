/// <reference types="jest" />
import { describeAccounts } from './store-contract.accounts.js';
import { describeChallenges } from './store-contract.challenges.js';
import { describeClocks } from './store-contract.clocks.js';
import { describeCounting } from './store-contract.counting.js';
import { describeEnrolments } from './store-contract.enrolments.js';
import { describeForgivingPayers } from './store-contract.forgiving.js';
import { describeGuessesAtOnce } from './store-contract.guessing.js';
import { describeMethods } from './store-contract.methods.js';
import { describeSending } from './store-contract.sends.js';
import { describePasswords } from './store-contract.passwords.js';
import { describePaying } from './store-contract.paying.js';
import { describeSettling } from './store-contract.settling.js';
import { describeSpending } from './store-contract.spending.js';
import { type OpenStores, StoreStage } from './store-contract.stage.js';

export { type OpenStores, type Stores } from './store-contract.stage.js';

/**
 * Registers the tests that every implementation of the storage ports passes, with the global
 * `describe`, `it` and `expect`. Some tests make several requests at one moment, so the storage should
 * have several connections.
 *
 * @param name of the stores, for the report
 * @param open opens stores on an empty storage; called once
 */
export function describeStoreContract(name: string, open: () => Promise<OpenStores>): void {
  describe(`${name} keep the contract of stores`, () => {
    const stage = new StoreStage();
    beforeAll(() => stage.open(open));
    afterAll(() => stage.close());

    describe('methods', () => describeMethods(stage));
    describe('challenges', () => describeChallenges(stage));
    describe('spending attempts', () => describeSpending(stage));
    describe('who pays for a guess', () => describePaying(stage));
    describe('what a guesser is forgiven', () => describeForgivingPayers(stage));
    describe('guesses at one moment', () => describeGuessesAtOnce(stage));
    describe('attempts at a password', () => describePasswords(stage));
    describe('settling attempts', () => describeSettling(stage));
    describe('backup codes and events', () => describeCounting(stage));
    describe('sends', () => describeSending(stage));
    describe('enrolments', () => describeEnrolments(stage));
    describe('clocks that were wrong', () => describeClocks(stage));
    describe('accounts', () => describeAccounts(stage));
  });
}
