import { writeFileSync } from 'node:fs';
import { constants, PerformanceObserver } from 'node:perf_hooks';

/**
 * Is loaded into a server before its own files. After each full garbage collection it writes the
 * bytes of heap in use to the file `LIVE_HEAP_FILE`. It forces no collection, because that would
 * change how V8 sizes the heap.
 */
new PerformanceObserver((list) => {
  /** @param {object} entry Node's types do not know its `detail` */
  const isFull = (entry) =>
    'detail' in entry && kindOf(entry.detail) === constants.NODE_PERFORMANCE_GC_MAJOR;
  if (!list.getEntries().some(isFull)) return;
  writeFileSync(process.env.LIVE_HEAP_FILE ?? '', String(process.memoryUsage().heapUsed));
}).observe({ entryTypes: ['gc'] });

/** @param {unknown} detail of an entry of kind `gc` */
function kindOf(detail) {
  return typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : null;
}
