import { User } from './user.entity.js';

describe('User', () => {
  it.each([
    ['who was said to be neither disabled nor frozen', { isEnabled: true, isUnfrozen: true }, true],
    ['of whom nothing was said', {}, false],
    ['who is disabled', { isEnabled: false, isUnfrozen: true }, false],
    ['who is frozen', { isEnabled: true, isUnfrozen: false }, false],
    ['whose times alone were read, as none', { disabledAt: null, frozenAt: null }, false],
  ])('%s may sign in: %#', (_, facts, maySignIn) => {
    expect(Object.assign(new User(), facts).maySignIn).toBe(maySignIn);
  });
});
