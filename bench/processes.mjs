import { readFile } from 'node:fs/promises';

/** The unit of the times in `/proc`; the same on every Linux that Node runs on [proc(5)]. */
const TICKS_PER_SECOND = 100;

/** CPU time that a process has used, its own and the kernel's for it; null where `/proc` is absent. */
export async function cpuSecondsOf(pid) {
  const stat = await readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name of the program stands in brackets and may hold anything; the times follow it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Memory that a process holds in RAM (`VmRSS`), in MiB; null where `/proc` is absent. */
export async function residentMibOf(pid) {
  const status = await readOrNull(`/proc/${pid}/status`);
  const kibibytes = status && /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes ? Number(kibibytes) / 1024 : null;
}

async function readOrNull(path) {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}
