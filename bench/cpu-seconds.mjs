import { readFile } from 'node:fs/promises';

/** The unit of the times in `/proc`; the same on every Linux that Node runs on [proc(5)]. */
const TICKS_PER_SECOND = 100;

/** CPU time that a process has used, its own and the kernel's for it; null where `/proc` is absent. */
export async function cpuSecondsOf(pid) {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in brackets and may hold anything; the times follow it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}
