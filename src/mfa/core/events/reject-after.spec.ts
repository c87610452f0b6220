import { rejectAfter } from './reject-after.js';

describe('rejectAfter', () => {
  it('gives the result of work that ends in time', async () => {
    await expect(rejectAfter(10_000, Promise.resolve('done'))).resolves.toBe('done');
  });

  it('gives the failure of work that fails in time', async () => {
    await expect(rejectAfter(10_000, Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
  });

  it('gives up work that never ends', async () => {
    const endless = new Promise<never>(() => undefined);
    await expect(rejectAfter(1, endless)).rejects.toThrow('No answer within 1 ms.');
  });
});
