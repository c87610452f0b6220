import { randomBackupCode, rightTotp, wrongTotp } from './codes.mjs';

/**
 * One kind of request that is measured.
 *
 * `most` bounds the requests of one measurement where a slow hash makes more of them pointless;
 * `codeOf` gives the code that a second step sends, from a login that was prepared.
 *
 * @typedef {{id: string, name: string, most?: number,
 *   codeOf?: (login: {secret: Buffer, backupCode: string}) => string}} Work
 */

/** @type {Work[]} */
export const WORKS = [
  { id: 'sign-in', name: 'sign-in', most: 150 },
  { id: 'right', name: 'right code', codeOf: ({ secret }) => rightTotp(secret) },
  { id: 'wrong', name: 'wrong code', codeOf: ({ secret }) => wrongTotp(secret) },
  { id: 'wrong-backup', name: 'wrong code of backup shape', codeOf: randomBackupCode },
  { id: 'backup', name: 'right backup code', most: 1000, codeOf: (login) => login.backupCode },
];

/** Password of every user that is prepared. */
export const PASSWORD = 'correct horse battery staple';
