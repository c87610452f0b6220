import { parseAppState } from './app.state.js';

const state = {
  secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  algorithm: 'SHA1',
  digits: 6,
  periodSeconds: 30,
  usedSteps: [],
};

describe('parseAppState', () => {
  it.each([
    [{}],
    [{ usedSteps: [0] }],
    [{ usedSteps: [58_000_000, 3] }],
    [{ algorithm: 'SHA256', digits: 8, periodSeconds: 60 }],
    [{ secret: 'A'.repeat(26) }],
    [{ secret: 'A'.repeat(103) }],
  ])('reads a state with %j', (changes) => {
    expect(parseAppState({ ...state, ...changes }, 1)).toEqual({ ...state, ...changes });
  });

  it('reads nothing but the members of a state', () => {
    expect(parseAppState({ ...state, extra: 1 }, 1)).toEqual(state);
  });

  it.each([
    [{ secret: undefined }],
    [{ secret: 1 }],
    [{ secret: 'gezdgnbvgy3tqojqgezdgnbvgy3tqojq' }],
    [{ secret: 'A'.repeat(25) }],
    [{ secret: 'A'.repeat(104) }],
    [{ algorithm: 'MD5' }],
    [{ algorithm: 'sha1' }],
    [{ digits: 7 }],
    [{ digits: '6' }],
    [{ periodSeconds: 0 }],
    [{ periodSeconds: 1.5 }],
    [{ periodSeconds: '30' }],
    [{ usedSteps: undefined }],
    [{ usedSteps: 1 }],
    [{ usedSteps: [-1] }],
    [{ usedSteps: [0.5] }],
    [{ usedSteps: ['1'] }],
    [{ usedSteps: Array.from({ length: 33 }, (_, step) => step) }],
  ])('refuses a state with %j', (changes) => {
    expect(() => parseAppState({ ...state, ...changes }, 1)).toThrow('not the state');
  });
});
