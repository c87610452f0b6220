import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import { ShutdownLimit } from './shutdown-limit.js';

/** A process that records its exit code instead of ending. */
class FakeProcess extends EventEmitter {
  readonly codes: number[] = [];

  exit(code: number): void {
    this.codes.push(code);
  }
}

describe('ShutdownLimit', () => {
  const lines: unknown[] = [];
  const keep = (line: unknown) => lines.push(line);
  let process: FakeProcess;
  let limit: ShutdownLimit;

  beforeEach(() => {
    jest.useFakeTimers();
    lines.length = 0;
    process = new FakeProcess();
    limit = new ShutdownLimit(process, { log: keep, warn: keep, error: keep });
    limit.listenTo(['SIGTERM', 'SIGINT']);
  });
  afterEach(() => jest.useRealTimers());

  it('ends a process that has not started', () => {
    process.emit('SIGINT');
    expect(process.codes).toEqual([1]);
    expect(lines).toEqual(['SIGINT before the server had started: it ends.']);
  });

  it('leaves one that drains alone, up to the limit', () => {
    limit.setLimit(8);
    process.emit('SIGTERM');
    jest.advanceTimersByTime(7999);
    expect(process.codes).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(process.codes).toEqual([1]);
    expect(lines).toEqual([
      'SIGTERM: running requests may take 8 s more',
      'Not drained within 8 s: what still runs is cut.',
    ]);
  });

  it('takes one that comes twice at the same moment for one', () => {
    limit.setLimit(8);
    process.emit('SIGINT');
    jest.advanceTimersByTime(499);
    process.emit('SIGINT');
    expect(process.codes).toEqual([]);
  });

  it('ends at once at a second signal, whichever it is', () => {
    limit.setLimit(8);
    process.emit('SIGTERM');
    jest.advanceTimersByTime(500);
    process.emit('SIGINT');
    expect(process.codes).toEqual([1]);
    expect(lines.at(-1)).toBe('A second signal, SIGINT: the server ends undrained.');
  });
});
