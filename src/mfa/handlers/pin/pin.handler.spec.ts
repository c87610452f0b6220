import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { type Subject } from '../../contract/handler.js';
import { RandomSource } from '../../contract/random.js';
import { readFields } from '../../contract/read-fields.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { FakeRandomSource } from '../../testing/fake-random-source.js';
import { describeHandlerContract } from '../../testing/handler-contract.js';
import { PinFields } from './pin.fields.js';
import { PinHandler, pinHandler } from './pin.handler.js';
import { parsePinState } from './pin.state.js';

const PIN = '482915';
const subject: Subject = {
  id: '1',
  displayName: 'ada',
  addresses: {},
  isEnabled: true,
  credentialsVersion: '1',
};
const now = new FakeClock().now();
const setupOf = (pin: string) => ({ subject, fields: { pin }, enrolled: [], now });
const makeHandler = () => new PinHandler(new FakeRandomSource(), { isProduction: false });

describe('PinHandler', () => {
  it('is the method "pin" unless told otherwise', () => {
    expect(makeHandler()).toMatchObject({ name: 'pin', displayName: 'PIN', amr: ['pin'] });
    const options = { isProduction: false, name: 'door_pin', displayName: 'Door' };
    const other = new PinHandler(new FakeRandomSource(), options);
    expect(other).toMatchObject({ name: 'door_pin', displayName: 'Door' });
  });

  it('refuses production', () => {
    expect(() => new PinHandler(new FakeRandomSource(), { isProduction: true })).toThrow(
      'MFA handler "pin": a PIN is an example and no second factor for production; take it off the list of handlers.',
    );
  });

  it('shows nothing, and keeps a hash that is another for the same PIN', async () => {
    const handler = makeHandler();
    const first = await handler.setup(setupOf(PIN));
    const second = await handler.setup(setupOf(PIN));
    expect([first.response, handler.describe()]).toEqual([{}, {}]);
    expect(first.state.hash).not.toBe(second.state.hash);
    expect(Buffer.from(first.state.hash, 'base64url')).toHaveLength(32);
    expect(Buffer.from(first.state.salt, 'base64url')).toHaveLength(16);
  });

  it.each([
    [{ salt: 'c2FsdA' }, 1],
    [{ hash: 'aGFzaA' }, 1],
    [{ salt: 1, hash: 'aGFzaA' }, 1],
    [{ salt: 'c2FsdA', hash: 'aGFzaA' }, 2],
  ])('reads no state out of %j of version %d', (state, version) => {
    expect(() => parsePinState(state, version)).toThrow('This is not the state of a PIN.');
  });

  it('is listed by its factory', async () => {
    const listed = [pinHandler({ isProduction: false, name: 'door_pin' })];
    listed.push(pinHandler({ isProduction: false }));
    const random = { provide: RandomSource, useValue: new FakeRandomSource() };
    const module = await Test.createTestingModule({ providers: [random, ...listed] }).compile();
    const names = listed.map(({ provide }) => module.get<PinHandler>(provide).name);
    expect(names).toEqual(['door_pin', 'pin']);
  });
});

describe('PinFields', () => {
  it.each(['1234', '123456789012', '0000'])('takes %s', (pin) => {
    expect(readFields(PinFields, { pin })).toEqual({ pin });
  });

  it.each(['123', '1234567890123', '12 34', '１２３４', '12a4', '1234\n'])('refuses %j', (pin) => {
    expect(() => readFields(PinFields, { pin })).toThrow();
  });
});

describeHandlerContract('PinHandler', {
  makeHandler,
  subject,
  fields: { pin: PIN },
  now,
  makeProof: async () => ({ pin: PIN }),
  makeWrongProofs: async () => [{ pin: '482916' }, { pin: `${PIN}0` }, { pin: PIN.slice(1) }],
  makeTypedProof: (pin) => ({ pin }),
  secretsOf: ({ state }) => [PIN, state.hash, state.salt],
});
