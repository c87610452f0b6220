import { FakeClock } from './fake-clock.js';

describe('FakeClock', () => {
  it('stands still until it is moved', () => {
    const clock = new FakeClock(new Date('2026-03-01T00:00:00.000Z'));
    expect(clock.now()).toEqual(clock.now());
    clock.advance({ seconds: 1.5 });
    expect(clock.now().toISOString()).toBe('2026-03-01T00:00:01.500Z');
    clock.set(new Date('2025-01-01T00:00:00.000Z'));
    expect(clock.now().toISOString()).toBe('2025-01-01T00:00:00.000Z');
  });

  it('starts at the same instant in every test', () => {
    expect(new FakeClock().now()).toEqual(new FakeClock().now());
  });

  it('is not moved by changing an instant that it told', () => {
    const clock = new FakeClock();
    const told = clock.now();
    told.setFullYear(1999);
    expect(clock.now()).not.toEqual(told);
  });
});
