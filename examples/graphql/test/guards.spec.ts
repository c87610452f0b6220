import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { TestApp } from './test-app.js';

const PAY = 'mutation ($amount: Int = 5) { pay(to: "bob", amount: $amount) { to amount } }';
const PAYMENTS = '{ payments { to amount } }';

describe('resolvers that ask for second factors', () => {
  let app: TestApp;
  let token = '';

  const ask = (query: string, access?: string, variables = {}) =>
    app.post('/graphql', { query, variables }, access);
  const refusal = (code: string, more: object = {}) =>
    expect.objectContaining({
      errors: [expect.objectContaining({ extensions: expect.objectContaining({ code, ...more }) })],
    });

  before(async () => {
    app = await TestApp.start();
    await app.register();
  });
  after(() => app.stop());

  it('ask a stranger to sign in', async () => {
    const signIn = refusal('not_authenticated', { status: 401, title: 'Not authenticated' });
    expect(await ask(PAYMENTS)).toEqual(signIn);
    expect(await ask(PAY)).toEqual(signIn);
  });

  it('refuse a bad token', async () => {
    expect(await ask(PAYMENTS, 'forged')).toEqual(refusal('token_not_valid', { status: 401 }));
  });

  it('ask somebody with a password alone for a second factor', async () => {
    token = await app.signIn();
    expect(await ask(PAYMENTS, token)).toEqual({ data: { payments: [] } });
    const required = { status: 401, max_age: 300, acr_values: 'urn:nestjs-mfa:acr:2' };
    expect(await ask(PAY, token)).toEqual(refusal('fresh_proof_required', required));
  });

  it('work for somebody with two factors', async () => {
    await app.enrolApp(token);
    token = await app.signIn();
    expect(await ask(PAY, token)).toEqual({ data: { pay: { to: 'bob', amount: 5 } } });
    expect(await ask(PAYMENTS, token)).toEqual({ data: { payments: [{ to: 'bob', amount: 5 }] } });
  });

  it('give texts by field for a failure of their own', async () => {
    const errors = { amount: ['At most 1000.'] };
    const answer = await ask(PAY, token, { amount: 1001 });
    expect(answer).toEqual(refusal('validation_failed', { status: 400, errors }));
  });

  it('leave other errors as they are', async () => {
    expect(await ask('{ nothing }', token)).toEqual(refusal('GRAPHQL_VALIDATION_FAILED'));
  });

  it('ask again once the proof is too old, and take a step-up', async () => {
    app.clock.advance({ seconds: 301 });
    expect(await ask(PAY, token)).toEqual(refusal('fresh_proof_required', { max_age: 300 }));
    expect(await ask(PAYMENTS, token)).toHaveProperty('data.payments');
    token = await app.stepUp(token);
    expect(await ask(PAY, token)).toHaveProperty('data.pay');
  });

  it('refuse a session that has ended meanwhile', async () => {
    await app.signOut(token);
    expect(await ask(PAYMENTS, token)).toEqual(refusal('token_not_valid'));
    expect(await ask(PAY, token)).toEqual(refusal('token_not_valid'));
  });
});
