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

  it('counts what goes by, and no correction', () => {
    const clock = new FakeClock();
    clock.advance({ seconds: 1.5 });
    clock.advance({ seconds: -3600 });
    clock.set(new Date('2030-01-01T00:00:00.000Z'));
    expect(clock.elapsedMilliseconds()).toBe(1500);
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
