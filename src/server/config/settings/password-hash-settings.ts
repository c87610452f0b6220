import { wholeNumber } from '../values/formats.js';
import { DEFAULT_HASH_WORK, LEAST_HASH_WORK_TEXT } from '../values/hash-work.js';
import { setting } from './setting.js';

/** How slow the hashes of passwords are, and how many are made at once. */
export const PASSWORD_HASH_SETTINGS = [
  setting(
    'PASSWORD_HASH_MEMORY_KIB',
    String(DEFAULT_HASH_WORK.memoryKib),
    'Memory of one hash of a password by argon2id with one lane, in KiB',
    wholeNumber(8, 1_048_576),
  ),
  setting(
    'PASSWORD_HASH_PASSES',
    String(DEFAULT_HASH_WORK.passes),
    `Passes over that memory; in production both at least ${LEAST_HASH_WORK_TEXT} (KiB, passes)`,
    wholeNumber(1, 100),
  ),
  setting(
    'PASSWORD_HASHES_AT_ONCE',
    '2',
    'Passwords hashed at once, on so many processors and in a quarter of the memory at most; at most `UV_THREADPOOL_SIZE` (4 unless set) less 2',
    wholeNumber(1, 1024),
  ),
] as const;
