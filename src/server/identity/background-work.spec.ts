import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { BackgroundWork } from './background-work.js';

const logger = new Logger('test');
const error = jest.spyOn(logger, 'error').mockImplementation(() => {});
afterEach(() => error.mockClear());

/** Work with room for two tasks, and one that waits. */
function smallRoom() {
  const work = new BackgroundWork('A thing', logger, { atOnce: 2, mostWaiting: 1 });
  const begun: string[] = [];
  const ends = new Map<string, (failure?: Error) => void>();
  const begin = (name: string) =>
    work.begin(() => {
      begun.push(name);
      return new Promise<void>((resolve, reject) => {
        ends.set(name, (failure) => (failure === undefined ? resolve() : reject(failure)));
      });
    });
  return { work, begun, ends, begin };
}

describe('BackgroundWork', () => {
  it('begins at once while there is room, then waits, then refuses', async () => {
    const { work, begun, ends, begin } = smallRoom();
    await begin('first');
    await begin('second');
    const third = begin('third');
    await expect(begin('fourth')).rejects.toMatchObject({ code: 'unavailable' });
    expect(begun).toEqual(['first', 'second']);
    ends.get('first')?.();
    await third;
    expect(begun).toEqual(['first', 'second', 'third']);
    ends.get('second')?.();
    ends.get('third')?.();
    await work.settled();
  });

  it('settles only once what waited has ended, too', async () => {
    const { work, begun, ends, begin } = smallRoom();
    const all = [begin('first'), begin('second'), begin('third')];
    let isSettled = false;
    const settled = work.settled().then(() => {
      isSettled = true;
    });
    ends.get('first')?.();
    ends.get('second')?.();
    await Promise.all(all);
    expect([begun.length, isSettled]).toEqual([3, false]);
    ends.get('third')?.();
    await settled;
  });

  it('logs a failure, and goes on with what waits', async () => {
    const { ends, begin, work } = smallRoom();
    await begin('first');
    await begin('second');
    const third = begin('third');
    ends.get('first')?.(new Error('no disk'));
    await third;
    expect(error).toHaveBeenCalledWith('A thing was not recorded: Error: no disk');
    for (const name of ['second', 'third']) ends.get(name)?.();
    await work.settled();
  });
});
