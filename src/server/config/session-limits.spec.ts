import { sessionEnd } from './session-limits.js';

const LIMITS = { idleSeconds: 60, maxSeconds: 100 };
const at = (seconds: number) => new Date(seconds * 1000);

describe('sessionEnd', () => {
  it.each([
    [0, 60],
    [39, 99],
    [40, 100],
    [90, 100],
  ])('of a session last used after %i seconds comes after %i', (lastUsed, end) => {
    expect(sessionEnd({ createdAt: at(0), lastUsedAt: at(lastUsed) }, LIMITS)).toEqual(at(end));
  });
});
