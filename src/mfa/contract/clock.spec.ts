import { SystemClock, addSeconds, secondsUntil } from './clock.js';

const noon = new Date('2026-01-01T12:00:00.000Z');

describe('SystemClock', () => {
  it("tells the machine's time", () => {
    const before = Date.now();
    const told = new SystemClock().now().getTime();
    expect(told).toBeGreaterThanOrEqual(before);
    expect(told).toBeLessThanOrEqual(Date.now());
  });

  it('counts what goes by', () => {
    const clock = new SystemClock();
    const before = clock.elapsedMilliseconds();
    expect(clock.elapsedMilliseconds()).toBeGreaterThanOrEqual(before);
  });
});

describe('addSeconds', () => {
  it.each([
    [90, '2026-01-01T12:01:30.000Z'],
    [-0.5, '2026-01-01T11:59:59.500Z'],
  ])('moves an instant by %d seconds and leaves the given one as it is', (seconds, expected) => {
    expect(addSeconds(noon, seconds).toISOString()).toBe(expected);
    expect(noon.toISOString()).toBe('2026-01-01T12:00:00.000Z');
  });
});

describe('secondsUntil', () => {
  it.each([
    [60, 60],
    [59.001, 60],
    [0.2, 1],
    [0, 1],
    [-30, 1],
  ])('makes %d seconds a wait of %d', (seconds, wait) => {
    expect(secondsUntil(addSeconds(noon, seconds), noon)).toBe(wait);
  });
});
