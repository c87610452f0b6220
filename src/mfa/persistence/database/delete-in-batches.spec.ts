import { deleteInBatches } from './delete-in-batches.js';

/** A table with this many rows to delete; it records the limit of each batch. */
function table(rows: number) {
  const limits: number[] = [];
  let left = rows;
  const deleteSome = async (limit: number) => {
    limits.push(limit);
    const found = Math.min(limit, left);
    left -= found;
    return found;
  };
  return { limits, deleteSome };
}

describe('deleteInBatches', () => {
  it('goes on until a batch is not full', async () => {
    const { limits, deleteSome } = table(1200);
    await expect(deleteInBatches({ maxRows: 10_000 }, deleteSome)).resolves.toBe(1200);
    expect(limits).toEqual([500, 500, 500]);
  });

  it('deletes no more than it may', async () => {
    const { limits, deleteSome } = table(1200);
    await expect(deleteInBatches({ maxRows: 700 }, deleteSome)).resolves.toBe(700);
    expect(limits).toEqual([500, 200]);
  });

  it('begins no batch once it is to stop', async () => {
    const stop = new AbortController();
    const { limits, deleteSome } = table(1200);
    const stopping = async (limit: number) => {
      stop.abort();
      return deleteSome(limit);
    };
    const bounds = { maxRows: 10_000, signal: stop.signal };
    await expect(deleteInBatches(bounds, stopping)).resolves.toBe(500);
    expect(limits).toEqual([500]);
  });
});
